#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/arena.h"
#include "sluice/cell.h"

namespace sluice {

/// Cells as the parameters of one execution of a statement, in the forms that libpq takes.
///
/// Numbers, instants and text go in their binary form: a text may hold any byte, and an instant
/// means the same whatever the time zone of the session is. Meant to be reused.
class StatementParameters {
 public:
  /// Converts `cells` to `types`, those of the statement's parameters, as many. False: one can't
  /// be, and refusal() says why, as RowReply::detail does. What is not in the cells' own bytes
  /// stands in `arena`.
  bool Bind(std::span<const Oid> types, std::span<const Cell> cells, Arena& arena);

  [[nodiscard]] const std::string& refusal() const { return refusal_; }
  [[nodiscard]] int size() const { return static_cast<int>(values_.size()); }
  [[nodiscard]] const char* const* values() const { return values_.data(); }
  [[nodiscard]] const int* lengths() const { return lengths_.data(); }
  [[nodiscard]] const int* formats() const { return formats_.data(); }

 private:
  bool Add(Oid type, const Cell& cell);
  bool AddText(Oid type, std::string_view text);
  bool AddInteger(Oid type, std::int64_t value);
  bool AddInstant(std::int64_t ms);
  bool AddDouble(Oid type, double value);
  bool AddBool(Oid type, bool value);
  void AddBinary(std::string_view bytes);
  /// `bits` in network order, `size` bytes of them.
  void AddWord(std::uint64_t bits, std::size_t size);
  /// In the type's text form, with the NUL that libpq looks for.
  void AddTextForm(std::string_view text);
  bool Refuse(std::string_view sqlstate, const std::string& what);

  Arena* arena_ = nullptr;
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
  std::string refusal_;
};

}  // namespace sluice
