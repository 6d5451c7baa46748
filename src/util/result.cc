#include "sluice/result.h"

namespace sluice {

std::string_view ErrorKindName(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidConfig:
      return "invalid_config";
    case ErrorKind::kUnavailable:
      return "unavailable";
    case ErrorKind::kDiscard:
      return "discard";
    case ErrorKind::kAbortTransaction:
      return "abort_transaction";
    case ErrorKind::kReplaceSink:
      return "replace_sink";
    case ErrorKind::kRefused:
      return "refused";
    case ErrorKind::kFatal:
      return "fatal";
  }
  return "unknown";
}

}  // namespace sluice
