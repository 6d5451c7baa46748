#include "stages/update_user/user_profile.h"

#include <algorithm>
#include <array>
#include <utility>

#include "codec/lenient_json.h"
#include "codec/text.h"
#include "stages/update_user/profile_members.h"

namespace sluice::stages {
namespace {

using Kind = UserProfile::Kind;

constexpr std::string_view kBlockedAccount = "UOS_USRRED0006";
constexpr std::array<std::string_view, 5> kParams = {"resmsgid", "msgid", "err", "status",
                                                     "errmsg"};

/// The parts of an answer around the user.
struct Envelope {
  std::optional<std::string_view> code;
  std::optional<std::string_view> error;
  Value response;
};

/// nullptr, or what is wrong with it.
const char* ReadEnvelope(const Value& root, Envelope& envelope) {
  const Value params = root.Find("params");
  if (!IsMissing(params) && !params.IsObject()) return "params is not an object";
  for (const std::string_view name : kParams) {
    std::optional<std::string_view> text;
    if (!ReadText(params.Find(name), text)) return "params holds what is no text";
    if (name == "err") envelope.error = text;
  }
  if (!ReadText(root.Find("responseCode"), envelope.code)) return "responseCode is no text";
  if (!envelope.code) return "responseCode is missing";
  const Value result = root.Find("result");
  if (!IsMissing(result) && !IsFreeObject(result)) return "result is not an object";
  envelope.response = result.Find("response");
  return nullptr;
}

bool IsBlocked(const Envelope& envelope, const std::vector<std::string>& tolerated, Arena& arena) {
  if (!envelope.error || !EqualsIgnoreCase(*envelope.error, kBlockedAccount)) return false;
  return std::ranges::find(tolerated, ToUpper(*envelope.code, arena)) != tolerated.end();
}

}  // namespace

UserProfile ReadUserProfile(std::string_view body, const std::vector<std::string>& tolerated,
                            Arena& arena) {
  UserProfile profile(arena);
  const auto fail = [&](Reason reason, std::string_view detail) {
    profile.reason = reason;
    profile.detail = arena.Copy(detail);
    return std::move(profile);
  };
  Document document;
  if (!ReadCachedRecord(body, arena, document, LenientNumbers::kAsWritten)) {
    return fail("user_unreadable", "the answer is not a JSON object");
  }
  Envelope envelope;
  if (const char* problem = ReadEnvelope(document.root(), envelope)) {
    return fail("user_unreadable", problem);
  }
  profile.found = EqualsIgnoreCase(*envelope.code, "OK") && !IsMissing(envelope.response);
  if (profile.found) {
    if (const char* problem = ReadUser(envelope.response, profile, arena)) {
      return fail("user_ill_typed", problem);
    }
    profile.kind = Kind::kUser;
    return profile;
  }
  if (IsBlocked(envelope, tolerated, arena)) {
    profile.kind = Kind::kBlocked;
    return profile;
  }
  std::string answer(*envelope.code);
  if (envelope.error) answer.append(" ").append(*envelope.error);
  return fail("user_refused", answer);
}

}  // namespace sluice::stages
