#include "http/message.h"

#include <algorithm>

namespace sluice {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool EqualInAnyCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

std::string_view HttpRequest::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (EqualInAnyCase(key, name)) return value;
  }
  return {};
}

void SetTarget(std::string_view target, HttpRequest& request) {
  if (const auto scheme = target.find("://");
      scheme != std::string_view::npos && scheme < target.find_first_of("/?")) {
    const auto path = target.find_first_of("/?", scheme + 3);
    target = path == std::string_view::npos ? std::string_view() : target.substr(path);
  }
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  if (request.path.empty()) request.path = "/";
  request.query = question == std::string_view::npos ? "" : target.substr(question + 1);
}

}  // namespace sluice
