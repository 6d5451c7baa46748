#include <utility>

#include "stages/update_user/update_user.h"

namespace sluice::stages {
namespace {

std::vector<FieldSpec> Fields() {
  return {
      {.name = "store",
       .type = FieldType::kStore,
       .description = "Store that holds the users, as hashes under user:<id>.",
       .required = true},
      {.name = "api",
       .type = FieldType::kStore,
       .description = "Store that answers a user's id with the body of the User Read API.",
       .required = true},
      {.name = "registered_pid",
       .type = FieldType::kString,
       .description = "The context.pdata.pid of events whose user is read from the API.",
       .default_value = "learner-service"},
      {.name = "self_sign_in_types",
       .type = FieldType::kStringList,
       .description = "Ids of SignupType of users who signed in by themselves.",
       .default_value = "[google, self]"},
      {.name = "validated_types",
       .type = FieldType::kStringList,
       .description = "Ids of SignupType of users whom somebody has validated; they come first.",
       .default_value = "[sso]"},
      {.name = "self_sign_in",
       .type = FieldType::kString,
       .description = "What usersignintype is for self_sign_in_types.",
       .default_value = "Self-Signed-In"},
      {.name = "validated",
       .type = FieldType::kString,
       .description = "What usersignintype is for validated_types.",
       .default_value = "Validated"},
      {.name = "removable_fields",
       .type = FieldType::kStringList,
       .description = "Fields of the hash that go where the API's user hasn't got them any more.",
       .default_value = "[state, district, block, cluster, schooludisecode, schoolname]"},
      {.name = "tolerated_codes",
       .type = FieldType::kStringList,
       .description = "Response codes of the API, in capitals, with which an account may be "
                      "blocked; the event counts all the same.",
       .default_value = "[CLIENT_ERROR]"},
      {.name = "counter_key",
       .type = FieldType::kString,
       .description = "Hash that counts the new users of each organisation.",
       .default_value = "mdo_registered_officer_count"},
      {.name = "side_output",
       .type = FieldType::kString,
       .description = "Side output that takes events of which something can't be used, byte for "
                      "byte as they came.",
       .default_value = "failed"}};
}

Result<std::unique_ptr<Stage>> Build(const ConfigNode& node, Resources& resources) {
  auto side_output = resources.SideOutput(node.String("side_output"));
  if (!side_output) return std::move(side_output).error();
  auto users = resources.Tables(node.String("store"));
  if (!users) return std::move(users).error();
  auto api = resources.Lookups(node.String("api"));
  if (!api) return std::move(api).error();
  UpdateUser::Settings settings{.events = {.registered_pid = node.String("registered_pid"),
                                           .self_sign_in_types = node.Strings("self_sign_in_types"),
                                           .validated_types = node.Strings("validated_types"),
                                           .self_sign_in = node.String("self_sign_in"),
                                           .validated = node.String("validated")},
                                .tolerated_codes = node.Strings("tolerated_codes"),
                                .removable_fields = node.Strings("removable_fields"),
                                .counter_key = node.String("counter_key"),
                                .side_output = side_output.value(),
                                .counters = {.total = resources.Counter("total-audit-events-count"),
                                             .skipped = resources.Counter("skipped-message-count"),
                                             .success = resources.Counter("success-message-count"),
                                             .cached = resources.Counter("user-cache-hit"),
                                             .found = resources.Counter("api-read-success-count"),
                                             .missed = resources.Counter("api-read-miss-count"),
                                             .failed = resources.Counter("failed-event-count")}};
  return std::unique_ptr<Stage>(new UpdateUser(std::move(settings),
                                               {std::move(users).value(), node.String("store")},
                                               {std::move(api).value(), node.String("api")}));
}

}  // namespace

StageSpec UpdateUserSpec() {
  StageSpec spec;
  spec.name = "update_user";
  spec.summary =
      "Keeps the cached hash of each user up to date from audit events and the User Read API, and "
      "counts the new users of each organisation.";
  spec.fields = Fields();
  spec.example = "update_user: { store: user, api: user_read }\n";
  spec.reasons = {"no_user",           "no_state",        "other_state",   "no_user_data",
                  "object_ill_typed",  "state_ill_typed", "pid_ill_typed", "user_unanswered",
                  "user_unreadable",   "user_ill_typed",  "user_refused",  "wrong_type",
                  "counter_wrong_type"};
  spec.build = Build;
  return spec;
}

}  // namespace sluice::stages
