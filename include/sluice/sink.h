#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "sluice/checkpoint.h"
#include "sluice/outbox.h"
#include "sluice/result.h"

namespace sluice {

/// An output that a sink does not take, though others of the same transaction may be taken.
struct RefusedOutput {
  Position position;  ///< Of the event.
  TopicId topic = 0;
  std::string reason;  ///< In the words of the system behind the sink.
};

/// Output port of a worker. One transaction at a time: Begin, Write, then Commit or CommitWith; or
/// Abort. Threading: the worker's thread, all of it.
///
/// After an error the worker aborts what was begun, and then: kUnavailable: waits, rewinds.
/// kAbortTransaction: rewinds. kReplaceSink, or a failed Abort: Replace until it succeeds, rewinds.
/// kRefused: rewinds, and tries fewer records, in the end each output alone, until the refused one
/// is known (Refused) and replaced.
/// kInvalidConfig, kFatal: Close, and the process ends (78, 70). A sink never returns kDiscard.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Connects. kUnavailable names what is missing, such as a topic. The worker repeats it until it
  /// has succeeded, and also after that while another part of the worker is unavailable. Topics are
  /// those given at construction, by TopicId.
  virtual Status Open() = 0;

  /// Largest value plus key and headers, in bytes, that `topic` takes. Valid after Open; read anew
  /// after Abort and Replace, since a refusal may have shown that it is less.
  [[nodiscard]] virtual std::size_t MaxRecordBytes(TopicId topic) const = 0;

  virtual Status Begin() = 0;
  /// Writes all records of the outbox, whose bytes must stay until Commit, CommitWith or Abort
  /// returns.
  virtual Status Write(const Outbox& outbox) = 0;
  /// From the next Begin on, each output is acknowledged before the next one is sent, as far as the
  /// transaction's time allows, until it is switched off: slow, but a refusal is that of one
  /// output.
  virtual void WriteAlone(bool /*alone*/) {}
  /// After kRefused, until the next Begin: the output that was refused, where that is certain.
  [[nodiscard]] virtual std::optional<RefusedOutput> Refused() const { return std::nullopt; }

  /// The outputs are durable and visible once it returns. On an error nothing may be assumed.
  virtual Status Commit() = 0;
  /// The same in one step with the source's checkpoint: after a crash both are there, or neither.
  /// Called only where source and sink have the same commit domain (port_spec.h).
  virtual Status CommitWith(const SealedCheckpoint& /*checkpoint*/) {
    return Error{ErrorKind::kFatal, "this sink can't commit the checkpoint of a source"};
  }
  /// All that CommitWith has committed, in this process or one before it, where the sink keeps it:
  /// the newest offset of each partition, and the newest seal. nullptr where there is none yet, or
  /// the source's system keeps it. Valid until the next call of the sink.
  virtual Result<const SealedCheckpoint*> Stored() { return nullptr; }

  /// True, once, after a request with a checkpoint that got no answer: a copy of it may come late,
  /// and spoil a later checkpoint. The worker calls Source::Renew before it collects for the next
  /// transaction.
  virtual bool TakeSealInDoubt() { return false; }

  /// Undoes what was begun; after it the outbox may be reused, whatever it returns.
  virtual Status Abort() = 0;
  /// Starts anew after kReplaceSink: whatever the old connection left is complete or undone once it
  /// returns ok. May be repeated after kUnavailable.
  virtual Status Replace() = 0;

  /// Undoes what was begun, and gives back what it borrows; also called where Open never succeeded.
  virtual void Close() = 0;
};

}  // namespace sluice
