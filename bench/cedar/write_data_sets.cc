// rooms: cli base
// Writes the data sets that how_fast_is_the_engine and its siblings in Go and Rust read.
//
//   write_data_sets DIR EXAMPLE SIZE COUNT [REQUESTS]
//
// DIR gets policies.cedar, schema.cedarschema, and a folder for each data set, 000, 001, …, with
// entities-0.json, entities-1.json, … and requests.json. A data set's number is its seed, plus one.
#include <filesystem>
#include <iostream>
#include <string>

#include "base/file.h"
#include "cli/cedar_examples.h"

namespace proviso::cli {
namespace {

namespace fs = std::filesystem;

base::Status WriteDataSet(const fs::path& directory, const CedarWorkload& workload) {
  fs::create_directories(directory);
  for (std::size_t i = 0; i < workload.entities.size(); ++i) {
    const fs::path path = directory / ("entities-" + std::to_string(i) + ".json");
    if (auto status = base::WriteFileAtomically(path, workload.entities[i]); !status) return status;
  }
  return base::WriteFileAtomically(directory / "requests.json", workload.requests);
}

base::Status WriteAll(const fs::path& directory, CedarExample example, CedarExampleSize size,
                      std::size_t count) {
  for (std::size_t number = 0; number < count; ++number) {
    size.seed = number + 1;
    const CedarWorkload workload = MakeCedarWorkload(example, size);
    std::string name = std::to_string(number);
    name.insert(0, name.size() < 3 ? 3 - name.size() : 0, '0');
    if (auto status = WriteDataSet(directory / name, workload); !status) return status;
    if (number > 0) continue;
    if (auto status = base::WriteFileAtomically(directory / "policies.cedar", workload.policies); !status)
      return status;
    if (auto status = base::WriteFileAtomically(directory / "schema.cedarschema", workload.schema); !status)
      return status;
  }
  return {};
}

}  // namespace
}  // namespace proviso::cli

int main(int argc, char** argv) {
  const auto example = argc > 2 ? proviso::cli::FindCedarExample(argv[2]) : std::nullopt;
  if (argc < 5 || !example) {
    std::cerr
        << "usage: write_data_sets DIR gdrive|github|tinytodo|clauses|clauses-on-others|people SIZE COUNT "
           "[REQUESTS]\n";
    return 2;
  }
  const proviso::cli::CedarExampleSize size{
      .size = std::stoul(argv[3]), .requests = argc > 5 ? std::stoul(argv[5]) : 500, .seed = 1};
  const auto status = proviso::cli::WriteAll(argv[1], *example, size, std::stoul(argv[4]));
  if (!status) std::cerr << status.error().message << "\n";
  return status ? 0 : 1;
}
