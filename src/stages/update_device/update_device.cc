#include "stages/update_device/update_device.h"

#include "codec/json_reader.h"
#include "util/fault_point.h"

namespace sluice::stages {
namespace {

constexpr Reason kNoDeviceId = "no_device_id";
constexpr Reason kNoHash = "device_is_no_hash";
constexpr Reason kRowRefused = "row_refused";
constexpr Reason kJsonNull = "json_null";

constexpr sluice::TableField kFirstAccess{.name = kHashFields[FieldIndex("firstaccess")]};

/// True for the JSON value null, whatever stands behind it.
bool IsJsonNull(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || !text.substr(begin).starts_with("null")) return false;
  const std::string_view rest = text.substr(begin + 4);
  return rest.empty() || std::string_view(" \t\r\n,]}").find(rest[0]) != std::string_view::npos;
}

}  // namespace

UpdateDevice::UpdateDevice(const Settings& settings, const Clock& clock, Devices devices,
                           Profiles profiles)
    : settings_(settings),
      clock_(clock),
      upsert_(profiles.store->Prepare(UpsertStatement(profiles.table))),
      devices_(std::move(devices.store), std::move(devices.name)),
      profiles_(std::move(profiles.store), std::move(profiles.name)) {}

Status UpdateDevice::Probe() {
  SLUICE_TRY(devices_.Ping());
  return profiles_.Ping();
}

void UpdateDevice::Cancel() {
  devices_.Cancel();
  profiles_.Cancel();
}

Status UpdateDevice::Finish(Batch& batch) {
  Collect(batch);
  SLUICE_TRY(ReadHashes(batch));
  WorkOut(batch);
  SLUICE_TRY(WriteHashes());
  FaultPoint("device_hashes_written");
  return WriteRows(batch);
}

void UpdateDevice::Collect(Batch& batch) {
  touched_.clear();
  by_id_.clear();
  updates_.clear();
  for (Event& event : batch.events()) {
    if (!event.active()) continue;
    if (!event.readable()) {
      if (IsJsonNull(event.raw())) {
        event.Drop(kJsonNull);
      } else {
        Fail(batch, event, event.unreadable_reason(), {});
      }
      continue;
    }
    const auto id = DeviceIdOf(event.doc().root());
    if (id) {
      updates_.push_back({&event, &DeviceOf(*id), {}, {}});
    } else {
      Fail(batch, event, kNoDeviceId, "device_id is missing, empty or not a string");
    }
  }
}

UpdateDevice::Device& UpdateDevice::DeviceOf(std::string_view id) {
  Device*& device = by_id_[id];
  if (device == nullptr) {
    device = &touched_.emplace_back();
    device->id = id;
  }
  return *device;
}

Status UpdateDevice::ReadHashes(Batch& batch) {
  for (Device& device : touched_) {
    devices_.Add(
        {.op = TableRequest::Op::kGetFields, .key = device.id, .fields = {&kFirstAccess, 1}},
        &device);
  }
  SLUICE_TRY(devices_.Send());
  const auto answers = devices_.Receive();
  if (!answers) return answers.error();
  for (const auto [device, reply] : answers.value()) {
    device->usable = reply->state != TableReply::State::kWrongType;
    if (reply->state != TableReply::State::kDone || !reply->values[0]) continue;
    device->first_access = batch.arena().Copy(*reply->values[0]);
  }
  return Ok();
}

void UpdateDevice::WorkOut(Batch& batch) {
  const std::int64_t now_ms = clock_.NowMs();
  for (Update& update : updates_) {
    Device& device = *update.device;
    update.record = ReadDeviceRecord(update.event->doc().root(), now_ms, batch.arena());
    DeviceRecord& record = update.record;
    record.row[ColumnIndex("first_access")] = FirstAccessCell(record, device.first_access);
    if (const auto first = FirstAccessField(record, device.first_access, batch.arena())) {
      record.fields[FieldIndex("firstaccess")] = device.first_access = first;
    }
    for (std::size_t i = 0; i < kHashFields.size(); ++i) {
      if (record.fields[i]) device.fields[i] = record.fields[i];
    }
    update.statement = {upsert_, record.row};
  }
}

Status UpdateDevice::WriteHashes() {
  for (Device& device : touched_) {
    if (!device.usable) continue;
    for (std::size_t i = 0; i < kHashFields.size(); ++i) {
      if (device.fields[i]) device.written.push_back({kHashFields[i], *device.fields[i]});
    }
    devices_.Add({.op = TableRequest::Op::kSetFields, .key = device.id, .fields = device.written},
                 &device);
  }
  SLUICE_TRY(devices_.Send());
  const auto answers = devices_.Receive();
  if (!answers) return answers.error();
  for (const auto [device, reply] : answers.value()) {
    device->usable = reply->state != TableReply::State::kWrongType;
  }
  return Ok();
}

Status UpdateDevice::WriteRows(Batch& batch) {
  for (Update& update : updates_) {
    if (update.device->usable) {
      profiles_.Add({{&update.statement, 1}}, &update);
    } else {
      Fail(batch, *update.event, kNoHash,
           "something else than a hash stands under the device's key");
    }
  }
  SLUICE_TRY(profiles_.Send());
  const auto answers = profiles_.Receive();
  if (!answers) return answers.error();
  for (const auto [update, reply] : answers.value()) {
    if (reply->state == RowReply::State::kRefused) {
      Fail(batch, *update->event, kRowRefused, batch.arena().Copy(NameColumn(reply->detail)));
      continue;
    }
    for (const CounterId counter :
         {settings_.success_count, settings_.cache_count, settings_.row_count}) {
      batch.Count(counter);
    }
    update->event->End();
  }
  return Ok();
}

void UpdateDevice::Fail(Batch& batch, Event& event, Reason reason, std::string_view detail) {
  if (!event.created()) event.SetVerbatim(event.raw());
  event.Divert(settings_.failed, reason, {.detail = detail});
  batch.Count(settings_.failed_count);
}

StageSpec UpdateDeviceSpec() {
  StageSpec spec;
  spec.name = "update_device";
  spec.summary =
      "Merges device records into a hash per device and a row per device; the last record wins, a "
      "first access and a first declaration stay.";
  spec.fields = {{.name = "store",
                  .type = FieldType::kStore,
                  .description = "Store that takes the hashes, under the ids of the devices.",
                  .required = true},
                 {.name = "rows",
                  .type = FieldType::kStore,
                  .description = "Store of PostgreSQL that takes the rows.",
                  .required = true},
                 {.name = "table",
                  .description = "Table of the rows, with its schema in front where it is in one.",
                  .required = true},
                 {.name = "side_output",
                  .description = "Side output that takes records that can't be stored.",
                  .default_value = "failed"}};
  spec.example = "update_device: { store: device, rows: profile, table: dev_device_profile }\n";
  spec.reasons = {unreadable::kNullRecord,
                  unreadable::kInvalidJson,
                  unreadable::kNotAnObject,
                  unreadable::kInvalidUtf8,
                  unreadable::kTooDeep,
                  unreadable::kTooMany,
                  unreadable::kNumberRange,
                  kNoDeviceId,
                  kNoHash,
                  kRowRefused,
                  kJsonNull};
  spec.validate = [](const ConfigNode& node) -> Status {
    const auto table = QuotedTable(node.String("table"));
    return table ? Ok() : Status(node.Get("table")->Complain(table.error().message));
  };
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    auto failed = resources.SideOutput(node.String("side_output"));
    if (!failed) return std::move(failed).error();
    auto devices = resources.Tables(node.String("store"));
    if (!devices) return std::move(devices).error();
    auto profiles = resources.Rows(node.String("rows"));
    if (!profiles) return std::move(profiles).error();
    auto table = QuotedTable(node.String("table"));
    if (!table) return std::move(table).error();
    const UpdateDevice::Settings settings{
        .failed = failed.value(),
        .success_count = resources.Counter("success-event-count"),
        .failed_count = resources.Counter("failed-event-count"),
        .cache_count = resources.Counter("device-cache-update-count"),
        .row_count = resources.Counter("device-db-update-count")};
    return std::unique_ptr<Stage>(new UpdateDevice(
        settings, resources.clock(), {std::move(devices).value(), node.String("store")},
        {std::move(profiles).value(), node.String("rows"), std::move(table).value()}));
  };
  return spec;
}

}  // namespace sluice::stages
