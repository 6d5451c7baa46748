#include "stages/flatten_work_order/work_order_rows.h"

#include <algorithm>

#include "util/uuid.h"

namespace sluice::stages {
namespace {

constexpr std::size_t kMaxFaults = 20;

/// Appends `,"<prefix><name>":<value>` for every member; names among `without` are left out.
void AppendMembers(std::string& json, const Document& doc, Value object, std::string_view prefix,
                   std::initializer_list<std::string_view> without) {
  std::string name;
  for (const Value member : object) {
    if (std::ranges::find(without, member.name()) != without.end()) continue;
    name.assign(prefix).append(member.name());
    json.push_back(',');
    AppendJsonString(json, name);
    json.push_back(':');
    doc.AppendTo(json, member);
  }
}

/// Cuts a text back to what it was.
class Restore {
 public:
  explicit Restore(std::string& text) : text_(text), size_(text.size()) {}
  Restore(const Restore&) = delete;
  Restore& operator=(const Restore&) = delete;
  ~Restore() { text_.resize(size_); }

 private:
  std::string& text_;
  std::size_t size_;
};

bool IsMissing(Value value) { return !value.exists() || value.IsNull(); }

}  // namespace

WorkOrderRows::WorkOrderRows(const Document& order, std::string_view id, const Take& take)
    : order_(order), id_(id), take_(take) {
  const Value root = order.root();
  AppendMembers(head_, order, root, "", {"edata", "mid", "eid", "mid_parent"});
  const Value mid = root.Find("mid");
  if (mid.IsString()) {
    head_ += R"(,"mid_parent":)";
    AppendJsonString(head_, mid.text());
  }
  head_ += R"(,"edata":{"cb_data":{)";
}

void WorkOrderRows::TakeAll() {
  place_ = "/edata/cb_data";
  const Value cb_data = order_.root().Find("edata").Find("cb_data");
  if (!cb_data.IsObject()) return AddFault("is not an object");
  place_ += "/data";
  const Value data = cb_data.Find("data");
  if (IsMissing(data)) return;
  if (!data.IsObject()) return AddFault("is not an object");
  const Value status = data.Find("status");
  const bool published = status.IsString() && status.text() == "Published";
  Merge(data, "", {"users"});
  ForEach(data, "users", [&](Value user) { VisitUser(user, published); });
}

void WorkOrderRows::VisitUser(Value user, bool published) {
  Merge(user, "wa_", {"roleCompetencyList", "unmappedActivities", "unmappedCompetencies"});
  TakeRow(Kind::kOfficer);
  if (!published) return;
  TakeEach(user, "unmappedActivities", "wa_activity_");
  TakeEach(user, "unmappedCompetencies", "wa_competency_");
  ForEach(user, "roleCompetencyList", [this](Value role) { VisitRole(role); });
}

void WorkOrderRows::VisitRole(Value role) {
  Merge(role, "wa_rcl_", {"roleDetails", "competencyDetails"});
  const Value details = role.Find("roleDetails");
  {
    const Restore place(place_);
    place_ += "/roleDetails";
    if (!IsMissing(details) && !details.IsObject()) AddFault("is not an object");
    if (details.IsObject()) Merge(details, "wa_role_", {"childNodes"});
    TakeEach(details, "childNodes", "wa_activity_");
  }
  TakeEach(role, "competencyDetails", "wa_competency_");
}

void WorkOrderRows::TakeEach(Value parent, std::string_view list, std::string_view prefix) {
  ForEach(parent, list, [&](Value item) {
    Merge(item, prefix, {});
    TakeRow(Kind::kItem);
  });
}

template <typename Visit>
void WorkOrderRows::ForEach(Value parent, std::string_view list, const Visit& visit) {
  const Value elements = parent.Find(list);
  if (IsMissing(elements)) return;
  const Restore place(place_);
  place_.append("/").append(list);
  if (!elements.IsArray()) return AddFault("is not an array");
  std::size_t index = 0;
  for (const Value element : elements) {
    const Restore element_place(place_);
    const Restore members(members_);
    place_.append("/").append(std::to_string(index++));
    if (element.IsObject()) {
      visit(element);
    } else {
      AddFault("is not an object");
    }
  }
}

void WorkOrderRows::Merge(Value map, std::string_view prefix, const Names& without) {
  AppendMembers(members_, order_, map, prefix, without);
}

void WorkOrderRows::TakeRow(Kind kind) {
  if (full_) return;
  const bool officer = kind == Kind::kOfficer;
  const std::string_view eid = officer ? "CB_ITEM_USER" : "CB_ITEM";
  const std::size_t index = officer ? officers_++ : items_++;
  const UuidText uuid = NameBasedUuid({id_, "/", eid, "/", std::to_string(index)});
  row_.assign(R"({"eid":")").append(eid).append(R"(","mid":")").append(eid).push_back(':');
  row_.append(uuid.data(), uuid.size()).push_back('"');
  row_.append(head_).append(members_, members_.empty() ? 0 : 1).push_back('}');
  AppendMembers(row_, order_, order_.root().Find("edata"), "", {"cb_data"});
  row_.append("}}");
  full_ = !take_(row_);
}

void WorkOrderRows::AddFault(std::string_view what) {
  if (++fault_count_ > kMaxFaults) return;
  if (!faults_.empty()) faults_ += ", ";
  faults_.append(place_).append(" ").append(what);
}

}  // namespace sluice::stages
