#include "redis/redis_examination.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "redis/redis_claim_store.h"
#include "redis/redis_connection.h"
#include "redis/redis_metrics.h"
#include "redis/redis_stores.h"
#include "redis/resp_writer.h"
#include "redis/server_info.h"

namespace sluice {
namespace {

using Type = RespToken::Type;

/// What a claim takes: its key, its position, and what Redis keeps for both.
constexpr double kBytesPerClaim = 176;
constexpr double kMebibyte = 1024.0 * 1024.0;
constexpr std::int64_t kMostSkewMs = 2'000;
constexpr std::string_view kProbeKey = "sluice:probe";

std::string Rounded(double number, const char* format) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), format, number);
  return text.data();
}

/// Everything up to the last "; " is what was found, the rest is what to do.
void Fail(Findings& findings, const std::string& code, const std::string& subject,
          const std::string& message) {
  const std::size_t at = message.rfind("; ");
  const bool split = at != std::string::npos;
  findings.Fail(code, subject, message.substr(0, at),
                split ? message.substr(at + 2) : "see the log of the Redis server");
}

class Examination {
 public:
  Examination(RedisSettings settings, const StoreContext& context, const StoreDemand& demand)
      : context_(context),
        demand_(demand),
        subject_("store " + context.name + " at " + settings.Address()),
        metrics_(context.metrics, context.name),
        connection_(std::move(settings), metrics_, context.stop) {}

  Findings Run() {
    if (Status connected = connection_.Connect(); !connected) {
      const bool away = connected.error().kind == ErrorKind::kUnavailable;
      Fail(findings_, away ? "store_unreachable" : "store_refuses", subject_,
           connected.error().message);
      return std::move(findings_);
    }
    RespToken reply;
    const Status called = connection_.Call({"INFO"}, reply);
    if (called.ok() && reply.type == Type::kBulk) {
      const ServerInfo info = ParseServerInfo(reply.text);
      if (!CheckKind(info)) return std::move(findings_);
      if (demand_.claims) CheckClaims(info);
      Describe(info);
    } else {
      findings_.Warn("store_info_refused", subject_,
                     "INFO was refused, so that version, role, eviction and memory are not checked",
                     "allow the user INFO (ACL SETUSER ... +info)");
    }
    if (demand_.claims) TryClaim();
    if (demand_.lookups) CheckReferenceData();
    CheckClock();
    return std::move(findings_);
  }

 private:
  /// False where it makes no sense to go on.
  bool CheckKind(const ServerInfo& info) {
    if (info.mode == "cluster" || info.mode == "sentinel") {
      findings_.Fail("store_kind", subject_, "the server runs as " + info.mode,
                     "name one Redis (or Valkey) server without cluster mode");
      return false;
    }
    if (info.loading) {
      findings_.Fail("store_loading", subject_, "the server still loads its data",
                     "wait until INFO says loading:0");
      return false;
    }
    if (info.role == "slave" && (demand_.claims || demand_.writes)) {
      findings_.Fail("store_replica", subject_, "the server is a replica, which takes no claims",
                     "let the address lead to the primary");
      return false;
    }
    return true;
  }

  void CheckClaims(const ServerInfo& info) {
    if (!info.eviction_policy.empty() && info.eviction_policy != "noeviction") {
      findings_.Warn("claims_evicted", subject_,
                     "maxmemory-policy is " + info.eviction_policy +
                         ": when memory runs short, claims are forgotten and duplicates pass",
                     "set maxmemory-policy noeviction");
    }
    if (!info.append_only) {
      findings_.Warn("claims_not_persistent", subject_,
                     "appendonly is off: a restart of Redis forgets the claims since its last "
                     "snapshot, and their duplicates pass",
                     "set appendonly yes, or accept it");
    }
    CheckMemory(info);
  }

  void CheckMemory(const ServerInfo& info) {
    const double seconds = std::chrono::duration<double>(demand_.ttl).count();
    const double needed = demand_.events_per_second * seconds * kBytesPerClaim;
    const auto most = static_cast<double>(info.max_memory);
    const auto used = static_cast<double>(info.used_memory);
    if (needed > 0) {
      need_ = ", claims need " + Rounded(needed / kMebibyte, "%.0f MiB at ") +
              Rounded(demand_.events_per_second, "%.0f events/s");
    }
    if (most <= 0) return;
    if (needed > most) {
      findings_.Warn("claims_memory", subject_,
                     "maxmemory is " + Rounded(most / kMebibyte, "%.0f MiB") + need_,
                     "raise maxmemory or shorten the claims' ttl");
    } else if (used > 0.9 * most) {
      findings_.Warn(
          "store_memory", subject_,
          "uses " + Rounded(used / kMebibyte, "%.0f of ") + Rounded(most / kMebibyte, "%.0f MiB"),
          "raise maxmemory, or find out what fills it");
    }
  }

  void Describe(const ServerInfo& info) {
    std::string text = "Redis " + info.version;
    text += ", " + std::string(info.role == "slave" ? "replica" : "primary") + need_;
    if (demand_.claims && !HasNxGet(info.version)) {
      text += ", claims by two commands (one from 7.0 on)";
    }
    findings_.Ok("store", subject_, std::move(text));
  }

  static bool HasNxGet(std::string_view version) {
    int major = 0;
    std::from_chars(version.data(), version.data() + version.size(), major);
    return major >= 7;
  }

  /// The store's own way to open: it asks for a claim that the server refuses.
  void TryClaim() {
    RedisClaimStore store(connection_.settings(), context_.metrics, context_.name, context_.stop);
    if (const Status opened = store.Open(); !opened) {
      Fail(findings_, "store_refuses", subject_, opened.error().message);
    }
  }

  void CheckReferenceData() {
    for (const std::string_view command : {"GET", "HGETALL"}) {
      RespToken reply;
      if (!Ask({command, kProbeKey}, reply)) return;
      const bool refused =
          reply.type == Type::kError && FaultOfReply(reply.text) == RedisFault::kAccess;
      if (!refused) continue;
      findings_.Fail("store_refuses", subject_,
                     std::string(command) + " was refused: " + std::string(reply.text),
                     "the user's ACL needs GET and HGETALL on all keys of the database");
    }
    RespToken reply;
    if (!Ask({"DBSIZE"}, reply) || reply.type != Type::kInteger || reply.number > 0) return;
    findings_.Warn("store_empty", subject_,
                   "database " + std::to_string(connection_.settings().db) +
                       " is empty: every lookup will miss",
                   "check `db` and the address, or fill it");
  }

  void CheckClock() {
    RespToken reply;
    const std::int64_t before = context_.clock.NowMs();
    if (!Ask({"TIME"}, reply) || reply.type != Type::kArray || reply.number != 2) return;
    std::array<std::int64_t, 2> parts{};
    for (std::int64_t& part : parts) {
      if (!connection_.Read(reply)) return;
      std::from_chars(reply.text.data(), reply.text.data() + reply.text.size(), part);
    }
    const std::int64_t after = context_.clock.NowMs();
    const std::int64_t theirs = parts[0] * 1'000 + parts[1] / 1'000;
    // What the answer took may lie on either side.
    const std::int64_t skew =
        theirs < before ? theirs - before : (theirs > after ? theirs - after : 0);
    if (std::abs(skew) <= kMostSkewMs) return;
    findings_.Warn("clock_skew", subject_,
                   "its clock is " +
                       Rounded(std::abs(static_cast<double>(skew)) / 1'000, "%.1f s") +
                       (skew > 0 ? " ahead of" : " behind") + " this host's",
                   "let both follow one time server");
  }

  /// False if the connection is lost: that was said before, or will be by the next start.
  bool Ask(std::initializer_list<std::string_view> command, RespToken& reply) {
    std::string bytes;
    AppendRespCommand(bytes, command);
    return connection_.Write(bytes).ok() && connection_.Read(reply).ok();
  }

  const StoreContext& context_;
  const StoreDemand& demand_;
  const std::string subject_;
  RedisMetrics metrics_;
  RedisConnection connection_;
  std::string need_;
  Findings findings_;
};

}  // namespace

Findings ExamineRedis(const ConfigNode& node, const StoreContext& context,
                      const StoreDemand& demand) {
  auto settings = RedisSettingsOf(node);
  if (settings) return Examination(std::move(settings).value(), context, demand).Run();
  Findings findings;
  Fail(findings, "store_settings", "store " + context.name, settings.error().message);
  return findings;
}

}  // namespace sluice
