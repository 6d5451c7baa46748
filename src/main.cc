#include "cli/cli.h"

int main(int argc, char** argv) { return sluice::Main(argc, argv); }
