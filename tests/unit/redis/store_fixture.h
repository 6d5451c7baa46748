#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "redis/redis_claim_store.h"
#include "redis/url.h"
#include "support/fakes.h"
#include "support/redis_server.h"

namespace sluice::testing {

using fakes::FakeMetrics;

constexpr std::chrono::seconds kHour{3600};

inline RedisSettings SettingsOf(const std::string& url) {
  auto settings = ParseRedisUrl(url);
  EXPECT_TRUE(settings.ok()) << url;
  if (!settings.ok()) return {};
  settings.value().command_timeout = std::chrono::seconds(20);
  return std::move(settings).value();
}

inline std::string MessageOf(const Status& status) {
  return status.ok() ? "ok" : status.error().message;
}

/// What became of one claim: "unique", or "duplicate of <holder>".
inline std::string Verdict(const ClaimReply& reply) {
  return reply.unique ? "unique" : "duplicate of " + std::string(reply.holder);
}

/// Sends the claims, takes the replies; the message of the first failure otherwise.
inline std::vector<std::string> Ask(ClaimStore& store, const std::vector<Claim>& claims,
                                    std::chrono::seconds ttl = kHour) {
  if (Status status = store.Send(claims, ttl); !status.ok()) return {MessageOf(status)};
  std::vector<ClaimReply> replies;
  if (Status status = store.Receive(replies); !status.ok()) return {MessageOf(status)};
  std::vector<std::string> verdicts;
  verdicts.reserve(replies.size());
  for (const ClaimReply& reply : replies) verdicts.push_back(Verdict(reply));
  return verdicts;
}

using Verdicts = std::vector<std::string>;

/// Count of one kind in sluice_redis_errors_total.
inline double Errors(const FakeMetrics& metrics, const std::string& kind) {
  return metrics.Get("sluice_redis_errors_total{store=dedup,kind=" + kind + ",}");
}

}  // namespace sluice::testing
