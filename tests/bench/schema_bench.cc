#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <string>
#include <vector>

#include "codec/json_reader.h"
#include "schema/schema_directory.h"
#include "schema/schema_loader.h"

namespace sluice {
namespace {

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower;
}

/// Parsed events, each with the schema of its eid.
class Events {
 public:
  /// The first `count` of the benchmark's events; refused ones get a `ver` that no schema knows.
  Events(std::size_t count, bool refused) {
    auto schemas = LoadSchemas(SLUICE_SOURCE_DIR "/schemas/telemetry/3.0");
    if (!schemas) {
      std::fprintf(stderr, "%s\n", schemas.error().message.c_str());
      std::exit(1);
    }
    registry_ = std::move(schemas).value();
    std::ifstream file(SLUICE_BENCH_EVENTS);
    for (std::string line; events_.size() < count && std::getline(file, line);) Add(line, refused);
  }

  struct Event {
    Value document;
    const JsonSchema* schema;
  };
  [[nodiscard]] const std::vector<Event>& all() const { return events_; }
  [[nodiscard]] const Event& Next() { return events_[next_++ % events_.size()]; }

  /// Mean size in the counters of the report.
  void Describe(benchmark::State& state) const {
    state.counters["bytes"] = static_cast<double>(bytes_) / static_cast<double>(events_.size());
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  }

 private:
  void Add(const std::string& line, bool refused) {
    std::string& text = texts_.emplace_back(line);
    Document& document = documents_.emplace_back();
    if (refused) {
      constexpr std::string_view kVersion = "\"ver\":\"3.";
      const std::size_t at = text.find(kVersion);
      if (at != std::string::npos) text[at + kVersion.size() - 2] = '9';
    }
    if (JsonReader().Read(text, arena_, document) != nullptr) std::exit(1);
    const auto* schema = dynamic_cast<const JsonSchema*>(
        registry_->Find(LowerCase(document.root().Find("eid").text())));
    if (schema == nullptr || schema->Accepts(document.root()) == refused) {
      std::fprintf(stderr, "not as expected: %s\n", text.c_str());
      std::exit(1);
    }
    bytes_ += text.size();
    events_.push_back({document.root(), schema});
  }

  std::shared_ptr<const SchemaRegistry> registry_;
  Arena arena_;
  std::deque<std::string> texts_;
  std::deque<Document> documents_;
  std::vector<Event> events_;
  std::size_t bytes_ = 0;
  std::size_t next_ = 0;
};

/// Few events stay in the cache, as right after parsing; many don't.
constexpr std::size_t kHot = 64;
constexpr std::size_t kCold = 4000;

void Accept(benchmark::State& state) {
  Events events(static_cast<std::size_t>(state.range(0)), false);
  for (auto _ : state) {
    const auto& [document, schema] = events.Next();
    benchmark::DoNotOptimize(schema->Accepts(document));
  }
  events.Describe(state);
}
BENCHMARK(Accept)->Arg(kHot)->Arg(kCold);

void FindSchemaAndAccept(benchmark::State& state) {
  Events events(kHot, false);
  const auto schemas = LoadSchemas(SLUICE_SOURCE_DIR "/schemas/telemetry/3.0");
  for (auto _ : state) {
    const Value document = events.Next().document;
    const Schema* schema = schemas.value()->Find(LowerCase(document.Find("eid").text()));
    benchmark::DoNotOptimize(schema->Accepts(document));
  }
  events.Describe(state);
}
BENCHMARK(FindSchemaAndAccept);

void AcceptByValijsonAlone(benchmark::State& state) {
  Events events(kHot, false);
  for (auto _ : state) {
    const auto& [document, schema] = events.Next();
    benchmark::DoNotOptimize(schema->valijson().Accepts(document));
  }
  events.Describe(state);
}
BENCHMARK(AcceptByValijsonAlone);

void Refuse(benchmark::State& state) {
  Events events(kHot, true);
  for (auto _ : state) {
    const auto& [document, schema] = events.Next();
    benchmark::DoNotOptimize(schema->Accepts(document));
  }
  events.Describe(state);
}
BENCHMARK(Refuse);

void RefuseAndSayWhere(benchmark::State& state) {
  Events events(kHot, true);
  for (auto _ : state) {
    const auto& [document, schema] = events.Next();
    if (!schema->Accepts(document)) {
      benchmark::DoNotOptimize(schema->FirstViolation(document));
      benchmark::DoNotOptimize(schema->Errors(document, 16));
    }
  }
  events.Describe(state);
}
BENCHMARK(RefuseAndSayWhere);

void LoadAll(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(LoadSchemas(SLUICE_SOURCE_DIR "/schemas/telemetry/3.0"));
  }
}
BENCHMARK(LoadAll)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sluice
