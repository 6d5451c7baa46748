#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sluice/outbox.h"
#include "sluice/record.h"
#include "sluice/result.h"

namespace sluice {

/// Output port of a worker. One transaction at a time: Begin, Write, Commit; or Abort.
/// Threading: the worker's thread.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Connects; may be repeated after kUnavailable (which names what is missing, such as a topic).
  /// Topics are those given at construction, by TopicId.
  virtual Status Open() = 0;

  /// Largest value plus key and headers, in bytes, that `topic` takes. Valid after Open.
  [[nodiscard]] virtual std::size_t MaxRecordBytes(TopicId topic) const = 0;

  virtual Status Begin() = 0;
  /// Writes all records of the outbox, whose bytes must stay until Commit or Abort returns.
  virtual Status Write(const Outbox& outbox) = 0;
  /// Makes the outputs and the checkpoint visible together (exactly_once), or the outputs first
  /// and then the checkpoint (at_least_once). On an error nothing may be assumed.
  virtual Status Commit(const Checkpoint& checkpoint) = 0;

  /// Undoes what was begun; after it the outbox may be reused, whatever it returns.
  virtual Status Abort() = 0;
  /// A new producer in place of one whose outcome is unknown or that was fenced.
  virtual Status Recreate() = 0;

  virtual void Close() = 0;
};

}  // namespace sluice
