#pragma once

#include <cstddef>

#include "sluice/checkpoint.h"
#include "sluice/outbox.h"
#include "sluice/result.h"

namespace sluice {

/// Output port of a worker. One transaction at a time: Begin, Write, then Commit or CommitWith; or
/// Abort. Threading: the worker's thread, all of it.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Connects; may be repeated after kUnavailable (which names what is missing, such as a topic).
  /// Topics are those given at construction, by TopicId.
  virtual Status Open() = 0;

  /// Largest value plus key and headers, in bytes, that `topic` takes. Valid after Open.
  [[nodiscard]] virtual std::size_t MaxRecordBytes(TopicId topic) const = 0;

  virtual Status Begin() = 0;
  /// Writes all records of the outbox, whose bytes must stay until Commit, CommitWith or Abort
  /// returns.
  virtual Status Write(const Outbox& outbox) = 0;

  /// The outputs are durable and visible once it returns. On an error nothing may be assumed.
  virtual Status Commit() = 0;
  /// The same in one step with the source's checkpoint: after a crash both are there, or neither.
  /// Called only where source and sink have the same commit domain (port_spec.h).
  virtual Status CommitWith(const SealedCheckpoint& /*checkpoint*/) {
    return Error{ErrorKind::kFatal, "this sink can't commit the checkpoint of a source"};
  }
  /// The checkpoint of the last CommitWith of this sink or of the process before it, where the sink
  /// keeps it; nullptr where there is none yet, or the source's system keeps it. Valid until the
  /// next call of the sink.
  virtual Result<const SealedCheckpoint*> Stored() { return nullptr; }

  /// Undoes what was begun; after it the outbox may be reused, whatever it returns.
  virtual Status Abort() = 0;
  /// Starts anew after kReplaceSink: whatever the old connection left is complete or undone once it
  /// returns ok. May be repeated after kUnavailable.
  virtual Status Replace() = 0;

  virtual void Close() = 0;
};

}  // namespace sluice
