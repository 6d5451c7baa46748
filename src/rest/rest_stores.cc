#include "rest/rest_stores.h"

#include <fstream>
#include <memory>
#include <utility>

#include "rest/bearer_token.h"
#include "rest/rest_lookup_store.h"

namespace sluice {
namespace {

Result<std::unique_ptr<LookupStore>> BuildLookups(const ConfigNode& node,
                                                  const StoreContext& context) {
  auto settings = RestSettingsOf(node);
  if (!settings) return std::move(settings).error();
  return std::unique_ptr<LookupStore>(new RestLookupStore(
      std::move(settings).value(), context.metrics, context.name, context.log, context.stop));
}

Status ValidateTls(const ConfigNode& tls, const RestSettings& settings) {
  if (!settings.url.tls()) return tls.Complain("`url` asks for no TLS; write https://");
  if (settings.cert_file.empty() != settings.key_file.empty()) {
    return tls.Complain("must have both `cert` and `key` of the client, or neither");
  }
  for (const std::string& file : {settings.ca_file, settings.cert_file, settings.key_file}) {
    if (!file.empty() && !std::ifstream(file)) return tls.Complain(file + " can't be read");
  }
  return Ok();
}

Status Validate(const ConfigNode& node) {
  const auto settings = RestSettingsOf(node);
  if (!settings) return settings.error();
  if (!settings.value().token.empty() && !settings.value().token_file.empty()) {
    return node.Complain("must have `token` or `token_file`, not both");
  }
  if (const std::string problem = TokenProblem(settings.value().token); !problem.empty()) {
    return node.Get("token")->Complain(problem);
  }
  const ConfigNode* tls = node.Get("tls");
  return tls == nullptr ? Ok() : ValidateTls(*tls, settings.value());
}

std::vector<FieldSpec> RetryFields() {
  return {
      {.name = "attempts",
       .type = FieldType::kInt,
       .description = "How often a key is asked for before its lookup goes unanswered: after 5xx "
                      "and 429 (Retry-After is honoured up to 10s), a time-out, a body that is "
                      "not JSON or that is cut off.",
       .default_value = "5",
       .least = 1,
       .most = 100},
      {.name = "give_up_after",
       .type = FieldType::kDuration,
       .description = "How long the pipeline waits for a server that can't be reached or answers "
                      "nothing at all; then lookups go unanswered until it does; 0: for ever.",
       .default_value = "10m",
       .least = 0}};
}

std::vector<FieldSpec> Fields() {
  FieldSpec tls{
      .name = "tls", .type = FieldType::kSection, .description = "PEM files for an https:// URL."};
  tls.fields = {
      {.name = "ca", .description = "Whom to trust; empty: the system's.", .default_value = ""},
      {.name = "cert", .description = "The client's certificate.", .default_value = ""},
      {.name = "key", .description = "The client's key.", .default_value = ""}};
  std::vector<FieldSpec> fields = {
      {.name = "url",
       .description = "http:// or https:// URL with {key} in the place of the key, which is "
                      "percent-encoded as one path segment.",
       .required = true},
      {.name = "token",
       .description = "Token that is sent as Authorization: Bearer; white space at its ends "
                      "is left out.",
       .default_value = ""},
      {.name = "token_file",
       .description =
           "File that holds the token; it is read again when it changes, and after a 401.",
       .default_value = ""},
      {.name = "timeout",
       .type = FieldType::kDuration,
       .description = "Longest time of a request, connection and body included.",
       .default_value = "10s",
       .least = 1,
       .most = 60'000},
      {.name = "connect_timeout",
       .type = FieldType::kDuration,
       .description = "Longest time to connect, TLS included.",
       .default_value = "5s",
       .least = 1,
       .most = 60'000},
      {.name = "connections",
       .type = FieldType::kInt,
       .description = "Most requests side by side of one worker; connections are kept.",
       .default_value = "64",
       .least = 1,
       .most = 1024},
      {.name = "max_body",
       .type = FieldType::kBytes,
       .description = "Largest body; the lookup of a larger one goes unanswered.",
       .default_value = "1MiB",
       .least = 1,
       .most = 1 << 30}};
  for (FieldSpec& field : RetryFields()) fields.push_back(std::move(field));
  fields.push_back(std::move(tls));
  return fields;
}

}  // namespace

Result<RestSettings> RestSettingsOf(const ConfigNode& node) {
  auto url = UrlTemplate::Parse(node.String("url"));
  if (!url) return node.Get("url")->Complain(url.error().message);
  RestSettings settings;
  settings.url = std::move(url).value();
  settings.token = node.String("token");
  settings.token_file = node.String("token_file");
  settings.timeout = node.Duration("timeout", settings.timeout);
  settings.connect_timeout = node.Duration("connect_timeout", settings.connect_timeout);
  settings.connections = static_cast<std::size_t>(node.Int("connections", 64));
  settings.attempts = static_cast<int>(node.Int("attempts", settings.attempts));
  settings.give_up_after = node.Duration("give_up_after", settings.give_up_after);
  settings.max_body = static_cast<std::size_t>(node.Bytes("max_body", settings.max_body));
  if (const ConfigNode* tls = node.Get("tls")) {
    settings.ca_file = tls->String("ca");
    settings.cert_file = tls->String("cert");
    settings.key_file = tls->String("key");
  }
  return settings;
}

StoreSpec HttpStoreSpec() {
  StoreSpec spec;
  spec.name = "http";
  spec.summary = "Looks reference data up in an API: the JSON body that a GET of a URL brings.";
  spec.fields = Fields();
  spec.example =
      "http: { url: \"https://api.example.org/dialcode/v3/read/{key}\", token: "
      "\"${API_TOKEN:-}\" }\n";
  spec.validate = Validate;
  spec.remote = true;
  spec.cacheable = true;
  spec.lookups = BuildLookups;
  return spec;
}

}  // namespace sluice
