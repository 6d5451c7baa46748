#pragma once

#include "sluice/port_spec.h"
#include "sluice/store_spec.h"

namespace sluice {

/// `source: { files: ... }`: FileSource.
SourceSpec FilesSourceSpec();
/// `sink: { files: ... }`: FileSink.
SinkSpec FilesSinkSpec();
/// A store `{ file: ... }`: LoadLookups.
StoreSpec FileStoreSpec();

}  // namespace sluice
