#include "stages/apply_rating/rating_mark.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "codec/json_reader.h"

namespace sluice::stages {
namespace {

/// More than a transaction holds of one activity; a mark is written with every event of it.
constexpr std::size_t kMostRefusals = 10'000;

void AppendFloat(std::string& out, float value) {
  std::array<char, 32> text{};
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
}

void AppendText(std::string& out, const std::optional<std::string>& text) {
  if (text) {
    AppendJsonString(out, *text);
  } else {
    out += "null";
  }
}

void AppendSummary(std::string& out, const RatingSummary& summary) {
  out += "[";
  AppendFloat(out, summary.sum);
  out += ",";
  AppendFloat(out, summary.total);
  for (const float stars : summary.stars) {
    out += ",";
    AppendFloat(out, stars);
  }
  out += ",";
  AppendText(out, summary.reviews);
  out += "]";
}

void AppendLookup(std::string& out, const LookupChange& lookup) {
  out += "[";
  AppendFloat(out, lookup.rating);
  out += ",";
  AppendJsonString(out, lookup.updated_on);
  if (lookup.put) {
    out += ",";
    AppendText(out, lookup.review);
    out += ",";
    AppendJsonString(out, lookup.user);
  }
  out += "]";
}

template <typename List, typename AppendOne>
void AppendList(std::string& out, std::string_view name, const List& list, AppendOne append) {
  out.append(",\"").append(name).append("\":[");
  bool first = true;
  for (const auto& element : list) {
    if (!first) out += ",";
    first = false;
    append(element);
  }
  out += "]";
}

}  // namespace

/// Reads the JSON; whatever is not as it was written makes the mark unreadable.
class RatingMarkReader {
 public:
  std::optional<RatingMark> Read(Value root) {
    mark_.at = Integer(root.Find("at"));
    mark_.writes_summary = root.Find("writes").IsTrue();
    const Value summary = root.Find("summary");
    if (summary.IsArray()) mark_.summary = Summary(summary);
    for (const Value lookup : root.Find("lookups")) mark_.lookups.push_back(Lookup(lookup));
    for (const Value entry : root.Find("decided")) {
      const auto parts = Parts(entry, 3);
      mark_.decided_[std::string(Text(parts[0]))] = {Integer(parts[1]), Integer(parts[2])};
    }
    for (const Value entry : root.Find("refused")) {
      const auto parts = Parts(entry, 5);
      mark_.refused_.push_back({std::string(Text(parts[0])),
                                {Integer(parts[1]), Integer(parts[2])},
                                Integer(parts[3]),
                                std::string(Text(parts[4]))});
    }
    if (!readable_ || mark_.at <= 0) return std::nullopt;
    return std::move(mark_);
  }

 private:
  std::vector<Value> Parts(Value list, std::size_t least) {
    std::vector<Value> parts;
    for (const Value part : list) parts.push_back(part);
    readable_ = readable_ && parts.size() >= least;
    parts.resize(std::max(parts.size(), least));
    return parts;
  }
  std::int64_t Integer(Value value) {
    readable_ = readable_ && value.IsNumber();
    return value.AsInt64();
  }
  float Single(Value value) {
    float single = 0;
    const std::string_view text = value.text();
    const auto result = std::from_chars(text.data(), text.data() + text.size(), single);
    readable_ = readable_ && value.IsNumber() && result.ec == std::errc();
    return single;
  }
  std::string_view Text(Value value) {
    readable_ = readable_ && value.IsString();
    return value.text();
  }
  std::optional<std::string> TextOrNull(Value value) {
    if (value.IsNull()) return std::nullopt;
    return std::string(Text(value));
  }
  RatingSummary Summary(Value list) {
    const auto parts = Parts(list, 8);
    RatingSummary summary;
    summary.sum = Single(parts[0]);
    summary.total = Single(parts[1]);
    for (std::size_t i = 0; i < summary.stars.size(); ++i) summary.stars[i] = Single(parts[i + 2]);
    summary.reviews = TextOrNull(parts[7]);
    return summary;
  }
  LookupChange Lookup(Value list) {
    const auto parts = Parts(list, 2);
    LookupChange lookup{.rating = Single(parts[0]), .updated_on = std::string(Text(parts[1]))};
    if (parts.size() < 4) return lookup;
    lookup.put = true;
    lookup.review = TextOrNull(parts[2]);
    lookup.user = Text(parts[3]);
    return lookup;
  }

  RatingMark mark_;
  bool readable_ = true;
};

std::string RatingMark::PartitionOf(const Position& position) {
  std::string partition(position.topic);
  partition += '/';
  return partition += std::to_string(position.partition);
}

std::optional<std::string_view> RatingMark::DecisionOn(const Position& position) const {
  const std::string partition = PartitionOf(position);
  const Place place{position.offset, position.index};
  const auto last = decided_.find(partition);
  if (last == decided_.end() || last->second < place) return std::nullopt;
  const auto refusal = std::ranges::find_if(refused_, [&](const Refusal& entry) {
    return entry.place == place && entry.partition == partition;
  });
  return refusal == refused_.end() ? std::string_view() : refusal->reason;
}

void RatingMark::Apply(const Position& position) {
  decided_[PartitionOf(position)] = {position.offset, position.index};
}

void RatingMark::Refuse(const Position& position, std::string_view reason, std::int64_t now_s) {
  Apply(position);
  refused_.push_back(
      {PartitionOf(position), {position.offset, position.index}, now_s, std::string(reason)});
}

void RatingMark::Prune(std::int64_t since_s) {
  std::erase_if(refused_, [&](const Refusal& entry) { return entry.second < since_s; });
  if (refused_.size() <= kMostRefusals) return;
  refused_.erase(refused_.begin(), refused_.end() - static_cast<std::ptrdiff_t>(kMostRefusals));
}

std::string RatingMark::ToText() const {
  std::string out = "{\"at\":" + std::to_string(at);
  out += writes_summary ? ",\"writes\":true,\"summary\":" : ",\"writes\":false,\"summary\":";
  if (summary) {
    AppendSummary(out, *summary);
  } else {
    out += "null";
  }
  const auto append_place = [&](const std::string& partition, const Place& place) {
    out += "[";
    AppendJsonString(out, partition);
    out.append(",").append(std::to_string(place.offset));
    out.append(",").append(std::to_string(place.index));
  };
  AppendList(out, "lookups", lookups, [&](const LookupChange& each) { AppendLookup(out, each); });
  AppendList(out, "decided", decided_, [&](const auto& each) {
    append_place(each.first, each.second);
    out += "]";
  });
  AppendList(out, "refused", refused_, [&](const Refusal& each) {
    append_place(each.partition, each.place);
    out.append(",").append(std::to_string(each.second)).append(",");
    AppendJsonString(out, each.reason);
    out += "]";
  });
  return out += "}";
}

std::optional<RatingMark> RatingMark::FromText(std::string_view text) {
  Arena arena(std::size_t{16} << 10);
  Document document;
  if (JsonReader().Read(text, arena, document) != nullptr) return std::nullopt;
  return RatingMarkReader().Read(document.root());
}

}  // namespace sluice::stages
