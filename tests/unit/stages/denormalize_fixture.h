#pragma once

#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "stage_fixture.h"

namespace sluice {

/// The caches and the event of de-normalization.md 19, whose rows the tests are named after.
class DenormalizeTest : public StageTest {
 protected:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  /// The event E; each part is JSON, and left out where it is empty.
  struct E {
    std::string eid = "INTERACT";
    std::string ets = "1587300000000";
    std::string actor = R"({"id":"u1","type":"User"})";
    std::string context = R"({"did":"d1"})";
    std::string object = R"({"id":"do_1","type":"Content"})";
    std::string more = {};  ///< Members, with a comma before each.

    [[nodiscard]] std::string Text() const {
      std::string text = R"({"eid":")" + eid + R"(","mid":"m1","ets":)" + ets;
      if (!actor.empty()) text += ",\"actor\":" + actor;
      if (!context.empty()) text += ",\"context\":" + context;
      if (!object.empty()) text += ",\"object\":" + object;
      return text + more + "}";
    }
  };
  /// E without a user, a device or an object.
  static E Bare(const std::string& more = {}) {
    return {.actor = {}, .context = {}, .object = {}, .more = more};
  }

  void SetUp() override {
    StageTest::SetUp();
    resources_.now.now_ms = 1'587'340'800'000;  // 2020-04-20T00:00:00Z
    KnowDevice("d1", {{"state", "Goa"},
                      {"state_code", "GA"},
                      {"district_custom", "North Goa"},
                      {"firstaccess", "5"}});
    KnowUser("u1", {{"usertype", "teacher"}, {"state", "Kerala"}, {"district", "Kollam"}});
    KnowContent("do_1", R"({"name":"N","contentType":"Course",)"
                        R"("lastUpdatedOn":"2018-06-15T13:06:56.090+0000","pkgVersion":2})");
    KnowContent("do_c", R"({"name":"C"})");
    KnowContent("do_l", R"({"name":"L","objectType":"Content","channel":"x"})");
    KnowDialcode("ABC1", R"({"identifier":"ABC1","generated_on":"2018-08-01T13:41:53.695"})");
    stage_ =
        Build("denormalize: { content: content, device: device, user: user, dialcode: dialcode }");
  }

  void KnowDevice(const std::string& id, Fields fields) {
    resources_.lookups["device"][id] = {std::nullopt, std::move(fields)};
  }
  void KnowUser(const std::string& id, Fields fields) {
    resources_.lookups["user"]["user:" + id] = {std::nullopt, std::move(fields)};
  }
  void KnowContent(const std::string& id, const std::string& text) {
    resources_.lookups["content"][id] = {text, {}};
  }
  void KnowDialcode(const std::string& code, const std::string& text) {
    resources_.lookups["dialcode"][code] = {text, {}};
  }

  /// Sends one event through the stage, in a batch of its own; At and CountOf look at it.
  void Enrich(const std::string& text) {
    Forget();
    event_ = &Add(text);
    ASSERT_TRUE(Run(*stage_).ok());
    ASSERT_TRUE(event_->active());
  }
  void Enrich(const E& event) { Enrich(event.Text()); }

  /// JSON of what stands there; "absent" if nothing does, or null.
  std::string At(const std::string& pointer) const { return At(*event_, pointer); }
  static std::string At(const Event& event, const std::string& pointer) {
    const Value value = event.doc().Read(Path(pointer));
    if (!value.exists()) return "absent";
    std::string json;
    event.doc().AppendTo(json, value);
    return json;
  }
  std::string Flag(const std::string& name) const { return At("/flags/" + name); }
  /// "total hit miss" of one kind of lookup.
  std::string Counts(const std::string& kind) {
    return std::to_string(CountOf(kind + "-total")) + ' ' +
           std::to_string(CountOf(kind + "-cache-hit")) + ' ' +
           std::to_string(CountOf(kind + "-cache-miss"));
  }
  void ExpectLocation(const std::string& state, const std::string& district,
                      const std::string& from) {
    EXPECT_EQ(At("/derivedlocationdata"), R"({"state":")" + state + R"(","district":")" + district +
                                              R"(","from":")" + from + "\"}");
    EXPECT_EQ(Flag("loc_denorm"), "true");
    EXPECT_EQ(Counts("loc"), "1 1 0");
  }
  void ExpectNoLocation() {
    EXPECT_EQ(At("/derivedlocationdata"), "absent");
    EXPECT_EQ(Flag("loc_denorm"), "absent");
    EXPECT_EQ(Counts("loc"), "1 0 1");
  }
  /// Keys that the store was asked for since the stage was built.
  const std::vector<std::string>& Asked(const std::string& store) {
    return resources_.last_lookups.at(store)->asked;
  }

  std::unique_ptr<Stage> stage_;
  const Event* event_ = nullptr;
};

}  // namespace sluice
