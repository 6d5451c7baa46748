#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>
#include <string>

#include "schema/schema_directory.h"
#include "unit/schema/event_generator.h"
#include "unit/schema/parsed.h"
#include "unit/schema/schema_folder.h"
#include "unit/schema/three_tiers.h"

namespace sluice {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLUICE_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SLUICE_SANITIZED
#endif
#endif

/// Checks per run: SLUICE_SCHEMA_CHECKS, or what takes some seconds.
std::size_t Checks() {
  const char* wanted = std::getenv("SLUICE_SCHEMA_CHECKS");
  if (wanted != nullptr) return std::stoul(wanted);
#ifdef SLUICE_SANITIZED
  return 8'000;
#else
  return 200'000;
#endif
}

class Differential {
 public:
  explicit Differential(std::uint64_t seed) : generator_(seed) {}

  /// `one_sided` schemas accept no object, or every one.
  void Run(const std::filesystem::path& directory, std::size_t checks,
           const std::set<std::string>& one_sided) {
    const auto registry = Load(directory);
    ASSERT_NE(registry, nullptr);
    const auto& schemas = dynamic_cast<const SchemaDirectory&>(*registry).schemas();
    const std::size_t rounds = checks / schemas.size() + 1;
    for (std::size_t round = 0; round < rounds && disagreements_ < 10; ++round) {
      for (const auto& [name, schema] : schemas) Check(name, schema);
    }
    // Neither side of the border may be rare, else the check means little.
    if (rounds < 1000) return;
    for (const auto& [name, accepted] : accepted_) {
      if (one_sided.contains(name)) continue;
      EXPECT_GT(accepted, rounds / 500) << name;
      EXPECT_LT(accepted, rounds - rounds / 500) << name;
    }
  }

 private:
  void Check(const std::string& name, const JsonSchema& schema) {
    const Parsed event(generator_.Next(schema.root()));
    ASSERT_EQ(event.reason, nullptr) << event.text;
    const ThreeTiers verdict(schema, event.root());
    accepted_[name] += verdict.valijson ? 1 : 0;
    if (verdict.Agree()) return;
    ++disagreements_;
    ADD_FAILURE() << name << ": " << verdict.ToString() << "\n" << event.text;
  }

  EventGenerator generator_;
  std::map<std::string, std::size_t> accepted_;
  std::size_t disagreements_ = 0;
};

TEST(SchemaDifferentialTest, ProgramValijsonAndLocatorAgreeOnTelemetry) {
  Differential(20'240'601)
      .Run(SLUICE_SOURCE_DIR "/schemas/telemetry/3.0", Checks(), {"cdata", "items"});
}

TEST(SchemaDifferentialTest, ProgramValijsonAndLocatorAgreeOnDruid) {
  Differential(20'240'602).Run(SLUICE_SOURCE_DIR "/schemas/druid", Checks(), {});
}

// Their parts overlap, recur and exclude one another, as those of the shipped ones hardly do.
TEST(SchemaDifferentialTest, ProgramValijsonAndLocatorAgreeOnTangledSchemas) {
  Differential(7).Run(SLUICE_SOURCE_DIR "/tests/unit/schema/tangled", Checks() / 4,
                      {"anything", "forbidden"});
}

}  // namespace
}  // namespace sluice
