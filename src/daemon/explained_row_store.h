#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/row_store.h"

namespace sluice {

/// Rows that are read and never written: a statement that would write is told with its values,
/// such as `INSERT INTO t (a) VALUES ($1) [5]`, and answered as if it were done. Statements that
/// begin with SELECT go to the inner store, which does not see what was told.
class ExplainedRowStore final : public RowStore {
 public:
  using Tell = std::function<void(std::string_view)>;

  ExplainedRowStore(std::unique_ptr<RowStore> inner, Tell tell)
      : inner_(std::move(inner)), tell_(std::move(tell)) {}

  StatementId Prepare(std::string text) override;
  Status Ping() override { return inner_->Ping(); }
  Status Send(std::span<const RowRequest> requests) override;
  Status Receive(std::vector<RowReply>& replies) override;
  void Cancel() override;

 private:
  [[nodiscard]] bool Reads(const RowRequest& request) const;

  std::unique_ptr<RowStore> inner_;
  Tell tell_;
  std::vector<std::string> statements_;    ///< By StatementId.
  std::deque<std::vector<bool>> pending_;  ///< By request of each Send: whether it reads.
};

/// A value as it is told, like JSON.
std::string TextOf(const Cell& cell);

}  // namespace sluice
