#include "files/file_ports.h"

#include <memory>
#include <utility>

#include "files/file_sink.h"
#include "files/file_source.h"
#include "files/line_reader.h"
#include "files/lookup_file.h"
#include "files/table_file.h"
#include "memory/memory_lookup_store.h"
#include "util/join.h"

namespace sluice {
namespace {

/// A sink of files keeps the checkpoint of a source of files, whatever the directories are.
constexpr const char* kDomain = "files";

SourceTraits Describe(const ConfigNode& node) {
  SourceTraits traits;
  traits.topics = node.Strings("topic");
  traits.description = Join(node.Strings("paths"));
  traits.resumes = !node.String("checkpoint").empty();
  traits.commit_domain = traits.resumes ? "" : kDomain;
  traits.max_workers = 1;
  return traits;
}

Result<std::unique_ptr<Source>> BuildSource(const ConfigNode& node, const SourceContext& context) {
  FileSourceSettings settings;
  settings.paths = node.Strings("paths");
  settings.topic = context.topic_prefix + node.String("topic");
  settings.checkpoint = node.String("checkpoint");
  for (const std::string& path : settings.paths) {
    const auto readable = LineReader::Open(path, settings.max_line_bytes);
    if (!readable) return node.Get("paths")->Complain(readable.error().message);
  }
  return std::unique_ptr<Source>(new FileSource(std::move(settings)));
}

Result<std::unique_ptr<Sink>> BuildSink(const ConfigNode& node, const SinkContext& context) {
  FileSinkSettings settings;
  settings.directory = node.String("directory");
  settings.topics = context.topics;
  settings.keeps_checkpoint = context.commits_checkpoints;
  settings.envelope = node.Bool("envelope");
  settings.max_record_bytes = context.max_record_bytes;
  return std::unique_ptr<Sink>(new FileSink(std::move(settings)));
}

Result<std::unique_ptr<LookupStore>> BuildLookups(const ConfigNode& node,
                                                  const StoreContext& context) {
  const std::string path = node.String("path");
  const auto db = static_cast<int>(node.Int("db"));
  const std::string key = std::to_string(db) + " " + path;
  auto& table = context.shared.Of<const MemoryLookups>(key);
  if (table == nullptr) {
    auto loaded = LoadLookups(path, db);
    if (!loaded) return std::move(loaded).error().Wrap(node.where());
    table = std::move(loaded).value();
    context.log(LogLevel::kInfo, "store " + context.name,
                std::to_string(table->size()) + " keys of database " + std::to_string(db) +
                    " from " + path);
  }
  return std::unique_ptr<LookupStore>(new MemoryLookupStore(table));
}

Result<std::unique_ptr<TableStore>> BuildTables(const ConfigNode& node,
                                                const StoreContext& context) {
  auto& file = context.shared.Of<TableFile>("table " + context.scope + "/" + context.name);
  if (file == nullptr) {
    TableFileSettings settings{.name = context.name,
                               .path = node.String("path"),
                               .db = static_cast<int>(node.Int("db")),
                               .output = node.String("output"),
                               .marks_ttl = node.Duration("marks", kMarksByDefault)};
    auto loaded = TableFile::Load(std::move(settings), context.log);
    if (!loaded) return std::move(loaded).error().Wrap(node.where());
    file = std::move(loaded).value();
  }
  return std::unique_ptr<TableStore>(new FileTableStore(file, context.clock));
}

}  // namespace

SourceSpec FilesSourceSpec() {
  SourceSpec spec;
  spec.name = "files";
  spec.summary =
      "Reads files of one record a line (NDJSON), plain or gzip, as the partitions of a topic.";
  spec.fields = {
      {.name = "paths",
       .type = FieldType::kStringList,
       .description = "Files to read.",
       .required = true},
      {.name = "topic",
       .type = FieldType::kTopic,
       .description = "Topic that the files stand for, without `topic_prefix`.",
       .required = true},
      {.name = "checkpoint",
       .description = "File in which the source notes how far it has come, for a sink of "
                      "another kind; without it a sink of files keeps that, and with any "
                      "other sink each start reads all.",
       .default_value = ""}};
  spec.example = "files: { paths: [telemetry.ndjson.gz], topic: telemetry.raw }\n";
  spec.describe = Describe;
  spec.build = BuildSource;
  return spec;
}

SinkSpec FilesSinkSpec() {
  SinkSpec spec;
  spec.name = "files";
  spec.summary = "Writes one file of lines (NDJSON) for each topic.";
  spec.fields = {
      {.name = "directory", .description = "Where the files are written.", .required = true},
      {.name = "envelope",
       .type = FieldType::kBool,
       .description = "Write {\"key\":...,\"headers\":{...},\"value\":...} instead of the value "
                      "alone.",
       .default_value = "false"}};
  spec.example = "files: { directory: out, envelope: true }\n";
  spec.describe = [](const ConfigNode& node) {
    return SinkTraits{.description = "files in " + node.Shown("directory"),
                      .commit_domain = kDomain,
                      .keeps_checkpoint = true,
                      .writes_headers = node.Bool("envelope"),
                      .max_workers = 1};
  };
  spec.build = BuildSink;
  return spec;
}

StoreSpec FileStoreSpec() {
  StoreSpec spec;
  spec.name = "file";
  spec.summary =
      "Holds reference data or a table from a file of lines (NDJSON), read once at the start.";
  spec.fields = {{.name = "path", .description = "The file, plain or gzip.", .required = true},
                 {.name = "db",
                  .type = FieldType::kInt,
                  .description = "Number of the database of which the keys count.",
                  .default_value = "0",
                  .least = 0,
                  .most = 2147483647},
                 {.name = "output",
                  .description = "File that a table is written to at the end, as it is then; "
                                 "without it what stages write is gone with the process.",
                  .default_value = ""},
                 MarksField()};
  spec.example = "file: { path: reference.ndjson.gz, db: 5 }\n";
  spec.lookups = BuildLookups;
  spec.tables = BuildTables;
  return spec;
}

}  // namespace sluice
