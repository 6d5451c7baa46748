#include "stages/check_leaf_node/check_leaf_node.h"

namespace sluice::stages {
namespace {

const Path kCourse("/courseId");
const Path kContent("/contentId");

}  // namespace

Status CheckLeafNode::Start(Batch& batch) {
  courses_.clear();
  for (Event& event : batch.events()) {
    if (event.active() && event.readable()) Ask(event, batch.arena());
  }
  return leaf_nodes_.Send();
}

void CheckLeafNode::Ask(Event& event, Arena& arena) {
  const auto course_id = event.doc().ReadString(kCourse);
  const auto content = event.doc().ReadString(kContent);
  if (!course_id || !content) return;
  auto* assessment = arena.New<Assessment>();
  assessment->event = &event;
  assessment->content = *content;
  Course*& course = courses_[*course_id];
  if (course != nullptr) {
    course->last = course->last->next = assessment;
    return;
  }
  course = arena.New<Course>();
  course->first = course->last = assessment;
  std::string key(*course_id);
  key.append(":").append(*course_id).append(":leafnodes");
  leaf_nodes_.Add({.op = TableRequest::Op::kGetMembers, .key = arena.Copy(key)}, course);
}

Status CheckLeafNode::Finish(Batch& batch) {
  DivertFaulty(batch);
  const auto answers = leaf_nodes_.Receive();
  if (!answers) return answers.error();
  for (const auto [course, reply] : answers.value()) Judge(batch, *course, *reply);
  return Ok();
}

void CheckLeafNode::DivertFaulty(Batch& batch) const {
  for (Event& event : batch.events()) {
    if (!event.active() || !event.readable()) continue;
    AssessmentFault fault;
    RequireText(event, kCourse, batch.arena(), fault);
    RequireText(event, kContent, batch.arena(), fault);
    if (fault) settings_.failed.Take(batch, event, fault);
  }
}

void CheckLeafNode::Judge(Batch& batch, const Course& course, const TableReply& reply) {
  const bool wrong_type = reply.state == TableReply::State::kWrongType;
  members_.clear();
  members_.insert(reply.members.begin(), reply.members.end());
  for (const Assessment* at = course.first; at != nullptr; at = at->next) {
    Event& event = *at->event;
    if (wrong_type) {
      settings_.failed.Take(batch, event,
                            {"leaf_nodes_no_set", "the leaf nodes of the course are no set"});
      continue;
    }
    batch.Count(members_.empty() ? settings_.unknown : settings_.known);
    if (members_.empty() || members_.contains(at->content)) continue;
    settings_.failed.TakeUnchanged(batch, event, "not_a_leaf_node", settings_.failed.failed);
  }
}

StageSpec CheckLeafNodeSpec() {
  StageSpec spec;
  spec.name = "check_leaf_node";
  spec.summary =
      "Diverts assessments of a content that is not among the leaf nodes of the course, as far as "
      "these are known.";
  spec.fields = {
      {.name = "store",
       .type = FieldType::kStore,
       .description = "Store that holds leaf nodes, as sets under <courseId>:<courseId>:leafnodes.",
       .required = true},
      FailedAssessmentsField()};
  spec.example = "check_leaf_node: { store: leaf_nodes }\n";
  spec.reasons = {assessment::kMissingMember, assessment::kMemberNoString, "leaf_nodes_no_set",
                  "not_a_leaf_node"};
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    auto failed = FailedAssessmentsOf(node, resources);
    if (!failed) return std::move(failed).error();
    auto store = resources.Tables(node.String("store"));
    if (!store) return std::move(store).error();
    const CheckLeafNode::Settings settings{.failed = failed.value(),
                                           .known = resources.Counter("cache-hit-count"),
                                           .unknown = resources.Counter("cache-hit-miss-count")};
    return std::unique_ptr<Stage>(
        new CheckLeafNode(settings, std::move(store).value(), node.String("store")));
  };
  return spec;
}

}  // namespace sluice::stages
