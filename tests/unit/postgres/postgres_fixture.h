#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postgres/postgres_row_store.h"
#include "support/fakes.h"
#include "support/postgres_server.h"

namespace sluice {

/// One server for all tests of the program, and a database of its own for each.
class PostgresTest : public ::testing::Test {
 protected:
  using Texts = std::vector<std::string>;

  static void TearDownTestSuite() {
    if (server_ != nullptr) server_->Resume();
  }
  void SetUp() override {
    if (!testing::PostgresServer::Installed()) GTEST_SKIP() << "PostgreSQL is not installed";
    static testing::PostgresServer server;
    server_ = &server;
    static int number = 0;
    database_ = "test_" + std::to_string(++number);
    ASSERT_EQ(server_->Run("CREATE DATABASE " + database_), "");
  }

  [[nodiscard]] PostgresSettings Settings() const { return SettingsOf(server_->Url(database_)); }
  static PostgresSettings SettingsOf(const std::string& url) {
    auto settings = ParsePostgresUrl(url);
    EXPECT_TRUE(settings.ok()) << url;
    if (!settings.ok()) return {};
    settings.value().timeout = std::chrono::seconds(20);
    return std::move(settings).value();
  }
  std::unique_ptr<PostgresRowStore> Store() { return Store(Settings()); }
  std::unique_ptr<PostgresRowStore> Store(PostgresSettings settings, std::stop_token stop = {}) {
    return std::make_unique<PostgresRowStore>(std::move(settings), metrics_, "devices",
                                              std::move(stop));
  }
  std::string Run(const std::string& sql) { return server_->Run(sql, database_); }

  /// A request of one statement, whose cells live as long as the test.
  RowRequest Request(StatementId statement, std::vector<Cell> cells) {
    return Requests({{statement, std::move(cells)}});
  }
  RowRequest Requests(std::vector<std::pair<StatementId, std::vector<Cell>>> statements) {
    std::vector<BoundStatement>& bound = bound_.emplace_back();
    for (auto& [statement, cells] : statements) {
      bound.push_back({statement, cells_.emplace_back(std::move(cells))});
    }
    return {bound};
  }

  /// Sends the requests, takes the replies: "done", the rows ("1|a, 2|b"), or "refused ..."; the
  /// message of the first failure otherwise.
  static Texts Ask(RowStore& store, const std::vector<RowRequest>& requests) {
    if (Status status = store.Send(requests); !status.ok()) return {MessageOf(status)};
    return Answers(store);
  }
  static Texts Answers(RowStore& store) {
    std::vector<RowReply> replies;
    if (Status status = store.Receive(replies); !status.ok()) return {MessageOf(status)};
    Texts texts;
    for (const RowReply& reply : replies) texts.push_back(TextOf(reply));
    return texts;
  }
  static std::string MessageOf(const Status& status) {
    return status.ok() ? "ok" : status.error().message;
  }
  static void ExpectError(const Status& status, ErrorKind kind, std::string_view part) {
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().kind, kind) << MessageOf(status);
    EXPECT_THAT(MessageOf(status), ::testing::HasSubstr(std::string(part)));
  }
  [[nodiscard]] double Errors(const std::string& kind) const {
    return metrics_.Get("sluice_postgres_errors_total{store=devices,kind=" + kind + ",}");
  }
  [[nodiscard]] double Reconnects() const {
    return metrics_.Get("sluice_postgres_reconnects_total{store=devices,}");
  }

  static inline testing::PostgresServer* server_ = nullptr;
  std::string database_;
  fakes::FakeMetrics metrics_;

 private:
  static std::string TextOf(const Cell& cell) {
    switch (cell.kind) {
      case Cell::Kind::kNull:
        return "null";
      case Cell::Kind::kBool:
        return cell.integer != 0 ? "true" : "false";
      case Cell::Kind::kInt:
        return std::to_string(cell.integer);
      case Cell::Kind::kDouble:
        return std::to_string(cell.number);
      default:
        return std::string(cell.text);
    }
  }
  static std::string TextOf(const RowReply& reply) {
    if (reply.state == RowReply::State::kRefused) return "refused " + std::string(reply.detail);
    if (reply.rows.empty()) return "done";
    std::string text;
    for (const RowReply::Row& row : reply.rows) {
      if (!text.empty()) text += ", ";
      for (std::size_t i = 0; i < row.size(); ++i) text += (i > 0 ? "|" : "") + TextOf(row[i]);
    }
    return text;
  }

  std::deque<std::vector<Cell>> cells_;
  std::deque<std::vector<BoundStatement>> bound_;
};

}  // namespace sluice
