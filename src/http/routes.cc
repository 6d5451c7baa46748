#include "http/routes.h"

#include <utility>

namespace sluice {

void HttpRoutes::Get(std::string path, HttpHandler handler, HttpAccess access) {
  routes_.insert_or_assign(std::move(path), HttpRoute{std::move(handler), access});
}

void HttpRoutes::Stream(std::string path, HttpEventSource events, HttpAccess access) {
  routes_.insert_or_assign(std::move(path), HttpRoute{{}, access, std::move(events)});
}

const HttpRoute* HttpRoutes::Find(std::string_view path) const {
  const auto found = routes_.find(path);
  return found == routes_.end() ? nullptr : &found->second;
}

}  // namespace sluice
