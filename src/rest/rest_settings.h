#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "rest/url_template.h"

namespace sluice {

struct RestSettings {
  UrlTemplate url;
  std::string token;
  std::string token_file;
  std::chrono::milliseconds timeout{10'000};         ///< Of a request, connection included.
  std::chrono::milliseconds connect_timeout{5'000};  ///< TLS included.
  std::size_t connections = 64;
  int attempts = 5;
  std::chrono::milliseconds give_up_after{600'000};  ///< 0: never.
  std::size_t max_body = std::size_t{1} << 20;
  std::string ca_file;  ///< Empty: the system's authorities.
  std::string cert_file;
  std::string key_file;
};

}  // namespace sluice
