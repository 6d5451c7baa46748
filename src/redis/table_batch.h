#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/arena.h"
#include "sluice/table_store.h"

namespace sluice {

/// The requests of one Send: the commands that do them, and what was answered. Meant to be reused:
/// in the steady state it allocates nothing.
class TableBatch {
 public:
  /// Forgets everything and takes these; marks are to live for `marks_ttl`.
  void Reset(std::span<const TableRequest> requests, std::chrono::milliseconds marks_ttl);

  /// RESP text of all commands in order; request `i` is answered by the i-th reply.
  [[nodiscard]] std::string_view commands() const { return commands_; }
  [[nodiscard]] std::size_t size() const { return ops_.size(); }
  [[nodiscard]] TableRequest::Op op(std::size_t i) const { return ops_[i]; }
  /// Name of the command of request `i`, for errors.
  [[nodiscard]] std::string_view CommandName(std::size_t i) const;

  void Answer(std::size_t i, TableReply::State state) { replies_[i].state = state; }
  void AnswerText(std::size_t i, std::string_view text);
  /// Begins the answer of kGetFields or kGetMembers with `count` elements; false if the request
  /// has another number of fields.
  bool AnswerArray(std::size_t i, std::size_t count);
  /// An element of the array; nullopt for a field that isn't there.
  void AddToArray(std::size_t i, std::size_t element, std::optional<std::string_view> text);
  /// The first failure is kept.
  void Fail(Error error);

  /// Hands out the answers in the order of the requests, or the failure. Views are valid until
  /// Reset.
  Status TakeReplies(std::vector<TableReply>& replies);

  std::chrono::steady_clock::time_point sent_at;

 private:
  void Write(const TableRequest& request, std::chrono::milliseconds marks_ttl);
  void WriteFields(std::string_view command, const TableRequest& request, bool values);
  void WriteIncrement(const TableRequest& request, std::chrono::milliseconds marks_ttl);

  std::string commands_;
  std::vector<TableRequest::Op> ops_;
  std::vector<TableReply> replies_;
  Arena arena_{std::size_t{64} << 10};
  std::optional<Error> failure_;
  bool script_sent_ = false;
};

}  // namespace sluice
