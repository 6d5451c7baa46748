#include "stages/request_certificate/request_certificate.h"

#include <utility>

#include "util/uuid.h"

namespace sluice::stages {
namespace {

const Path kUser("/userId");
const Path kCourse("/courseId");
const Path kBatch("/batchId");

struct Enrolment {
  std::string_view user;
  std::string_view course;
  std::string_view batch;
};

/// Members and blanks are the original's.
std::string RequestText(const Enrolment& enrolment, std::string_view position,
                        std::int64_t now_ms) {
  std::string json;
  const auto text = [&](std::string_view before, std::string_view value) {
    json += before;
    AppendJsonString(json, value);
  };
  const UuidText uuid = NameBasedUuid({position, "#certificate"});
  const std::string now = std::to_string(now_ms);
  std::string mid = "LP.";
  mid += now;
  mid += '.';
  mid.append(uuid.data(), uuid.size());
  std::string object(enrolment.batch);
  object += '_';
  object += enrolment.course;
  json += R"({"eid": "BE_JOB_REQUEST","ets": )";
  json += now;
  text(R"(,"mid": )", mid);
  json += R"(,"actor": {"id": "Course Certificate Generator","type": "System"},)"
          R"("context": {"pdata": {"ver": "1.0","id": "org.sunbird.platform"}},)";
  text(R"("object": {"id": )", object);
  text(R"(,"type": "CourseCertificateGeneration"},"edata": {"userIds": [)", enrolment.user);
  json += R"(],"action": "issue-certificate","iteration": 1, "trigger": "auto-issue",)";
  text(R"("batchId": )", enrolment.batch);
  text(R"(,"reIssue": false,"courseId": )", enrolment.course);
  json += "}}";
  return json;
}

}  // namespace

Status RequestCertificate::Finish(Batch& batch) {
  // Those that are made here need no second look.
  const std::size_t count = batch.events().size();
  for (std::size_t i = 0; i < count; ++i) {
    Event& event = batch.events()[i];
    if (event.active() && event.readable()) Request(batch, event);
  }
  return Ok();
}

void RequestCertificate::Request(Batch& batch, Event& assessment) {
  AssessmentFault fault;
  const Enrolment enrolment{.user = RequireText(assessment, kUser, batch.arena(), fault),
                            .course = RequireText(assessment, kCourse, batch.arena(), fault),
                            .batch = RequireText(assessment, kBatch, batch.arena(), fault)};
  if (fault) {
    settings_.failed.Take(batch, assessment, fault);
    return;
  }
  // A text and not a document: its mid is not to become the key of the record.
  Event* request = batch.Create(assessment, 0, "{}");
  if (request == nullptr) {
    settings_.failed.Take(batch, assessment, {batch.not_created(), "no room for the request"});
    return;
  }
  request->SetVerbatim(
      batch.arena().Copy(RequestText(enrolment, assessment.position().ToString(), clock_.NowMs())));
  batch.Emit(*request, settings_.topic);
  batch.Count(settings_.requested);
  request->End();
  assessment.End();
}

StageSpec RequestCertificateSpec() {
  StageSpec spec;
  spec.name = "request_certificate";
  spec.summary =
      "Sends a request for the certificate of the course to each assessment's user, where the "
      "assessment ends.";
  spec.fields = {{.name = "to",
                  .type = FieldType::kTopic,
                  .description = "Topic of the requests, which have no key.",
                  .required = true},
                 FailedAssessmentsField()};
  spec.example = "request_certificate: { to: issue.certificate.request }\n";
  spec.reasons = {assessment::kMissingMember, assessment::kMemberNoString, kCreatedUnreadable,
                  kCreatedTooMuch};
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    auto failed = FailedAssessmentsOf(node, resources);
    if (!failed) return std::move(failed).error();
    const RequestCertificate::Settings settings{
        .failed = failed.value(),
        .topic = resources.Topic(node.String("to")),
        .requested = resources.Counter("cert-issue-events-count")};
    return std::unique_ptr<Stage>(new RequestCertificate(settings, resources.clock()));
  };
  return spec;
}

}  // namespace sluice::stages
