#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/claim_store.h"
#include "sluice/clock.h"
#include "sluice/lookup_store.h"
#include "sluice/metrics.h"
#include "sluice/sink.h"
#include "sluice/source.h"

/// In-memory versions of the ports, with handles that make them fail.
namespace sluice::fakes {

class FixedClock final : public Clock {
 public:
  explicit FixedClock(std::int64_t now) : now_ms(now) {}
  std::int64_t NowMs() const override { return now_ms; }
  std::int64_t now_ms;
};

/// Keeps every counter and gauge by "name{label=value,...}".
class FakeMetrics final : public MetricsRegistry {
 public:
  struct Cell final : Counter, Gauge, Histogram {
    void Add(double amount) override { value += amount; }
    void Set(double to) override { value = to; }
    void Observe(double /*observed*/) override { value += 1; }
    double value = 0;
  };
  Counter& CounterOf(const std::string& name, const std::string&, const Labels& labels) override {
    return At(name, labels);
  }
  Gauge& GaugeOf(const std::string& name, const std::string&, const Labels& labels) override {
    return At(name, labels);
  }
  std::shared_ptr<Gauge> LeaseGauge(const std::string& name, const std::string& help,
                                    const Labels& labels) override {
    return {&GaugeOf(name, help, labels), [](Gauge*) {}};
  }
  Histogram& HistogramOf(const std::string& name, const std::string&, const Labels& labels,
                         const std::vector<double>&) override {
    return At(name, labels);
  }
  double Get(const std::string& key) const {
    const auto at = cells_.find(key);
    return at == cells_.end() ? 0 : at->second->value;
  }

 private:
  Cell& At(const std::string& name, const Labels& labels) {
    std::string key = name + "{";
    for (const auto& [label, value] : labels)
      key.append(label).append("=").append(value).append(",");
    key += "}";
    auto& cell = cells_[key];
    if (cell == nullptr) cell = std::make_unique<Cell>();
    return *cell;
  }
  std::map<std::string, std::unique_ptr<Cell>> cells_;
};

/// One partition of records; remembers what was committed and goes back to it.
class FakeSource final : public Source {
 public:
  explicit FakeSource(std::vector<std::optional<std::string>> values)
      : values_(std::move(values)) {}

  Status Open() override { return Ok(); }
  Status Poll(const PollLimits& limits, std::vector<Record>& records) override {
    ++polls;
    if (discards > 0 && polls > 1) {
      --discards;
      next_ = committed;
      return Error{ErrorKind::kDiscard, "the assignment moved"};
    }
    std::size_t taken = 0;
    while (next_ < static_cast<std::int64_t>(values_.size()) && taken++ < limits.max_records) {
      const auto& value = values_[static_cast<std::size_t>(next_)];
      records.push_back({Position{"in", 0, next_},
                         value ? std::optional<std::string_view>(*value) : std::nullopt});
      ++next_;
    }
    return Ok();
  }
  Status Idle(std::chrono::milliseconds) override {
    ++idles;
    if (on_idle) on_idle();
    if (idle_failures > 0) {
      --idle_failures;
      return Error{ErrorKind::kUnavailable, "all brokers are down"};
    }
    return Ok();
  }
  void Release() override {
    if (on_release) on_release();
  }
  Status Rewind(const SealedCheckpoint* stored) override {
    ++rewinds;
    if (stored != nullptr) Committed(stored->offsets);
    next_ = committed;
    return Ok();
  }
  Status Commit(const Checkpoint& checkpoint) override {
    if (commit_errors.empty()) {
      Committed(checkpoint);
      return Ok();
    }
    const ErrorKind kind = commit_errors.back();
    commit_errors.pop_back();
    return Error{kind, "the offsets were not committed"};
  }
  Result<SealedCheckpoint> Seal(const Checkpoint& checkpoint) override {
    ++seals;
    return SealedCheckpoint{checkpoint, "seal"};
  }
  void Committed(const Checkpoint& checkpoint) override {
    for (const NextOffset& next : checkpoint) committed = next.offset;
  }
  std::vector<PartitionStatus> Partitions() const override {
    return {{"in", 0, committed, static_cast<std::int64_t>(values_.size())}};
  }
  bool exhausted() const override { return committed >= static_cast<std::int64_t>(values_.size()); }
  Status Renew() override {
    ++renewals;
    next_ = committed;
    return Ok();
  }
  void Close() override { closed = true; }

  std::int64_t committed = 0;
  int renewals = 0;
  int polls = 0;
  int idles = 0;
  int idle_failures = 0;
  int rewinds = 0;
  int discards = 0;
  int seals = 0;
  std::vector<ErrorKind> commit_errors;  ///< Taken from the back, one per Commit.
  bool closed = false;
  std::function<void()> on_idle;
  std::function<void()> on_release;

 private:
  std::vector<std::optional<std::string>> values_;
  std::int64_t next_ = 0;
};

/// Keeps what a read_committed consumer would see.
class FakeSink final : public Sink {
 public:
  struct Written {
    TopicId topic;
    std::optional<std::string> key;
    std::string value;
    std::map<std::string, std::string> headers;
  };

  Status Open() override { return Ok(); }
  std::size_t MaxRecordBytes(TopicId) const override { return max_record_bytes; }
  Status Begin() override { return Ok(); }
  Status Write(const Outbox& outbox) override {
    sizes.push_back(outbox.records().size());
    refused_.reset();
    for (const OutputRecord& record : outbox.records()) {
      if (Refuses(record)) {
        ++refusals;
        if (alone_) refused_ = RefusedOutput{record.position, record.topic, "no key"};
        return Error{ErrorKind::kRefused, "a record is refused"};
      }
      Written& written = pending_.emplace_back();
      written.topic = record.topic;
      if (record.key) written.key = std::string(*record.key);
      written.value = record.value;
      for (const Header& header : record.headers) {
        written.headers[std::string(header.name)] = header.value.value_or("");
      }
    }
    return Ok();
  }
  void WriteAlone(bool alone) override { alone_ = alone && tells_refused; }
  std::optional<RefusedOutput> Refused() const override { return refused_; }
  Status CommitWith(const SealedCheckpoint& checkpoint) override {
    SLUICE_TRY(Commit());
    seal = checkpoint.seal;
    if (keeps_checkpoints) stored_ = checkpoint;
    return Ok();
  }
  Result<const SealedCheckpoint*> Stored() override { return stored_ ? &*stored_ : nullptr; }
  Status Commit() override {
    if (!commit_errors.empty()) {
      const ErrorKind kind = commit_errors.back();
      commit_errors.pop_back();
      return Error{kind, "commit failed"};
    }
    committed.insert(committed.end(), pending_.begin(), pending_.end());
    pending_.clear();
    ++commits;
    return Ok();
  }
  bool TakeSealInDoubt() override { return std::exchange(seal_in_doubt, false); }
  Status Abort() override {
    ++aborts;
    if (on_abort) on_abort();
    pending_.clear();
    return Ok();
  }
  Status Replace() override {
    ++replacements;
    pending_.clear();
    return Ok();
  }
  void Close() override {
    if (on_close) on_close();
  }

  bool seal_in_doubt = false;
  std::function<void()> on_close;
  std::function<void()> on_abort;
  std::vector<Written> committed;
  std::vector<std::size_t> sizes;        ///< Of what each Write was given.
  std::vector<ErrorKind> commit_errors;  ///< Taken from the back, one per Commit.
  std::string refused_text;
  bool refuses_replacements = false;
  int refuses_at_most = 1'000'000;
  bool tells_refused = true;
  int refusals = 0;
  std::size_t max_record_bytes = 1 << 20;
  int commits = 0;
  int aborts = 0;
  int replacements = 0;
  std::string seal;
  bool keeps_checkpoints = false;

 private:
  [[nodiscard]] bool Refuses(const OutputRecord& record) const {
    if (refused_text.empty() || refusals >= refuses_at_most) return false;
    const bool replacement = record.value.find("\"sha256\"") != std::string_view::npos;
    if (replacement) return refuses_replacements;
    return record.value.find(refused_text) != std::string_view::npos;
  }

  std::optional<SealedCheckpoint> stored_;
  std::optional<RefusedOutput> refused_;
  bool alone_ = false;
  std::vector<Written> pending_;
};

/// Claims that outlive the workers, as Redis does.
class FakeClaims final : public ClaimStore {
 public:
  explicit FakeClaims(std::map<std::string, std::string>& claims) : claims_(claims) {}

  Status Ping() override {
    if (ping_failures == 0) return Ok();
    --ping_failures;
    return Error{ErrorKind::kUnavailable, "redis: connection refused"};
  }
  Status Send(std::span<const Claim> claims, std::chrono::seconds) override {
    if (failures > 0) {
      --failures;
      return Error{ErrorKind::kUnavailable, "redis: connection refused"};
    }
    std::vector<ClaimReply>& replies = sent_.emplace_back();
    for (const Claim& claim : claims) {
      if (claim.mode == ClaimMode::kReadOnly) {
        const auto held = claims_.find(std::string(claim.key));
        const bool free = held == claims_.end() || held->second == claim.owner;
        replies.push_back({free, free ? std::string_view{} : held->second});
        continue;
      }
      const auto [at, made] = claims_.try_emplace(std::string(claim.key), claim.owner);
      replies.push_back({made || at->second == claim.owner, at->second});
    }
    return Ok();
  }
  Status Receive(std::vector<ClaimReply>& replies) override {
    if (lost_replies > 0) {
      --lost_replies;
      return Error{ErrorKind::kUnavailable, "redis: connection reset"};
    }
    replies = sent_.front();
    sent_.erase(sent_.begin());
    if (drops_a_reply && !replies.empty()) replies.pop_back();
    return Ok();
  }
  void Cancel() override { sent_.clear(); }

  int failures = 0;
  int lost_replies = 0;
  int ping_failures = 0;
  bool drops_a_reply = false;

 private:
  std::map<std::string, std::string>& claims_;
  std::vector<std::vector<ClaimReply>> sent_;
};

/// Reference data that stands in a map; what is asked for is remembered.
class FakeLookups final : public LookupStore {
 public:
  struct Entry {
    std::optional<std::string> text;
    std::vector<std::pair<std::string, std::string>> hash;  ///< Where there is no text.
    bool unanswered = false;
  };
  using Entries = std::map<std::string, Entry>;

  explicit FakeLookups(const Entries& entries) : entries_(entries) {}

  Status Send(std::span<const Lookup> lookups) override {
    if (failures > 0) {
      --failures;
      return Error{ErrorKind::kUnavailable, "redis: connection refused"};
    }
    std::vector<LookupReply>& replies = sent_.emplace_back();
    for (const Lookup& lookup : lookups) {
      asked.emplace_back(lookup.key);
      replies.push_back(Answer(lookup));
    }
    return Ok();
  }
  Status Receive(std::vector<LookupReply>& replies) override {
    replies = sent_.front();
    sent_.erase(sent_.begin());
    return Ok();
  }
  void Cancel() override { sent_.clear(); }

  int failures = 0;
  std::vector<std::string> asked;

 private:
  LookupReply Answer(const Lookup& lookup) {
    using State = LookupReply::State;
    const auto at = entries_.find(std::string(lookup.key));
    if (at == entries_.end()) return {};
    const Entry& entry = at->second;
    if (entry.unanswered) return {State::kUnanswered, {}, {}};
    if (entry.text.has_value() != (lookup.kind == Lookup::Kind::kText))
      return {State::kWrongType, {}, {}};
    if (entry.text) return {State::kFound, *entry.text, {}};
    std::vector<LookupField>& fields = fields_[at->first];
    fields.clear();
    for (const auto& [name, value] : entry.hash) fields.push_back({name, value});
    return {State::kFound, {}, fields};
  }

  const Entries& entries_;
  std::map<std::string, std::vector<LookupField>> fields_;
  std::vector<std::vector<LookupReply>> sent_;
};

}  // namespace sluice::fakes
