// A RowStore to be driven by a test: row_client CONFIG STORE. Each line of the input is a JSON
// object, and each gets a line in answer.
//
//   {"prepare": "SELECT ..."}                                    {"id": 0}
//   {"ping": true}                                               {"ok": true}
//   {"send": [[{"id": 0, "values": [1, "a", {"map": {...}}, {"struct": {...}}]}]]}
//                                                                {"replies": [{"state": "done",
//                                                                "rows": [[...]]}]}
// An error is {"error": "unavailable", "message": "..."}; what was sent is then cancelled. Numbers
// with a point or an exponent are doubles.
#include <charconv>
#include <deque>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codec/json_reader.h"
#include "config/config.h"
#include "config/pipeline_config.h"
#include "daemon/builtin_ports.h"
#include "sluice/requests.h"
#include "stages/builtin.h"
#include "support/fakes.h"
#include "util/clocks.h"

namespace sluice {
namespace {

/// JSON values as cells; what they point to lives as long as it.
class Cells {
 public:
  Cell Of(Value value) {
    switch (value.type()) {
      case ValueType::kBool:
        return Cell::Bool(value.IsTrue());
      case ValueType::kNumber:
        return value.text().find_first_of(".eE") == std::string_view::npos
                   ? Cell::Int(value.AsInt64())
                   : Cell::Double(value.AsDouble());
      case ValueType::kString:
        return Cell::Text(value.text());
      case ValueType::kArray:
        return Cell::List(ListOf(value));
      case ValueType::kObject:
        if (const Value map = value.Find("map"); map.exists()) return Cell::Map(FieldsOf(map));
        return Cell::Struct(FieldsOf(value.Find("struct")));
      default:
        return Cell::Null();
    }
  }
  std::span<const Cell> ListOf(Value values) {
    std::vector<Cell> cells;
    for (const Value value : values) cells.push_back(Of(value));
    return lists_.emplace_back(std::move(cells));
  }
  std::span<const CellField> FieldsOf(Value values) {
    std::vector<CellField> fields;
    for (const Value value : values) fields.push_back({value.name(), Of(value)});
    return fields_.emplace_back(std::move(fields));
  }

 private:
  std::deque<std::vector<Cell>> lists_;
  std::deque<std::vector<CellField>> fields_;
};

void Append(std::string& out, const Cell& cell);

void AppendFields(std::string& out, const char* kind, std::span<const CellField> fields) {
  out.append("{\"").append(kind).append("\": {");
  const char* separator = "";
  for (const CellField& field : fields) {
    out += separator;
    AppendJsonString(out, field.name);
    out += ": ";
    Append(out, field.value);
    separator = ", ";
  }
  out += "}}";
}

void AppendList(std::string& out, std::span<const Cell> cells) {
  out += '[';
  const char* separator = "";
  for (const Cell& cell : cells) {
    out += separator;
    Append(out, cell);
    separator = ", ";
  }
  out += ']';
}

void AppendDouble(std::string& out, double number) {
  char text[32];
  const std::string_view shortest(
      text, static_cast<std::size_t>(std::to_chars(text, text + sizeof text, number).ptr - text));
  out += shortest;
  if (shortest.find_first_of(".en") == std::string_view::npos) out += ".0";
}

void Append(std::string& out, const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::kNull:
      out += "null";
      break;
    case Cell::Kind::kBool:
      out += cell.integer != 0 ? "true" : "false";
      break;
    case Cell::Kind::kInt:
      out += std::to_string(cell.integer);
      break;
    case Cell::Kind::kDouble:
      AppendDouble(out, cell.number);
      break;
    case Cell::Kind::kText:
      AppendJsonString(out, cell.text);
      break;
    case Cell::Kind::kList:
      AppendList(out, cell.items);
      break;
    case Cell::Kind::kMap:
      AppendFields(out, "map", cell.fields);
      break;
    case Cell::Kind::kStruct:
      AppendFields(out, "struct", cell.fields);
      break;
  }
}

std::string Shown(const RowReply& reply) {
  if (reply.state == RowReply::State::kRefused) {
    std::string out = "{\"state\": \"refused\", \"detail\": ";
    AppendJsonString(out, reply.detail);
    return out + "}";
  }
  std::string out = "{\"state\": \"done\", \"rows\": [";
  const char* separator = "";
  for (const RowReply::Row row : reply.rows) {
    out += separator;
    AppendList(out, row);
    separator = ", ";
  }
  return out + "]}";
}

std::string Shown(const Error& error) {
  std::string out = "{\"error\": \"";
  out.append(ErrorKindName(error.kind)).append("\", \"message\": ");
  AppendJsonString(out, error.message);
  return out + "}";
}

class Client {
 public:
  explicit Client(std::unique_ptr<RowStore> store) : store_(std::move(store)) {}

  std::string Answer(const std::string& line) {
    Arena arena;
    Document document;
    if (JsonReader().Read(line, arena, document) != nullptr) return "{\"error\": \"no JSON\"}";
    const Value root = document.root();
    if (const Value text = root.Find("prepare"); text.exists()) {
      return "{\"id\": " + std::to_string(store_->Prepare(std::string(text.text()))) + "}";
    }
    if (!root.Find("send").exists()) {
      const Status status = store_->Ping();
      return status.ok() ? "{\"ok\": true}" : Shown(status.error());
    }
    return Send(root.Find("send"));
  }

 private:
  std::string Send(Value list) {
    Cells cells;
    std::deque<std::vector<BoundStatement>> bound;
    std::vector<RowRequest> requests;
    for (const Value request : list) {
      auto& statements = bound.emplace_back();
      for (const Value statement : request) {
        statements.push_back({static_cast<StatementId>(statement.Find("id").AsInt64()),
                              cells.ListOf(statement.Find("values"))});
      }
      requests.push_back({statements});
    }
    std::vector<RowReply> replies;
    Status status = store_->Send(requests);
    if (status.ok()) status = store_->Receive(replies);
    if (!status.ok()) {
      store_->Cancel();
      return Shown(status.error());
    }
    std::string out = "{\"replies\": [";
    const char* separator = "";
    for (const RowReply& reply : replies) {
      out.append(separator).append(Shown(reply));
      separator = ", ";
    }
    return out + "]}";
  }

  std::unique_ptr<RowStore> store_;
};

int Main(const char* path, const std::string& name) {
  Registry registry;
  if (!RegisterBuiltinStages(registry.stages).ok() || !RegisterBuiltinPorts(registry).ok())
    return 1;
  auto config = LoadConfig(path, {}, [](const std::string&) { return std::nullopt; });
  if (!config) return std::cerr << config.error().message << '\n', 1;
  auto pipeline = CheckPipeline(*config.value(), registry);
  if (!pipeline) return std::cerr << pipeline.error().message << '\n', 1;
  fakes::FakeMetrics metrics;
  const SystemClock clock;
  SharedObjects shared;
  for (const StoreConfig& store : pipeline.value().stores) {
    if (store.name != name) continue;
    auto rows =
        store.spec->rows(*store.node, {.name = name,
                                       .scope = "test",
                                       .clock = clock,
                                       .metrics = metrics,
                                       .log = [](LogLevel, std::string_view, std::string_view) {},
                                       .shared = shared,
                                       .stop = {}});
    if (!rows) return std::cerr << rows.error().message << '\n', 1;
    Client client(std::move(rows).value());
    for (std::string line; std::getline(std::cin, line);)
      std::cout << client.Answer(line) << std::endl;
    return 0;
  }
  std::cerr << "no store " << name << '\n';
  return 1;
}

}  // namespace
}  // namespace sluice

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  return sluice::Main(argv[1], argv[2]);
}
