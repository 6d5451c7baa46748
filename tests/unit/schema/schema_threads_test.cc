#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "unit/schema/parsed.h"
#include "unit/schema/schema_folder.h"

namespace sluice {
namespace {

TEST(SchemaThreadsTest, OneSchemaServesManyThreads) {
  const SchemaFolder folder{
      {"fast.json", R"({"properties": {"a": {"type": "string"}}})"},
      {"slow.json", R"({"properties": {"a": {"type": "string", "pattern": "^[a-z]+$"}}})"}};
  const auto registry = Load(folder.path());
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&registry, &wrong] {
      for (int i = 0; i < 200; ++i) {
        const Parsed good(R"({"a":"abc"})");
        const Parsed bad(R"({"a":5})");
        for (const char* name : {"fast", "slow"}) {
          const Schema* schema = registry->Find(name);
          const bool right = schema->Accepts(good.root()) && !schema->Accepts(bad.root()) &&
                             schema->Errors(bad.root(), 5).size() == 1;
          wrong += right ? 0 : 1;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace sluice
