#include "cli/operations_verbs.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <utility>

#include "operations/doctor.h"
#include "operations/kafka_use.h"
#include "operations/lag.h"
#include "operations/offsets.h"
#include "operations/topics.h"
#include "util/clocks.h"
#include "util/place.h"
#include "util/units.h"

namespace sluice {
namespace {

constexpr const char* kStandardStream = "-";

Result<KafkaUse> UseOf(const ConfigArguments& arguments) {
  const auto loaded = LoadChecked(arguments);
  if (!loaded) return loaded.error();
  return KafkaUseOf(arguments.path, loaded.value().pipeline);
}

int Print(const std::string& text, int exit_code = kExitOk) {
  std::cout << text << std::flush;
  return exit_code;
}

Result<std::unique_ptr<GroupSession>> Open(const ConfigArguments& arguments) {
  auto use = UseOf(arguments);
  if (!use) return std::move(use).error();
  return OpenGroup(std::move(use).value());
}

Result<std::string> ReadAll(const std::string& path) {
  std::ifstream file;
  if (path != kStandardStream) {
    file.open(path);
    if (!file) {
      return Error{ErrorKind::kInvalidConfig,
                   "can't read " + PlaceOf(path) + ": " + std::strerror(errno)};
    }
  }
  std::istream& in = path == kStandardStream ? std::cin : file;
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

Status WriteAll(const std::string& path, const std::string& text) {
  if (path == kStandardStream) {
    std::cout << text << std::flush;
    return Ok();
  }
  std::ofstream file(path);
  file << text << std::flush;
  if (file) return Ok();
  return Error{ErrorKind::kInvalidConfig,
               "can't write " + PlaceOf(path) + ": " + std::strerror(errno)};
}

/// Plans a change, makes it where that was asked for, and shows it.
int Change(const OffsetsArguments& arguments,
           const std::function<Result<OffsetChange>(Offsets&)>& plan) {
  auto session = Open(arguments.config);
  if (!session) return Fail(session.error());
  auto offsets = Offsets::Of(session.value()->use, *session.value()->client, arguments.topics);
  if (!offsets) return Fail(offsets.error());
  auto change = plan(offsets.value());
  if (!change) return Fail(change.error());
  if (arguments.execute) {
    if (const Status made = offsets.value().Make(change.value()); !made) return Fail(made.error());
  }
  return Print(arguments.json ? ChangeJson(change.value()) : ChangeText(change.value()));
}

}  // namespace

int TopicsVerb(const TopicsArguments& arguments) {
  ShapeOverrides overrides{.partitions = arguments.partitions,
                           .replication = arguments.replication};
  if (!arguments.retention.empty()) {
    const auto retention = ParseDuration(arguments.retention);
    if (!retention) return FailUsage("--retention: write 48h, 7d or the like");
    overrides.retention_ms = retention->count();
  }
  std::vector<KafkaUse> uses;
  for (const std::string& path : arguments.paths) {
    auto use = UseOf({path, arguments.overrides});
    if (!use) return Fail(use.error());
    uses.push_back(std::move(use).value());
  }
  std::vector<TopicReport> topics = NeededTopics(uses, overrides);
  if (arguments.commands) return Print(TopicsCommands(topics));
  const Status examined = ExamineTopics(uses, arguments.create, topics);
  if (!examined) return Fail(examined.error());
  return Print(arguments.json ? TopicsJson(topics) : TopicsText(topics),
               NeedsAttention(topics) ? kExitAttention : kExitOk);
}

int LagVerb(const LagArguments& arguments) {
  auto session = Open(arguments.config);
  if (!session) return Fail(session.error());
  const SystemClock clock;
  const auto report = ReadLag(session.value()->use, *session.value()->client, clock);
  if (!report) return Fail(report.error());
  return Print(arguments.json ? LagJson(report.value()) : LagText(report.value()));
}

int OffsetsShowVerb(const OffsetsArguments& arguments) {
  return LagVerb({arguments.config, arguments.json});
}

int OffsetsExportVerb(const OffsetsArguments& arguments) {
  auto session = Open(arguments.config);
  if (!session) return Fail(session.error());
  auto offsets = Offsets::Of(session.value()->use, *session.value()->client, arguments.topics);
  if (!offsets) return Fail(offsets.error());
  const auto committed = offsets.value().Committed();
  if (!committed) return Fail(committed.error());
  const Status written = WriteAll(arguments.file, WriteOffsetLines(committed.value()));
  return written.ok() ? kExitOk : Fail(written.error());
}

int OffsetsImportVerb(const OffsetsArguments& arguments) {
  if (arguments.file == kStandardStream && arguments.config.path == kStandardStream) {
    return FailUsage("CONFIG and FILE can't both be the standard input: name a file for one");
  }
  const auto text = ReadAll(arguments.file);
  if (!text) return Fail(text.error());
  const auto wanted = ReadOffsetLines(
      text.value(), arguments.file == kStandardStream ? "standard input" : arguments.file);
  if (!wanted) return Fail(wanted.error());
  return Change(arguments, [&](Offsets& offsets) { return offsets.PlanExact(wanted.value()); });
}

int OffsetsSetVerb(const OffsetsArguments& arguments) {
  const auto target = ParseOffsetTarget(arguments.to, SystemClock().NowMs());
  if (!target) return FailUsage(target.error().message);
  return Change(arguments, [&](Offsets& offsets) { return offsets.PlanTarget(target.value()); });
}

int DoctorVerb(const DoctorArguments& arguments) {
  const auto loaded = LoadChecked(arguments.config);
  if (!loaded) return Fail(loaded.error());
  const PipelineConfig& pipeline = loaded.value().pipeline;
  const auto use = KafkaUseOf(arguments.config.path, pipeline);
  if (!use) return Fail(use.error());
  const Findings findings = ExamineSurroundings(use.value(), pipeline, SystemClock());
  const Finding::Severity worst = WorstOf(findings);
  const int code = worst == Finding::Severity::kError     ? kExitConfig
                   : worst == Finding::Severity::kWarning ? kExitAttention
                                                          : kExitOk;
  return Print(arguments.json ? FindingsJson(findings) : FindingsText(findings), code);
}

int OffsetsMoveVerb(const OffsetsArguments& arguments) {
  return Change(arguments, [&](Offsets& offsets) { return offsets.PlanFrom(arguments.from); });
}

}  // namespace sluice
