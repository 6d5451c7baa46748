#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sluice/clock.h"
#include "sluice/requests.h"
#include "sluice/row_store.h"
#include "sluice/stage.h"
#include "sluice/stage_spec.h"
#include "sluice/table_store.h"
#include "stages/update_device/device_record.h"

namespace sluice::stages {

/// Merges device records into a hash and a row per device (device-profile-updater.md).
///
/// First the hashes are written, then the rows. All of it is absolute (docs/adr/0011): the last
/// record of a device wins, except that a first access and a first declaration stay, so that the
/// same records, written again over what they left, leave the same.
class UpdateDevice final : public Stage {
 public:
  struct Settings {
    SideOutputId failed;
    CounterId success_count;
    CounterId failed_count;
    CounterId cache_count;
    CounterId row_count;
  };
  /// A store and its name in the configuration, for errors.
  struct Devices {
    std::unique_ptr<TableStore> store;
    std::string name;
  };
  struct Profiles {
    std::unique_ptr<RowStore> store;
    std::string name;
    std::string table;  ///< Quoted.
  };

  UpdateDevice(const Settings& settings, const Clock& clock, Devices devices, Profiles profiles);

  Status Probe() override;
  Status Finish(Batch& batch) override;
  void Cancel() override;

 private:
  /// What the batch makes of one device, record after record.
  struct Device {
    std::string_view id;
    std::optional<std::string_view> first_access;  ///< That the hash holds, with this batch's.
    HashValues fields;
    std::vector<sluice::TableField> written;
    bool usable = true;  ///< False where something else than a hash stands under the key.
  };
  /// A record and what it writes.
  struct Update {
    Event* event;
    Device* device;
    DeviceRecord record;
    BoundStatement statement;
  };

  /// The events that have a device; the others end here.
  void Collect(Batch& batch);
  Status ReadHashes(Batch& batch);
  void WorkOut(Batch& batch);
  Status WriteHashes();
  Status WriteRows(Batch& batch);
  void Fail(Batch& batch, Event& event, Reason reason, std::string_view detail);
  Device& DeviceOf(std::string_view id);

  Settings settings_;
  const Clock& clock_;
  /// A store refers to statements, and to no others, by what Prepare gave.
  StatementId upsert_;
  Requests<TableStore, Device*> devices_;
  Requests<RowStore, Update*> profiles_;
  std::list<Device> touched_;  ///< In the order of their first records.
  std::unordered_map<std::string_view, Device*> by_id_;
  std::list<Update> updates_;
};

StageSpec UpdateDeviceSpec();

}  // namespace sluice::stages
