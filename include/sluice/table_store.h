#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sluice/result.h"

namespace sluice {

/// A named value in a hash; of a request that reads or removes fields only the name counts.
struct TableField {
  std::string_view name;
  std::string_view value = {};
};

/// One step on the entry under a key: a text, a hash or a set.
struct TableRequest {
  enum class Op : std::uint8_t {
    kGet,           ///< The text (Redis: GET).
    kGetFields,     ///< The values of `fields`, in their order (HMGET).
    kGetMembers,    ///< The members of a set (SMEMBERS).
    kSet,           ///< Puts `text`, without a time to live (SET).
    kSetFields,     ///< Puts `fields`, at least one, beside those that are there (HSET).
    kRemoveFields,  ///< Removes `fields`, at least one, where they are there (HDEL).
    /// Adds 1 to the number in the one field of `fields` (HINCRBY), unless a request with the same
    /// `mark` was done before and less than the store's memory of marks ago. Mark and number change
    /// in one step, so that a replay counts once.
    kIncrementOnce,
  };
  Op op = Op::kGet;
  std::string_view key;  ///< As it stands in the store.
  std::string_view text = {};
  std::span<const TableField> fields = {};
  std::string_view mark = {};  ///< The event's position (position.h).
};

[[nodiscard]] constexpr bool Writes(TableRequest::Op op) { return op >= TableRequest::Op::kSet; }

/// The answer; the views are valid until the next call of the store.
struct TableReply {
  enum class State : std::uint8_t {
    kDone,  ///< Written, or found.
    /// Nothing is under the key, or of kGetFields none of the fields; of kIncrementOnce: it was
    /// counted before. Never of other writes.
    kMissing,
    /// Something else stands under the key, or in the field that is to be counted up, and stays as
    /// it is. Never of kSet.
    kWrongType,
  };
  State state = State::kDone;
  std::string_view text = {};  ///< Of kGet.
  /// Of kGetFields: as many as were asked for, in any state.
  std::span<const std::optional<std::string_view>> values = {};
  std::span<const std::string_view> members = {};  ///< Of kGetMembers, in any order.
};

/// A table by key that a stage reads and writes, such as a database of Redis.
///
/// The requests of a Send are done in their order, in one round trip, each whole or not at all; a
/// reader may see the first of them done and the others not. Receive answers them in their order
/// (requests.h pairs the two). A stage that writes does so in Stage::Finish, and has received the
/// answers when it returns: writes are done before the checkpoint is.
///
/// After any failure, and after a crash, the events since the last checkpoint come again and so do
/// their requests, while what was written stands: each write must then change nothing, or be
/// guarded by `mark` (docs/adr/0011). Threading: one worker, one instance.
class TableStore {
 public:
  using Request = TableRequest;
  using Reply = TableReply;

  virtual ~TableStore() = default;

  /// Connects where necessary and asks for a sign of life; kUnavailable names what is missing.
  virtual Status Ping() { return Ok(); }

  /// kUnavailable: the store is away or can't take writes now; how many of the requests were done
  /// is unknown. A Send of nothing is answered by an empty Receive.
  virtual Status Send(std::span<const TableRequest> requests) = 0;
  /// Fills `replies` for the oldest Send that was not answered, in the order of its requests.
  virtual Status Receive(std::vector<TableReply>& replies) = 0;
  /// Forgets all Sends that were not answered.
  virtual void Cancel() = 0;
};

}  // namespace sluice
