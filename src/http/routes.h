#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "http/message.h"

namespace sluice {

/// Who may see a page.
enum class HttpAccess : std::uint8_t {
  kToken,   ///< Who has the server's token, where it has one.
  kPublic,  ///< The same without a token: the page tells nothing of this process.
  kOpen,    ///< Anybody, at any time, without TLS too: the probes.
};

/// The data of one server-sent event, without line breaks. The server calls it from its handler
/// threads, one call at a time; after an exception that event is left out.
using HttpEventSource = std::function<std::string()>;

/// A page or, where it has `events`, a stream of server-sent events.
struct HttpRoute {
  HttpHandler handler;
  HttpAccess access = HttpAccess::kToken;
  HttpEventSource events = {};
};

/// Which handler answers which path. Filled before the server starts; not changed after.
class HttpRoutes {
 public:
  /// Registers the handler of GET and HEAD for exactly this path. A path that is registered again
  /// keeps its last handler.
  void Get(std::string path, HttpHandler handler, HttpAccess access = HttpAccess::kToken);

  /// The same for a stream of events: whoever is connected gets the latest one when the server has
  /// made it (HttpServerSettings::event_interval). Made only while somebody is connected.
  void Stream(std::string path, HttpEventSource events, HttpAccess access = HttpAccess::kToken);

  /// The route of a path, valid until the next Get of the same path; null if there is none.
  [[nodiscard]] const HttpRoute* Find(std::string_view path) const;
  [[nodiscard]] const std::map<std::string, HttpRoute, std::less<>>& all() const { return routes_; }

 private:
  std::map<std::string, HttpRoute, std::less<>> routes_;
};

}  // namespace sluice
