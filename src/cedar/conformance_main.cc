// cedar_conformance DIR: exits 0 when every request of every case agrees, 1 when one does not, 2 when
// there is nothing to run.
#include <cstdio>
#include <filesystem>

#include "cedar/conformance.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: cedar_conformance DIR\n", stderr);
    return 2;
  }
  const auto report = proviso::cedar::RunConformance(argv[1]);
  if (!report) {
    std::fprintf(stderr, "%s\n", report.error().message.c_str());
    return 2;
  }
  std::fputs(report->Text().c_str(), stdout);
  return report->mismatches.empty() ? 0 : 1;
}
