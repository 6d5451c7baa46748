#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "api_server.h"
#include "rest/rest_lookup_store.h"
#include "support/fakes.h"

namespace sluice::testing {

using namespace std::chrono_literals;

using Texts = std::vector<std::string>;
using End = ApiServer::Answer::End;

inline std::string TextOf(const LookupReply& reply) {
  switch (reply.state) {
    case LookupReply::State::kFound:
      return std::string(reply.text);
    case LookupReply::State::kMissing:
      return "missing";
    case LookupReply::State::kWrongType:
      return "wrong type";
    default:
      return "unanswered";
  }
}

/// A store in front of an API that answers each key as `answers_` has it, one after the other, and
/// from then on with the last one; {"k":"<path>"} where there is none.
class RestTest : public ::testing::Test {
 protected:
  using Answer = ApiServer::Answer;

  RestTest() { Listen(); }

  void Listen(std::uint16_t port = 0) {
    server_ = std::make_unique<ApiServer>(
        [this](const ApiServer::Request& request) { return AnswerTo(request); }, port);
    const auto url = UrlTemplate::Parse(server_->Url("/read/{key}"));
    if (!url) std::abort();
    settings_.url = url.value();
  }

  RestLookupStore& Make() {
    store_.reset();
    store_ = std::make_unique<RestLookupStore>(
        settings_, metrics_, "api",
        [this](LogLevel, std::string_view part, std::string_view text) {
          logged_.push_back(std::string(part) + ": " + std::string(text));
        },
        stop_.get_token());
    return *store_;
  }
  RestLookupStore& store() { return store_ == nullptr ? Make() : *store_; }

  Status Send(const Texts& keys) {
    std::vector<Lookup> lookups;
    for (const std::string& key : keys) lookups.push_back({Lookup::Kind::kText, key});
    return store().Send(lookups);
  }
  /// The replies, or the message of an error.
  Texts Receive() {
    if (Status status = store().Receive(replies_); !status.ok()) {
      EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
      return {status.error().message};
    }
    Texts texts;
    for (const LookupReply& reply : replies_) texts.push_back(TextOf(reply));
    return texts;
  }
  Texts Ask(const Texts& keys) {
    if (Status status = Send(keys); !status.ok()) return {status.error().message};
    return Receive();
  }
  /// As the engine does after an error.
  Texts AskAgain(const Texts& keys) {
    store().Cancel();
    return Ask(keys);
  }

  [[nodiscard]] Texts Paths() const {
    Texts paths;
    for (const auto& request : server_->requests()) paths.push_back(request.path);
    return paths;
  }
  [[nodiscard]] int Asked(const std::string& key) const {
    return static_cast<int>(std::ranges::count(Paths(), "/read/" + key));
  }
  double Errors(const std::string& kind) {
    return metrics_.Get("sluice_http_client_errors_total{store=api,kind=" + kind + ",}");
  }

  std::map<std::string, std::vector<Answer>> answers_;  ///< By key.
  std::map<std::string, std::size_t> answered_;
  RestSettings settings_;
  fakes::FakeMetrics metrics_;
  std::vector<std::string> logged_;
  std::stop_source stop_;
  std::unique_ptr<ApiServer> server_;
  std::unique_ptr<RestLookupStore> store_;
  std::vector<LookupReply> replies_;

 private:
  Answer AnswerTo(const ApiServer::Request& request) {
    const std::string key = request.path.substr(request.path.rfind('/') + 1);
    const auto at = answers_.find(key);
    if (at == answers_.end()) return {.status = 200, .body = "{\"k\":\"" + request.path + "\"}"};
    return at->second[std::min(answered_[key]++, at->second.size() - 1)];
  }
};

}  // namespace sluice::testing
