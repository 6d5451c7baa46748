#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "http/message.h"

namespace sluice {

/// Whether a page demands the server's token, where it has one.
enum class HttpAccess { kToken, kOpen };

struct HttpRoute {
  HttpHandler handler;
  HttpAccess access = HttpAccess::kToken;
};

/// Which handler answers which path. Filled before the server starts; not changed after.
class HttpRoutes {
 public:
  /// Registers the handler of GET and HEAD for exactly this path. A path that is registered again
  /// keeps its last handler.
  void Get(std::string path, HttpHandler handler, HttpAccess access = HttpAccess::kToken);

  /// The route of a path, valid until the next Get of the same path; null if there is none.
  [[nodiscard]] const HttpRoute* Find(std::string_view path) const;

 private:
  std::map<std::string, HttpRoute, std::less<>> routes_;
};

}  // namespace sluice
