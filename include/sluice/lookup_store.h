#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sluice/result.h"

namespace sluice {

/// A question for reference data.
struct Lookup {
  enum class Kind : std::uint8_t {
    kText,  ///< The text under the key (Redis: GET; HTTP: the body of the answer, whatever its
            ///< code).
    kHash,  ///< The named fields under the key (Redis: HGETALL).
  };
  Kind kind = Kind::kText;
  std::string_view key;  ///< As it stands in the store.
};

struct LookupField {
  std::string_view name;
  std::string_view value;
};

/// The answer; the views are valid until the next call of the store.
struct LookupReply {
  enum class State : std::uint8_t {
    kFound,
    kMissing,
    kWrongType,  ///< Something else stands under the key: a hash where text is asked for, say.
    /// Asked as often as the store is told to, and no usable answer came for this key.
    kUnanswered,
  };
  State state = State::kMissing;
  std::string_view text;                ///< Of a kText that was found.
  std::span<const LookupField> fields;  ///< Of a kHash that was found.
};

/// Read-only reference data: devices, users, contents, dial codes.
///
/// Requests are pipelined: Send may be called again before Receive, and Receive answers in the
/// order of the Sends (requests.h pairs the two). Equal lookups of one Send are asked once, and
/// their replies share their bytes, so that `text.data()` (or `fields.data()`) tells whether two
/// replies are the same. Threading: one worker, one instance.
class LookupStore {
 public:
  using Request = Lookup;
  using Reply = LookupReply;

  virtual ~LookupStore() = default;

  /// Connects where necessary and asks for a sign of life; kUnavailable names what is missing.
  virtual Status Ping() { return Ok(); }

  /// kUnavailable: the store is away. A Send of nothing is answered by an empty Receive.
  virtual Status Send(std::span<const Lookup> lookups) = 0;
  /// Fills `replies` for the oldest Send that was not answered, in the order of its lookups.
  virtual Status Receive(std::vector<LookupReply>& replies) = 0;
  /// Forgets all Sends that were not answered.
  virtual void Cancel() = 0;
};

}  // namespace sluice
