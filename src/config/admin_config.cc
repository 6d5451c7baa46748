#include "config/admin_config.h"

#include <algorithm>
#include <string_view>

#include "util/listen_address.h"

namespace sluice {
namespace {

/// What can stand in a header behind "Bearer ".
bool IsToken(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

void ReadTls(TreeNode& admin, const NodeRules& rules, AdminConfig& out) {
  TreeNode* tls = admin.Member("tls");
  if (tls == nullptr) return;
  rules.Check(*tls, {Required("cert", FieldType::kString, "the certificate's PEM file."),
                     Required("key", FieldType::kString, "the PEM file of its key.")});
  out.tls_cert = tls->String("cert");
  out.tls_key = tls->String("key");
}

}  // namespace

AdminConfig ReadAdmin(TreeNode& root, const NodeRules& rules) {
  TreeNode& admin = SectionOf(root, "admin");
  rules.Check(admin, {Field("listen", FieldType::kString, "127.0.0.1:9400"),
                      Field("token", FieldType::kString, ""),
                      Field("open", FieldType::kString, "all"), Section("tls")});
  AdminConfig out;
  const std::string listen = admin.String("listen");
  out.listen = listen == "off" ? "" : listen;
  rules.Demand(admin, "listen", FieldType::kString,
               out.listen.empty() || ParseListenAddress(out.listen).has_value(),
               "host:port such as 127.0.0.1:9400 or [::1]:9400, or off");
  out.token = admin.String("token");
  rules.Demand(admin, "token", FieldType::kString, IsToken(out.token),
               "printable ASCII without spaces");
  rules.DemandOneOf(admin, "open", {"all", "probes"});
  out.only_probes = admin.String("open") == "probes";
  ReadTls(admin, rules, out);
  return out;
}

}  // namespace sluice
