// A bundle comes from the other party, by any way. Properties: it is read or refused with a message; what is
// read is written as the same bytes, names safe paths only, and can be judged; a merge with itself adds
// nothing.
#include <cstdlib>

#include "terms/quorum.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso;
  const auto text = base::AsText({bytes, size});
  auto bundle = terms::Bundle::Parse(text);
  if (!bundle) {
    if (bundle.error().message.empty()) std::abort();
    return 0;
  }
  if (bundle->Text() != text) std::abort();
  for (const terms::PackageFile& file : bundle->files()) {
    const std::filesystem::path path(file.path);
    if (path.is_absolute() || path.lexically_normal() != path || file.path.starts_with("..")) std::abort();
  }
  const terms::QuorumReport report = terms::JudgeQuorum(*bundle, std::nullopt);
  if (report.IsMet() != report.Missing().empty()) std::abort();
  const terms::Bundle copy = *bundle;
  if (!bundle->Merge(copy) || bundle->Text() != text) std::abort();
  return 0;
}
