#include "stages/update_user/user_event.h"

#include <algorithm>
#include <array>

#include "codec/text.h"
#include "stages/extract_events/java_double.h"

namespace sluice::stages {
namespace {

const Path kObjectId("/object/id");
const Path kObjectType("/object/type");
const Path kState("/edata/state");
const Path kPid("/context/pdata/pid");
const Path kContextData("/context/cdata");

constexpr std::array<std::string_view, 4> kStates = {"CREATE", "CREATED", "UPDATE", "UPDATED"};

UserEvent Skipped(Reason reason) { return {.kind = UserEvent::Kind::kSkipped, .reason = reason}; }

UserEvent Failed(Reason reason, std::string_view detail) {
  return {.kind = UserEvent::Kind::kFailed, .reason = reason, .detail = detail};
}

bool IsIllTyped(const Value& value) { return value.exists() && !value.IsString(); }

/// A scalar as the original prints it; nullopt for what is none.
std::optional<std::string_view> TextOf(const Value& value, Arena& arena) {
  if (value.IsString()) return value.text();
  if (value.type() == ValueType::kBool) return value.IsTrue() ? "true" : "false";
  if (!value.IsNumber()) return std::nullopt;
  if (value.text().find_first_of(".eE") == std::string_view::npos) return value.text();
  return arena.Copy(JavaDoubleText(value.AsDouble()));
}

/// The id of the last element of that type; what is no such element is passed over.
std::optional<std::string_view> LastIdOf(const Value& context_data, std::string_view type,
                                         Arena& arena) {
  std::optional<std::string_view> last;
  if (!context_data.IsArray()) return last;
  for (const Value element : context_data) {
    const Value own = element.Find("type");
    if (!own.IsString() || !EqualsIgnoreCase(own.text(), type)) continue;
    if (const auto id = TextOf(element.Find("id"), arena)) last = id;
  }
  return last;
}

bool Holds(const std::vector<std::string>& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

void ReadContextData(const Value& context_data, const UserEventSettings& settings, Arena& arena,
                     UserEvent& event) {
  event.login_type = LastIdOf(context_data, "UserRole", arena);
  const auto sign_up = LastIdOf(context_data, "SignupType", arena);
  if (!sign_up) return;
  if (Holds(settings.self_sign_in_types, *sign_up)) event.sign_in_type = settings.self_sign_in;
  if (Holds(settings.validated_types, *sign_up)) event.sign_in_type = settings.validated;
}

}  // namespace

UserEvent ReadUserEvent(const Document& event, const UserEventSettings& settings, Arena& arena) {
  const Value id = event.Read(kObjectId);
  const Value type = event.Read(kObjectType);
  if (IsIllTyped(type)) return Failed("object_ill_typed", "object.type is not a string");
  if (IsIllTyped(id)) return Failed("object_ill_typed", "object.id is not a string");
  if (id.text().empty() || !EqualsIgnoreCase(type.text(), "User")) return Skipped("no_user");

  const Value state = event.Read(kState);
  if (!state.exists()) return Skipped("no_state");
  if (IsIllTyped(state)) return Failed("state_ill_typed", "edata.state is not a string");
  const std::string_view upper = ToUpper(state.text(), arena);
  if (std::ranges::find(kStates, upper) == kStates.end()) return Skipped("other_state");

  const Value pid = event.Read(kPid);
  if (IsIllTyped(pid)) return Failed("pid_ill_typed", "context.pdata.pid is not a string");
  UserEvent user{.kind = UserEvent::Kind::kUpdate,
                 .id = id.text(),
                 .created = upper == "CREATE" || upper == "CREATED",
                 .registered = pid.IsString() && pid.text() == settings.registered_pid};
  ReadContextData(event.Read(kContextData), settings, arena, user);
  return user;
}

}  // namespace sluice::stages
