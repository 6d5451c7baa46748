#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace sluice {

/// What the caller must do about a failure, not where it came from.
enum class ErrorKind : std::uint8_t {
  kInvalidConfig,     ///< Refuse to start: the operator must edit the file (exit 78).
  kUnavailable,       ///< An outside system is unreachable: keep the batch, retry with backoff.
  kDiscard,           ///< The assignment moved: drop what is in hand, go on collecting.
  kAbortTransaction,  ///< Abort, rewind to the last checkpoint, go on.
  kReplaceSink,       ///< Outcome unknown, or fenced: replace the sink, then rewind.
  kRefused,           ///< The sink refuses a record: abort, rewind, narrow it down.
  kFatal,             ///< This process can't go on.
};

/// The kind's name as it stands in logs and metric labels, such as "unavailable".
std::string_view ErrorKindName(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::kFatal;
  std::string message;

  /// Puts the caller's view in front: "deduplicate: redis: connection refused".
  Error Wrap(std::string_view context) && {
    message.insert(0, std::string(context) + ": ");
    return std::move(*this);
  }
};

/// A value or the reason why there is none. To be replaced by std::expected.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return ok(); }
  T& value() & { return std::get<T>(state_); }
  const T& value() const& { return std::get<T>(state_); }
  T&& value() && { return std::get<T>(std::move(state_)); }
  const Error& error() const& { return std::get<Error>(state_); }
  Error&& error() && { return std::get<Error>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

using Status = Result<std::monostate>;
inline Status Ok() { return std::monostate{}; }

}  // namespace sluice

/// Returns the error of a Status or Result expression to the caller.
#define SLUICE_TRY(expression)                                  \
  do {                                                          \
    if (auto sluice_status = (expression); !sluice_status.ok()) \
      return std::move(sluice_status).error();                  \
  } while (false)
