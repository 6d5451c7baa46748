#include "files/table_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string_view>
#include <system_error>
#include <utility>

#include "files/entry_file.h"
#include "sluice/document.h"

namespace sluice {
namespace {

MemoryTable::Entry EntryOf(const FileEntry& entry) {
  switch (entry.kind) {
    case FileEntry::Kind::kText:
      return std::string(entry.value.text());
    case FileEntry::Kind::kHash: {
      MemoryTable::Fields fields;
      for (const Value field : entry.value) {
        fields.insert_or_assign(std::string(field.name()), std::string(field.text()));
      }
      return fields;
    }
    case FileEntry::Kind::kSet: {
      MemoryTable::Members members;
      for (const Value member : entry.value) members.emplace(member.text());
      return members;
    }
    case FileEntry::Kind::kOther:
      break;
  }
  MemoryTable::Other other{std::string(entry.type), "null"};
  if (entry.value.exists()) {
    other.json.clear();
    entry.document->AppendTo(other.json, entry.value);
  }
  return other;
}

/// Appends `"type":...,"value":...` of an entry.
class ValueWriter {
 public:
  explicit ValueWriter(std::string& out) : out_(out) {}

  void operator()(const std::string& text) const {
    Begin("string");
    AppendJsonString(out_, text);
  }
  void operator()(const MemoryTable::Fields& fields) const {
    Begin("hash");
    char separator = '{';
    for (const auto& [name, value] : fields) {
      out_ += std::exchange(separator, ',');
      AppendJsonString(out_, name);
      out_ += ':';
      AppendJsonString(out_, value);
    }
    out_ += '}';
  }
  void operator()(const MemoryTable::Members& members) const {
    Begin("set");
    char separator = '[';
    for (const std::string& member : members) {
      out_ += std::exchange(separator, ',');
      AppendJsonString(out_, member);
    }
    out_ += ']';
  }
  void operator()(const MemoryTable::Other& other) const {
    Begin(other.type);
    out_ += other.json;
  }

 private:
  void Begin(std::string_view type) const {
    out_ += "\"type\":";
    AppendJsonString(out_, type);
    out_ += ",\"value\":";
  }

  std::string& out_;
};

}  // namespace

TableFile::TableFile(TableFileSettings settings, Log log)
    : settings_(std::move(settings)),
      log_(std::move(log)),
      table_(std::make_shared<MemoryTable>(settings_.marks_ttl)) {}

Result<std::shared_ptr<TableFile>> TableFile::Load(TableFileSettings settings, Log log) {
  std::shared_ptr<TableFile> file(new TableFile(std::move(settings), std::move(log)));
  SLUICE_TRY(ReadEntries(file->settings_.path, file->settings_.db, [&](const FileEntry& entry) {
    file->table_->Put(std::string(entry.key), EntryOf(entry));
  }));
  return file;
}

TableFile::~TableFile() {
  if (!draft_.is_open()) return;
  const Status finished = Finish();
  if (!finished.ok()) {
    log_(LogLevel::kError, "store " + settings_.name, finished.error().message);
  }
}

Status TableFile::Begin() {
  if (settings_.output.empty()) return Ok();
  const std::lock_guard lock(mutex_);
  if (draft_.is_open()) return Ok();
  auto opened = PosixFile::OpenEmpty(Draft());
  if (!opened) return std::move(opened).error();
  draft_ = std::move(opened).value();
  return Ok();
}

Status TableFile::Finish() {
  SLUICE_TRY(draft_.Append(Text()));
  SLUICE_TRY(draft_.Sync());
  if (std::rename(Draft().c_str(), settings_.output.c_str()) == 0) return Ok();
  std::string message = "can't rename " + Draft();
  message.append(" to ").append(settings_.output).append(": ");
  return Error{ErrorKind::kUnavailable, message += std::generic_category().message(errno)};
}

std::string TableFile::Text() const {
  std::string text;
  for (const auto& [key, entry] : table_->Entries()) {
    text += "{\"store\":";
    AppendJsonString(text, settings_.name);
    text.append(",\"db\":").append(std::to_string(settings_.db)).append(",\"key\":");
    AppendJsonString(text, key);
    text += ',';
    std::visit(ValueWriter(text), entry);
    text += ",\"ttl\":null}\n";
  }
  return text;
}

Status FileTableStore::Send(std::span<const TableRequest> requests) {
  const bool writes =
      std::ranges::any_of(requests, [](const TableRequest& request) { return Writes(request.op); });
  if (writes) SLUICE_TRY(file_->Begin());
  return table_.Send(requests);
}

}  // namespace sluice
