#include "daemon/explained_row_store.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "util/json_string.h"

namespace sluice {
namespace {

/// On one line: each run of white space is a blank.
std::string OnOneLine(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!blank) line += c;
    if (blank && !line.empty() && line.back() != ' ') line += ' ';
  }
  if (line.ends_with(' ')) line.pop_back();
  return line;
}

bool StartsWithSelect(std::string_view text) {
  constexpr std::string_view kSelect = "SELECT";
  const std::string_view head = text.substr(0, kSelect.size());
  return std::ranges::equal(head, kSelect,
                            [](char a, char b) { return a == b || a == b - 'A' + 'a'; });
}

std::string TextOf(std::span<const Cell> cells) {
  std::string text = "[";
  for (const Cell& cell : cells) {
    if (text.size() > 1) text += ", ";
    text += sluice::TextOf(cell);
  }
  return text += "]";
}

std::string TextOf(std::span<const CellField> fields) {
  std::string text = "{";
  for (const CellField& field : fields) {
    if (text.size() > 1) text += ", ";
    text += JsonString(field.name);
    text += ": ";
    text += sluice::TextOf(field.value);
  }
  return text += "}";
}

std::string TextOf(double number) {
  char text[32];
  const auto end = std::to_chars(std::begin(text), std::end(text), number).ptr;
  return {std::begin(text), end};
}

}  // namespace

std::string TextOf(const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::kNull:
      return "null";
    case Cell::Kind::kBool:
      return cell.integer != 0 ? "true" : "false";
    case Cell::Kind::kInt:
      return std::to_string(cell.integer);
    case Cell::Kind::kDouble:
      return TextOf(cell.number);
    case Cell::Kind::kText:
      return JsonString(cell.text);
    case Cell::Kind::kList:
      return TextOf(cell.items);
    case Cell::Kind::kMap:
    case Cell::Kind::kStruct:
      return TextOf(cell.fields);
  }
  return "";
}

StatementId ExplainedRowStore::Prepare(std::string text) {
  const StatementId id = inner_->Prepare(text);
  if (statements_.size() <= id) statements_.resize(id + 1U);
  statements_[id] = OnOneLine(text);
  return id;
}

bool ExplainedRowStore::Reads(const RowRequest& request) const {
  return std::ranges::all_of(request.statements, [this](const BoundStatement& bound) {
    return StartsWithSelect(statements_.at(bound.statement));
  });
}

Status ExplainedRowStore::Send(std::span<const RowRequest> requests) {
  std::vector<RowRequest> asked;
  std::vector<bool> reads;
  for (const RowRequest& request : requests) {
    reads.push_back(Reads(request));
    if (reads.back()) asked.push_back(request);
  }
  if (!asked.empty()) SLUICE_TRY(inner_->Send(asked));
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (reads[i]) continue;
    for (const BoundStatement& bound : requests[i].statements) {
      tell_(statements_.at(bound.statement) + " " + TextOf(bound.values));
    }
  }
  pending_.push_back(std::move(reads));
  return Ok();
}

Status ExplainedRowStore::Receive(std::vector<RowReply>& replies) {
  if (pending_.empty()) return Error{ErrorKind::kFatal, "explain: Receive without a Send"};
  const std::vector<bool> reads = std::move(pending_.front());
  pending_.pop_front();
  std::vector<RowReply> read;
  const bool asked = std::ranges::find(reads, true) != reads.end();
  if (asked) SLUICE_TRY(inner_->Receive(read));
  replies.clear();
  std::size_t next = 0;
  for (const bool reads_rows : reads) replies.push_back(reads_rows ? read.at(next++) : RowReply());
  return Ok();
}

void ExplainedRowStore::Cancel() {
  pending_.clear();
  inner_->Cancel();
}

}  // namespace sluice
