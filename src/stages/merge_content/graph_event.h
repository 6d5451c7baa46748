#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "sluice/batch.h"
#include "sluice/document.h"

namespace sluice::stages {

/// What the two stages of the content-cache-updater know of a transaction of the learning graph
/// (content-cache-updater.md 3 and 4).

/// The node's id, as it stands.
Value NodeIdOf(const Document& event);
/// transactionData.properties, whatever it is; absent where it is null.
Value PropertiesOf(const Document& event);
/// The new value of a property, which must be an object; absent where it has none.
Value NewValueOf(Value property);
/// True if the property holds dial codes: `dialcodes` or `reservedDialCodes`.
bool HoldsDialCodes(Value property);

/// Why a part of an event could not be used.
namespace defect {
inline constexpr Reason kBadId = "bad_id";
inline constexpr Reason kBadProperties = "bad_properties";
inline constexpr Reason kBadProperty = "bad_property";
inline constexpr Reason kBadDialCode = "bad_dial_code";
inline constexpr Reason kWrongType = "wrong_type";
inline constexpr std::array kAll = {kBadId, kBadProperties, kBadProperty, kBadDialCode, kWrongType};
}  // namespace defect

/// What of one event could not be used. The rest of it is; then the event is diverted as it came.
class Defects {
 public:
  /// `what` has to say which part; text of the event in it is cut to a few words.
  void Add(Reason reason, std::string_view part, std::string_view what);
  [[nodiscard]] bool empty() const { return reason_ == nullptr; }

  /// Diverts the event for the first of them, the others counted in the detail.
  void Divert(Batch& batch, Event& event, SideOutputId output) const;

  /// Leaves them in the event for the stage that it goes to next, in a member of its own, and takes
  /// away what stands there otherwise.
  void LeaveIn(Document& event) const;
  /// Takes them over from there.
  void TakeFrom(const Document& event);

 private:
  Reason reason_ = nullptr;
  std::string detail_;
  std::size_t more_ = 0;
};

}  // namespace sluice::stages
