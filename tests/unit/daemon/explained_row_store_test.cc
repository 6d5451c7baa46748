#include "daemon/explained_row_store.h"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Answers each request with one row: the number of the request.
class CountingRows final : public RowStore {
 public:
  explicit CountingRows(std::vector<std::string>& asked) : asked_(asked) {}
  StatementId Prepare(std::string text) override {
    statements_.push_back(std::move(text));
    return static_cast<StatementId>(statements_.size() - 1);
  }
  Status Send(std::span<const RowRequest> requests) override {
    for (const RowRequest& request : requests) {
      asked_.push_back(statements_[request.statements[0].statement]);
      cells_.push_back(Cell::Int(static_cast<std::int64_t>(asked_.size())));
    }
    count_ = requests.size();
    return Ok();
  }
  Status Receive(std::vector<RowReply>& replies) override {
    replies.clear();
    rows_.clear();
    const std::size_t first = cells_.size() - count_;
    for (std::size_t i = first; i < cells_.size(); ++i) rows_.push_back({&cells_[i], 1});
    for (const RowReply::Row& row : rows_) replies.push_back({.rows = {&row, 1}});
    return Ok();
  }
  void Cancel() override {}

 private:
  std::vector<std::string>& asked_;
  std::vector<std::string> statements_;
  std::vector<Cell> cells_;
  std::vector<RowReply::Row> rows_;
  std::size_t count_ = 0;
};

class ExplainedRowStoreTest : public ::testing::Test {
 protected:
  std::vector<std::string> asked_;
  std::vector<std::string> told_;
  ExplainedRowStore store_{std::make_unique<CountingRows>(asked_),
                           [this](std::string_view what) { told_.emplace_back(what); }};
};

TEST_F(ExplainedRowStoreTest, RowsAreReadAndWritesToldInTheirOrder) {
  const StatementId insert = store_.Prepare("INSERT INTO t (a, b)\n  VALUES ($1, $2)\n");
  const StatementId select = store_.Prepare("\n  select a FROM t WHERE b = $1");
  const StatementId remove = store_.Prepare("DELETE FROM t");
  const std::vector<Cell> values = {Cell::Int(5), Cell::Text("x\"y")};
  const BoundStatement inserted{insert, values};
  const BoundStatement selected{select, {values.data(), 1}};
  const std::vector<BoundStatement> together = {inserted, {remove, {}}};
  const std::vector<RowRequest> requests = {
      {{&inserted, 1}}, {{&selected, 1}}, {together}, {{&selected, 1}}};
  ASSERT_TRUE(store_.Send(requests).ok());
  std::vector<RowReply> replies;
  ASSERT_TRUE(store_.Receive(replies).ok());
  ASSERT_EQ(replies.size(), 4U);
  EXPECT_THAT(replies[0].rows, IsEmpty());
  EXPECT_EQ(replies[1].rows[0][0].integer, 1);
  EXPECT_THAT(replies[2].rows, IsEmpty());
  EXPECT_EQ(replies[3].rows[0][0].integer, 2);
  EXPECT_EQ(asked_.size(), 2U);
  const std::string told = R"(INSERT INTO t (a, b) VALUES ($1, $2) [5, "x\"y"])";
  EXPECT_THAT(told_, ElementsAre(told, told, "DELETE FROM t []"));
}

TEST_F(ExplainedRowStoreTest, WhereNothingIsReadTheStoreIsNotAsked) {
  const BoundStatement inserted{store_.Prepare("INSERT"), {}};
  const RowRequest request{{&inserted, 1}};
  std::vector<RowReply> replies;
  ASSERT_TRUE(store_.Send({&request, 1}).ok());
  ASSERT_TRUE(store_.Send({}).ok());
  ASSERT_TRUE(store_.Receive(replies).ok());
  EXPECT_EQ(replies.size(), 1U);
  ASSERT_TRUE(store_.Receive(replies).ok());
  EXPECT_EQ(replies.size(), 0U);
  EXPECT_FALSE(store_.Receive(replies).ok());
  EXPECT_THAT(asked_, IsEmpty());
}

TEST(CellText, EveryKindIsToldLikeJson) {
  const std::vector<Cell> items = {Cell::Null(), Cell::Bool(true), Cell::Bool(false), Cell::Int(-7),
                                   Cell::Double(0.1)};
  const std::vector<CellField> fields = {{"a", Cell::Text("b")}, {"c", Cell::List(items)}};
  EXPECT_EQ(TextOf(Cell::Struct(fields)), R"({"a": "b", "c": [null, true, false, -7, 0.1]})");
  EXPECT_EQ(TextOf(Cell::Map({})), "{}");
}

}  // namespace
}  // namespace sluice
