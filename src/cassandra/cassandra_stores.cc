#include "cassandra/cassandra_stores.h"

#include <memory>
#include <utility>

#include "cassandra/cassandra_row_store.h"
#include "cassandra/tls_session.h"

namespace sluice {
namespace cassandra {
namespace {

/// How many connections of a store were made: the next one begins with another contact point.
struct ConnectionCount {
  std::size_t made = 0;
};

std::vector<std::string_view> SplitAtCommas(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(',');
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

Consistency ConsistencyOf(std::string_view name) {
  if (name == "one") return Consistency::kOne;
  if (name == "all") return Consistency::kAll;
  return name == "local_quorum" ? Consistency::kLocalQuorum : Consistency::kQuorum;
}

Result<std::unique_ptr<RowStore>> BuildRows(const ConfigNode& node, const StoreContext& context) {
  auto settings = CassandraSettingsOf(node);
  if (!settings) return std::move(settings).error();
  auto& count = context.shared.Of<ConnectionCount>(context.scope + "/" + context.name);
  if (count == nullptr) count = std::make_shared<ConnectionCount>();
  return std::unique_ptr<RowStore>(new CassandraRowStore(
      std::move(settings).value(), context.metrics, context.name, count->made++, context.stop));
}

Status Validate(const ConfigNode& node) {
  const ConfigNode* tls = node.Get("tls");
  if (tls != nullptr && tls->String("cert").empty() != tls->String("key").empty()) {
    return tls->Complain("must have both `cert` and `key` of the client, or neither");
  }
  if (!node.String("password").empty() && !node.String("password_file").empty()) {
    return node.Complain("must have `password` or `password_file`, not both");
  }
  const bool secret = !node.String("password").empty() || !node.String("password_file").empty();
  if (secret && node.String("user").empty()) return node.Complain("has a password and no `user`");
  const auto settings = CassandraSettingsOf(node);
  if (!settings) return settings.error();
  if (!settings.value().tls) return Ok();
  const Status files = CheckTlsFiles(settings.value());
  return files.ok() ? Ok() : Status(tls->Complain(files.error().message));
}

FieldSpec TlsField() {
  FieldSpec tls{.name = "tls",
                .type = FieldType::kSection,
                .description =
                    "PEM files; where it is there, even empty, the connection is "
                    "encrypted and the node's certificate must name its contact point."};
  tls.fields = {
      {.name = "ca", .description = "Whom to trust; empty: the system's.", .default_value = ""},
      {.name = "cert", .description = "The client's certificate.", .default_value = ""},
      {.name = "key", .description = "The client's key.", .default_value = ""}};
  return tls;
}

std::vector<FieldSpec> Fields() {
  return {
      {.name = "contact_points",
       .type = FieldType::kStringList,
       .description = "Nodes as host or host:port (9042), listed or with commas between; one is "
                      "used, and where it can't serve the next one.",
       .required = true},
      {.name = "consistency",
       .description = "How many replicas must have read or written.",
       .default_value = "quorum",
       .one_of = {"quorum", "local_quorum", "one", "all"}},
      {.name = "user", .description = "Who logs in; empty: nobody.", .default_value = ""},
      {.name = "password", .description = "The user's password.", .default_value = ""},
      {.name = "password_file",
       .description = "File whose first line is the password; read for every connection.",
       .default_value = ""},
      {.name = "timeout",
       .type = FieldType::kDuration,
       .description = "Longest wait for a connection, and for any progress of requests.",
       .default_value = "10s",
       .least = 1},
      {.name = "max_frame",
       .type = FieldType::kBytes,
       .description = "Largest response, all of its rows together, that is taken.",
       .default_value = "64MiB",
       .least = 65536,
       .most = 268435456},
      TlsField()};
}

}  // namespace

Result<CassandraSettings> CassandraSettingsOf(const ConfigNode& node) {
  CassandraSettings settings;
  settings.where = node.where();
  for (const std::string& texts : node.Strings("contact_points")) {
    // A variable holds several in one text.
    for (const std::string_view text : SplitAtCommas(texts)) {
      auto point = ParseContactPoint(text);
      if (!point) return node.Get("contact_points")->Complain(point.error().message);
      settings.contact_points.push_back(std::move(point).value());
    }
  }
  if (settings.contact_points.empty()) {
    return node.Get("contact_points")->Complain("names no node");
  }
  settings.consistency = ConsistencyOf(node.String("consistency"));
  settings.user = node.String("user");
  settings.password = node.String("password");
  settings.password_file = node.String("password_file");
  settings.timeout = node.Duration("timeout", settings.timeout);
  settings.max_frame = static_cast<std::size_t>(node.Bytes("max_frame", settings.max_frame));
  if (const ConfigNode* tls = node.Get("tls")) {
    settings.tls = true;
    settings.ca_file = tls->String("ca");
    settings.cert_file = tls->String("cert");
    settings.key_file = tls->String("key");
  }
  return settings;
}

}  // namespace cassandra

StoreSpec CassandraStoreSpec() {
  StoreSpec spec;
  spec.name = "cassandra";
  spec.summary = "Holds rows in the tables of an Apache Cassandra cluster, 3.0 or newer.";
  spec.fields = cassandra::Fields();
  spec.example = "cassandra: { contact_points: [\"localhost:9042\"] }\n";
  spec.validate = cassandra::Validate;
  spec.remote = true;
  spec.rows = cassandra::BuildRows;
  return spec;
}

}  // namespace sluice
