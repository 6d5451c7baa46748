#pragma once

namespace sluice {

/// The program: reads the command line, does what it says and returns the process's exit code
/// (`sluice --help` lists them). Throws nothing.
int Main(int argc, char** argv);

}  // namespace sluice
