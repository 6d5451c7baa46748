#include "rest/bearer_token.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

namespace sluice {
namespace {

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string HeaderOf(std::string_view token) {
  return token.empty() ? "" : "Authorization: Bearer " + std::string(token);
}

}  // namespace

std::string TokenProblem(const std::string& token) {
  const bool plain =
      std::ranges::all_of(Trimmed(token), [](char c) { return c > ' ' && c <= '~'; });
  return plain ? "" : "holds white space or characters that can't stand in a header";
}

BearerToken::BearerToken(std::string token, std::string file)
    : file_(std::move(file)), header_(HeaderOf(Trimmed(token))) {}

Status BearerToken::Refresh() {
  if (file_.empty()) return Ok();
  struct stat found {};
  if (stat(file_.c_str(), &found) != 0) {
    return Error{ErrorKind::kUnavailable, "the token file " + file_ + " can't be read: " +
                                              std::generic_category().message(errno)};
  }
  const Stamp stamp{found.st_dev, found.st_ino, found.st_size,
                    std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec};
  if (stamp == stamp_) return Ok();
  SLUICE_TRY(Read());
  stamp_ = stamp;
  return Ok();
}

bool BearerToken::Renew() {
  const std::string before = header_;
  return !file_.empty() && Read().ok() && header_ != before;
}

Status BearerToken::Read() {
  std::ifstream file(file_, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::string problem = file ? TokenProblem(text) : "can't be read";
  if (problem.empty() && Trimmed(text).empty()) problem = "is empty";
  if (!problem.empty()) {
    return Error{ErrorKind::kUnavailable, "the token file " + file_ + " " + problem};
  }
  header_ = HeaderOf(Trimmed(text));
  return Ok();
}

}  // namespace sluice
