#include "config/problems.h"

#include <algorithm>
#include <numeric>

namespace sluice {
namespace {

constexpr std::size_t kMaxLines = 20;

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substitute = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substitute, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

void Problems::Add(const ConfigNode& node, std::string_view what) {
  if (!lost_.contains(node.where())) Add(node.Complain(what).message);
}

void Problems::AddLost(const ConfigNode& node, std::string_view what) {
  Add(node, what);
  lost_.insert(node.where());
}

void Problems::Add(std::string line) {
  if (std::ranges::find(lines_, line) == lines_.end()) lines_.push_back(std::move(line));
}

bool Problems::IsLost(const ConfigNode& node) const {
  if (lost_.contains(node.where())) return true;
  if (node.kind() == ConfigNode::Kind::kMap) {
    return std::ranges::any_of(node.members(),
                               [this](const auto& member) { return IsLost(*member.second); });
  }
  return node.kind() == ConfigNode::Kind::kList &&
         std::ranges::any_of(node.items(),
                             [this](const ConfigNode* item) { return IsLost(*item); });
}

Error Problems::ToError() const {
  std::string text;
  for (std::size_t i = 0; i < std::min(lines_.size(), kMaxLines); ++i) {
    if (i > 0) text += '\n';
    text += lines_[i];
  }
  if (lines_.size() > kMaxLines) {
    text += "\nand " + std::to_string(lines_.size() - kMaxLines) + " more";
  }
  return {ErrorKind::kInvalidConfig, std::move(text)};
}

std::string DidYouMean(std::string_view name, const std::vector<std::string>& candidates) {
  const std::string* nearest = nullptr;
  std::size_t least = std::max<std::size_t>(2, name.size() / 2) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = EditDistance(name, candidate);
    if (distance < least) {
      least = distance;
      nearest = &candidate;
    }
  }
  return nearest == nullptr ? "" : ", did you mean `" + *nearest + "`?";
}

}  // namespace sluice
