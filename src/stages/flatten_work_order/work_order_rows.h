#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "sluice/document.h"

namespace sluice::stages {

/// Takes a work order apart (cb-preprocessor.md 4): a row for every officer and, once it is
/// published, one for every activity and competency.
class WorkOrderRows {
 public:
  /// Gets every row, an event as JSON text, which lasts as long as the call. False: no more of
  /// them.
  using Take = std::function<bool(std::string_view json)>;

  /// `id` names the work order; the mids of the rows follow from it. It, `order` and `take` must
  /// outlive the rows.
  WorkOrderRows(const Document& order, std::string_view id, const Take& take);

  void TakeAll();

  /// What is not as it must be and was taken for empty (CB-4); "" if nothing is.
  [[nodiscard]] const std::string& faults() const { return faults_; }

 private:
  enum class Kind : std::uint8_t { kOfficer, kItem };
  using Names = std::initializer_list<std::string_view>;

  void VisitUser(Value user, bool published);
  void VisitRole(Value role);
  /// A row for every object of the list.
  void TakeEach(Value parent, std::string_view list, std::string_view prefix);
  template <typename Visit>
  void ForEach(Value parent, std::string_view list, const Visit& visit);
  /// Adds the members of `map` to the row at hand; of equal names the last counts.
  void Merge(Value map, std::string_view prefix, const Names& without);
  void TakeRow(Kind kind);
  void AddFault(std::string_view what);

  const Document& order_;
  std::string_view id_;
  const Take& take_;
  std::string head_;     ///< Of every row, up to the members of cb_data.
  std::string members_;  ///< Of the cb_data at hand, each after a comma.
  std::string place_;    ///< Of the value at hand, as a JSON pointer.
  std::string faults_;
  std::string row_;
  std::size_t fault_count_ = 0;
  std::size_t officers_ = 0;
  std::size_t items_ = 0;
  bool full_ = false;  ///< No more rows are wanted.
};

}  // namespace sluice::stages
