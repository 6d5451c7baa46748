#include "postgres/postgres_stores.h"

#include <unistd.h>

#include <memory>
#include <utility>

#include "postgres/postgres_row_store.h"

namespace sluice {
namespace {

Result<std::unique_ptr<RowStore>> BuildRows(const ConfigNode& node, const StoreContext& context) {
  auto settings = PostgresSettingsOf(node);
  if (!settings) return std::move(settings).error();
  return std::unique_ptr<RowStore>(new PostgresRowStore(
      std::move(settings).value(), context.metrics, context.name, context.stop));
}

Status Validate(const ConfigNode& node) {
  const auto settings = PostgresSettingsOf(node);
  if (!settings) return settings.error();
  const PostgresSettings& postgres = settings.value();
  if (postgres.cert_file.empty() != postgres.key_file.empty()) {
    return node.Get("tls")->Complain("must have both `cert` and `key` of the client, or neither");
  }
  for (const std::string& path : {postgres.ca_file, postgres.cert_file, postgres.key_file}) {
    if (path.empty() || access(path.c_str(), R_OK) == 0) continue;
    return node.Get("tls")->Complain("the file " + path + " can't be read");
  }
  return Ok();
}

std::vector<FieldSpec> Fields() {
  FieldSpec tls{.name = "tls",
                .type = FieldType::kSection,
                .description = "How the connection is encrypted, in place of the URL's sslmode."};
  tls.fields = {
      {.name = "mode",
       .description = "What is asked of the server, as libpq's sslmode.",
       .default_value = "verify-full",
       .one_of = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}},
      {.name = "ca",
       .description = "PEM file of whom to trust; empty: ~/.postgresql/root.crt.",
       .default_value = ""},
      {.name = "cert", .description = "PEM file of the client's certificate.", .default_value = ""},
      {.name = "key", .description = "PEM file of the client's key.", .default_value = ""}};
  return {
      {.name = "url",
       .description = "postgresql://[user[:password]@]host[:port][,host[:port]][/database], with "
                      "the parameters of libpq, or postgresql:///database?host=/directory for a "
                      "Unix socket; of several hosts the first that takes writes is used.",
       .required = true},
      {.name = "user", .description = "User, in place of the URL's.", .default_value = ""},
      {.name = "password", .description = "Password, in place of the URL's.", .default_value = ""},
      {.name = "password_file",
       .description = "File that holds the password; read for every connection.",
       .default_value = ""},
      {.name = "database", .description = "Database, in place of the URL's.", .default_value = ""},
      {.name = "timeout",
       .type = FieldType::kDuration,
       .description = "Longest wait for a connection, and for any progress of a statement.",
       .default_value = "5s",
       .least = 1},
      std::move(tls)};
}

}  // namespace

Result<PostgresSettings> PostgresSettingsOf(const ConfigNode& node) {
  auto settings = ParsePostgresUrl(node.String("url"));
  if (!settings) return node.Get("url")->Complain(settings.error().message);
  PostgresSettings& postgres = settings.value();
  postgres.where = node.where();
  if (const std::string user = node.String("user"); !user.empty()) postgres.user = user;
  if (const std::string name = node.String("database"); !name.empty()) postgres.database = name;
  if (const std::string password = node.String("password"); !password.empty()) {
    postgres.password = password;
  }
  postgres.password_file = node.String("password_file");
  if (!postgres.password.empty() && !postgres.password_file.empty()) {
    return node.Complain(
        "has two passwords: give it by `password_file`, or by `password` or `url`");
  }
  if (const ConfigNode* tls = node.Get("tls")) {
    postgres.tls_mode = tls->String("mode");
    postgres.ca_file = tls->String("ca");
    postgres.cert_file = tls->String("cert");
    postgres.key_file = tls->String("key");
  }
  postgres.timeout = node.Duration("timeout", postgres.timeout);
  return settings;
}

StoreSpec PostgresStoreSpec() {
  StoreSpec spec;
  spec.name = "postgres";
  spec.summary = "Holds rows in a database of PostgreSQL 13 or newer.";
  spec.fields = Fields();
  spec.example = "postgres: { url: \"postgresql://sluice@localhost:5432/analytics\" }\n";
  spec.validate = Validate;
  spec.remote = true;
  spec.rows = BuildRows;
  return spec;
}

}  // namespace sluice
