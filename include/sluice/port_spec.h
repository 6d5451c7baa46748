#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sluice/log.h"
#include "sluice/metrics.h"
#include "sluice/sink.h"
#include "sluice/source.h"
#include "sluice/spec.h"

namespace sluice {

class Watchdog;

/// What has to be known of a source before it is made.
struct SourceTraits {
  std::vector<std::string> topics = {};  ///< That the configuration names; without prefix.
  /// For the operator, after "reads <topics> of ": "group g at localhost:9092". Built from
  /// ConfigNode::Shown, since it stands in logs and in /status.
  std::string description = {};
  /// Who reads: the same after a restart, and another in every process that reads beside this one.
  /// A sink may sign its transactions with it. Empty: the pipeline's name serves.
  std::string member = {};
  /// The system in which a checkpoint can be committed in one step with outputs: a sink of the same
  /// domain can do both at once. Kafka: the brokers; files: "files". Empty: none can.
  std::string commit_domain = {};
  bool resumes = true;    ///< A restart goes on where this source has committed by itself.
  int max_workers = 256;  ///< Of a process.
};

/// What has to be known of a sink before it is made.
struct SinkTraits {
  std::string description = {};    ///< For the operator: "localhost:9092", "files in out".
  std::string commit_domain = {};  ///< As for SourceTraits.
  bool keeps_checkpoint = false;   ///< Stored gives back what CommitWith has committed.
  bool writes_headers = true;      ///< A reader sees sluice-position.
  int max_workers = 256;           ///< Of a process.
};

/// What a worker's port is made with. References outlive the port.
struct PortContext {
  std::string pipeline;  ///< Name of the pipeline, or of the file that lists several.
  int worker = 0;        ///< From 0.
  /// Real names: all that is read from the source, or written to the sink, by TopicId.
  std::vector<std::string> topics;
  MetricsRegistry& metrics;
  Watchdog& watchdog;
  Log log;
};

struct SourceContext : PortContext {
  std::string topic_prefix;  ///< What `topics` have in front of the names of the configuration.
};

struct SinkContext : PortContext {
  std::string writer;  ///< Who writes: unlike any other worker, and the same after a restart.
  bool commits_checkpoints = false;  ///< CommitWith will be used, not Commit.
  std::size_t max_record_bytes = 0;  ///< The pipeline's own limit.
  std::chrono::milliseconds transaction_timeout{};
};

struct SourceSpec : Spec {
  /// Pure: no network.
  std::function<SourceTraits(const ConfigNode&)> describe;
  /// Makes a worker's instance; connects only in Open.
  std::function<Result<std::unique_ptr<Source>>(const ConfigNode&, const SourceContext&)> build;
};

struct SinkSpec : Spec {
  /// Pure: no network.
  std::function<SinkTraits(const ConfigNode&)> describe;
  /// Makes a worker's instance; connects only in Open.
  std::function<Result<std::unique_ptr<Sink>>(const ConfigNode&, const SinkContext&)> build;
};

}  // namespace sluice
