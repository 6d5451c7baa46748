#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "sluice/result.h"

namespace sluice {

/// The token of a bearer authorization, from the configuration or from a file that somebody else
/// renews. White space at both ends is no part of it. Messages never hold it.
class BearerToken {
 public:
  /// At most one of the two is not empty; with none, no authorization is sent.
  BearerToken(std::string token, std::string file);

  /// Reads the file if it is another one than it was, or changed. kUnavailable: it can't be read,
  /// is empty or holds what can't stand in a header; the token before it is kept.
  Status Refresh();
  /// Reads the file in any case; true if the token is another one now.
  bool Renew();

  /// "Authorization: Bearer ..."; empty without a token.
  [[nodiscard]] const std::string& header() const { return header_; }

 private:
  /// What tells one state of the file from another.
  struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = -1;
    std::int64_t changed_ns = 0;
    bool operator==(const Stamp&) const = default;
  };

  Status Read();

  std::string file_;
  Stamp stamp_;
  std::string header_;
};

/// Why `token` can't be sent as one, trimmed as it would be; "" if it can.
std::string TokenProblem(const std::string& token);

}  // namespace sluice
