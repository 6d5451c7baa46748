#pragma once

#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "stage_fixture.h"

namespace sluice {

/// The stages of the assessment aggregator in their order, over a Cassandra that keeps rows, and
/// the events of assessment-aggregator.md 11.
class AssessmentTest : public StageTest {
 protected:
  using Texts = std::map<std::string, std::string>;
  static constexpr std::int64_t kTs = 1568891729576;
  static constexpr const char* kT1 = "1568891735461";
  static constexpr const char* kT2 = "1568891738245";

  void SetUp() override {
    StageTest::SetUp();
    tables_["leaf_nodes"]->Put("C:C:leafnodes", MemoryTable::Members{"cont", "cont2", "c-two"});
    BuildAll(false);
  }

  /// `count`: with the check of how many questions there are.
  void BuildAll(bool count) {
    stages_.clear();
    stages_.push_back(Build("divert_unreadable: { count: failed-event-count }"));
    stages_.push_back(Build("check_leaf_node: { store: leaf_nodes }"));
    if (count) {
      stages_.push_back(Build("check_question_count: { contents: content, api: content_api }"));
    }
    stages_.push_back(Build("store_assessment: { rows: lms }"));
    stages_.push_back(Build("aggregate_scores: { rows: lms }"));
    stages_.push_back(Build("request_certificate: { to: certificates }"));
  }

  /// An ASSESS element; `item` and `edata` are members that go on the object, `item` first.
  struct Q {
    std::string id = "\"q1\"";
    std::string ets = kT1;
    std::string score = "1";
    std::string max = "1";
    std::string edata = R"(,"resvalues":[],"duration":2)";
    std::string item = R"(,"type":"mcq","title":"T'x","desc":"","params":[])";

    [[nodiscard]] std::string Text() const {
      return R"({"eid":"ASSESS","ets":)" + ets + R"(,"edata":{"score":)" + score +
             R"(,"item":{"id":)" + id + R"(,"maxscore":)" + max + item + "}" + edata + "}}";
    }
  };
  static std::string List(const std::vector<Q>& questions) {
    std::string list;
    for (const Q& q : questions) list += (list.empty() ? "" : ",") + q.Text();
    return "[" + list + "]";
  }
  /// The event `ev`; a member that is "" is left out, the others are JSON.
  struct Ev {
    std::string events = List({Q()});
    std::string content = "\"cont\"";
    std::string ts = std::to_string(kTs);
    std::string attempt = "\"A\"";
    std::string user = "\"U\"";
    std::string course = "\"C\"";
    std::string batch = "\"B\"";

    [[nodiscard]] std::string Text() const {
      std::string text;
      const auto add = [&](const char* name, const std::string& json) {
        if (json.empty()) return;
        text += text.empty() ? "" : ",";
        text.append("\"").append(name).append("\":").append(json);
      };
      add("assessmentTs", ts);
      add("batchId", batch);
      add("courseId", course);
      add("userId", user);
      add("attemptId", attempt);
      add("contentId", content);
      add("events", events);
      return "{" + text + "}";
    }
  };

  /// Sends the batch through all stages.
  Status RunAll() {
    for (const auto& stage : stages_) SLUICE_TRY(Run(*stage));
    return Ok();
  }
  /// The same for a batch of these events, which follows on the last.
  void SendAll(const std::vector<std::string>& texts) {
    Forget();
    for (const std::string& text : texts) Add(text);
    const Status status = RunAll();
    ASSERT_TRUE(status.ok()) << status.error().message;
  }
  void Send(const Ev& event) { SendAll({event.Text()}); }

  /// The counters of the batch that are not 0.
  Texts Counters() {
    Texts counters;
    for (const std::string& name : resources_.counters) {
      if (const auto count = CountOf(name)) counters[name] = std::to_string(count);
    }
    return counters;
  }
  /// Those of an assessment that is stored, and of what comes beside.
  static Texts Stored(Texts more = {}) {
    Texts counters{{"cache-hit-count", "1"},           {"db-update-count", "1"},
                   {"batch-success-event-count", "1"}, {"cert-issue-events-count", "1"},
                   {"db-score-read-count", "1"},       {"db-score-update-count", "1"}};
    for (auto& [name, count] : more) counters[name] = count;
    return counters;
  }
  std::vector<Texts> Attempts() { return cassandra_.Rows("assessment_aggregator"); }
  std::vector<Texts> Activities() { return cassandra_.Rows("user_activity_agg"); }
  /// The only attempt that is stored.
  Texts Attempt() {
    const auto attempts = Attempts();
    EXPECT_EQ(attempts.size(), 1U);
    return attempts.empty() ? Texts{} : attempts[0];
  }
  void PutAttempt(std::int64_t last_attempted_on, std::int64_t created_on) {
    cassandra_.Put("assessment_aggregator", {{"user_id", Cell::Text("U")},
                                             {"course_id", Cell::Text("C")},
                                             {"batch_id", Cell::Text("B")},
                                             {"content_id", Cell::Text("cont")},
                                             {"attempt_id", Cell::Text("A")},
                                             {"total_score", Cell::Double(0.5)},
                                             {"total_max_score", Cell::Double(1)},
                                             {"last_attempted_on", Cell::Int(last_attempted_on)},
                                             {"created_on", Cell::Int(created_on)}});
  }
  /// The reason that the only event of the batch was diverted for; "" if it was not.
  std::string Diverted() {
    const Event& event = batch_.events()[0];
    return event.state() == Event::State::kDiverted ? event.reason() : "";
  }
  std::string ValidationError() {
    const Document& doc = batch_.events()[0].doc();
    EXPECT_EQ(doc.ReadString(Path("/metadata/src")), "AssessmentAggregator");
    EXPECT_TRUE(doc.Read(Path("/flags")).IsObject());
    return std::string(doc.ReadString(Path("/metadata/validation_error")).value_or("(none)"));
  }
  /// Expects that the event fails with the reason and the message, and that nothing comes of it.
  void ExpectFailed(const std::string& text, const std::string& reason,
                    const ::testing::Matcher<std::string>& message) {
    const std::size_t before = Attempts().size();
    SendAll({text});
    EXPECT_EQ(Diverted(), reason) << text;
    EXPECT_THAT(ValidationError(), message) << text;
    EXPECT_EQ(CountOf("failed-event-count"), 1U) << text;
    EXPECT_EQ(emitted_, std::vector<Emitted>()) << text;
    EXPECT_EQ(Attempts().size(), before) << text;
  }

  std::vector<std::unique_ptr<Stage>> stages_;
};

}  // namespace sluice
