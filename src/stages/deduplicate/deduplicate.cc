#include "stages/deduplicate/deduplicate.h"

#include <algorithm>
#include <charconv>

#include "codec/text.h"
#include "util/sha256.h"

namespace sluice::stages {
namespace {

using Flags = Deduplicate::Flags;

/// Longer keys are claimed by their hash; frozen, since a live store holds claims of either form.
constexpr std::size_t kLongestKey = 4096;

std::optional<Flags> ParseFlags(std::string_view text) {
  if (text == "keep") return Flags::kKeep;
  if (text == "repair") return Flags::kRepair;
  if (text == "replace") return Flags::kReplace;
  return std::nullopt;
}

/// True if the claim was made by a later record of the same partition: what claims nothing itself
/// finds such claims when it comes again, and they must not count then, as they did not before.
bool IsLater(std::string_view holder, const Position& position) {
  const std::string partition =
      std::string(position.topic) + '/' + std::to_string(position.partition) + '/';
  if (!holder.starts_with(partition)) return false;
  holder.remove_prefix(partition.size());
  std::int64_t offset = 0;
  std::from_chars(holder.data(), holder.data() + holder.size(), offset);
  return offset > position.offset;
}

}  // namespace

Status Deduplicate::Start(Batch& batch) {
  for (Event& event : batch.events()) {
    // What can't be read has no key, and is no duplicate for that.
    if (!event.active() || !event.readable()) continue;
    const auto key = KeyOf(event);
    if (!key) {
      claims_.AddWithout(&event);
      continue;
    }
    owner_.clear();
    event.position().AppendTo(owner_);
    claims_.Add({.key = StoreKey(*key, batch.arena()),
                 .owner = batch.arena().Copy(owner_),
                 .mode = event.claim_mode()},
                &event);
  }
  return claims_.Send(settings_.ttl);
}

Status Deduplicate::Finish(Batch& batch) {
  const auto answers = claims_.Receive();
  if (!answers) return answers.error();
  for (const auto [event, reply] : answers.value()) {
    if (reply != nullptr) {
      Judge(batch, *event, *reply);
    } else if (settings_.missing_is_unique) {
      Pass(batch, *event);
    } else {
      Divert(batch, *event, "missing_key");
    }
  }
  return Ok();
}

void Deduplicate::Judge(Batch& batch, Event& event, const ClaimReply& reply) {
  const bool read_only = event.claim_mode() == ClaimMode::kReadOnly;
  if (reply.unique || (read_only && IsLater(reply.holder, event.position()))) {
    Pass(batch, event);
  } else {
    Divert(batch, event, "duplicate_key", batch.arena().Copy(reply.holder));
  }
}

std::optional<std::string_view> Deduplicate::KeyOf(const Event& event) const {
  const auto key = event.doc().ReadString(settings_.key);
  if (key && settings_.blank_is_missing && IsBlank(*key)) return std::nullopt;
  return key;
}

std::string_view Deduplicate::StoreKey(std::string_view key, Arena& arena) const {
  const std::string& prefix = settings_.prefix;
  if (prefix.size() + key.size() > kLongestKey) {
    return arena.Copy(prefix + "sha256:" + Sha256Hex(key));
  }
  if (prefix.empty()) return key;
  char* text = arena.Allocate(prefix.size() + key.size());
  std::ranges::copy(prefix, text);
  std::ranges::copy(key, text + prefix.size());
  return {text, prefix.size() + key.size()};
}

void Deduplicate::Pass(Batch& batch, Event& event) {
  batch.Count(settings_.unique);
  if (settings_.flag_unique) SetFlag(event.edit(), false);
}

void Deduplicate::Divert(Batch& batch, Event& event, Reason reason,
                         std::string_view first_claimant) {
  batch.Count(settings_.duplicate);
  if (settings_.count) batch.Count(*settings_.count);
  SetFlag(event.edit(), true);
  event.Divert(settings_.side_output, reason, {.first_claimant = first_claimant});
}

void Deduplicate::SetFlag(Document& doc, bool value) const {
  switch (settings_.on_flags) {
    case Flags::kKeep:
      if (!doc.EnsureObject(settings_.flags)) return;
      break;
    case Flags::kRepair:
      doc.ForceObject(settings_.flags);
      break;
    case Flags::kReplace:
      doc.SetEmptyObject(settings_.flags);
      break;
  }
  doc.SetBool(settings_.flag, value);
}

namespace {

std::vector<FieldSpec> Fields() {
  return {{.name = "key",
           .type = FieldType::kPointer,
           .description = "Where the key stands, a string.",
           .required = true},
          {.name = "prefix",
           .type = FieldType::kString,
           .description = "What the store puts before the key.",
           .default_value = ""},
          {.name = "missing",
           .type = FieldType::kString,
           .description = "What an event without a key is: duplicate or unique.",
           .default_value = "duplicate"},
          {.name = "blank",
           .type = FieldType::kString,
           .description = "What a key of nothing but white space is: a key, or missing.",
           .default_value = "key"},
          {.name = "store",
           .type = FieldType::kStore,
           .description = "Store that holds the claims.",
           .required = true},
          {.name = "ttl",
           .type = FieldType::kDuration,
           .description = "How long a key is remembered, from its first sight on.",
           .default_value = "1h"},
          {.name = "flag",
           .type = FieldType::kString,
           .description = "Member of flags that is set to true in a duplicate.",
           .required = true},
          {.name = "flags",
           .type = FieldType::kString,
           .description = "What happens to flags: keep (a flag is set only in an object), repair "
                          "(something else is replaced by an object) or replace (always, whole).",
           .default_value = "keep"},
          {.name = "flag_unique",
           .type = FieldType::kBool,
           .description = "Whether unique events get the flag too, as false.",
           .default_value = "false"},
          {.name = "count",
           .type = FieldType::kString,
           .description = "Counter of the job that goes up by one with each duplicate, beside "
                          "duplicate-event-count."},
          {.name = "side_output",
           .type = FieldType::kString,
           .description = "Side output that takes the duplicates.",
           .default_value = "duplicate"}};
}

Status Validate(const ConfigNode& node) {
  if (node.Duration("ttl") < std::chrono::seconds(1)) {
    return node.Complain("ttl must be at least 1s");
  }
  if (node.String("flag").find_first_of("/~") != std::string::npos) {
    return node.Complain("flag must be a plain name, without / and ~");
  }
  const std::string missing = node.String("missing");
  if (missing != "duplicate" && missing != "unique") {
    return node.Complain("missing must be duplicate or unique, not `" + missing + "`");
  }
  const std::string blank = node.String("blank");
  if (blank != "key" && blank != "missing") {
    return node.Complain("blank must be key or missing, not `" + blank + "`");
  }
  const std::string flags = node.String("flags");
  if (!ParseFlags(flags)) {
    return node.Complain("flags must be keep, repair or replace, not `" + flags + "`");
  }
  return Ok();
}

}  // namespace

StageSpec DeduplicateSpec() {
  StageSpec spec;
  spec.name = "deduplicate";
  spec.summary = "Diverts events whose key another event claimed within the time to live.";
  spec.fields = Fields();
  spec.example = "deduplicate: { key: /mid, store: dedup, ttl: 1h, flag: pp_duplicate }\n";
  spec.reasons = {"duplicate_key", "missing_key"};
  spec.validate = Validate;
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    auto side_output = resources.SideOutput(node.String("side_output"));
    if (!side_output) return std::move(side_output).error();
    auto store = resources.Claims(node.String("store"));
    if (!store) return std::move(store).error();
    Deduplicate::Settings settings{
        .key = Path(node.String("key")),
        .prefix = node.String("prefix"),
        .blank_is_missing = node.String("blank") == "missing",
        .missing_is_unique = node.String("missing") == "unique",
        .ttl = std::chrono::duration_cast<std::chrono::seconds>(node.Duration("ttl")),
        .on_flags = ParseFlags(node.String("flags")).value_or(Flags::kKeep),
        .flags = Path("/flags"),
        .flag = Path("/flags/" + node.String("flag")),
        .flag_unique = node.Bool("flag_unique"),
        .side_output = side_output.value(),
        .unique = resources.Counter("unique-event-count"),
        .duplicate = resources.Counter("duplicate-event-count")};
    if (node.Has("count")) settings.count = resources.Counter(node.String("count"));
    return std::unique_ptr<Stage>(
        new Deduplicate(std::move(settings), std::move(store).value(), node.String("store")));
  };
  return spec;
}

}  // namespace sluice::stages
