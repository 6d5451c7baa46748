#pragma once

#include <string>

#include "config/node_rules.h"
#include "config/tree_node.h"

namespace sluice {

/// The file's `admin`; docs/configuration.md describes each key.
struct AdminConfig {
  std::string listen;        ///< Empty: no admin server.
  std::string token;         ///< Empty: none.
  bool only_probes = false;  ///< Without a token, only the probes are answered.
  std::string tls_cert;      ///< Empty: plain text only.
  std::string tls_key;
};

/// Reads `admin` and fills in its defaults.
AdminConfig ReadAdmin(TreeNode& root, const NodeRules& rules);

}  // namespace sluice
