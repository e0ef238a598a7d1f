// rooms: cli cedar base
// How fast is the engine? Reads the data sets of one workload and prints one line of JSON.
//
//   how_fast_is_the_engine DIR [--evaluator tree|compiled] [--passes N] [--json-requests] [--decisions FILE]
//
// DIR holds policies.cedar, schema.cedarschema and the data sets 000, 001, … (see write_data_sets.cc).
// The programs in cedar-go and cedar-rust take the same arguments and print the same keys.
#include <filesystem>
#include <iostream>
#include <map>
#include <string>

#include "base/file.h"
#include "base/json_writer.h"
#include "cli/cedar_measurement.h"

namespace proviso::cli {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  fs::path directory;
  CedarEvaluator evaluator = CedarEvaluator::kCompiled;
  MeasureOptions measure;
  fs::path decisions;
};

const std::map<std::string, CedarEvaluator> kEvaluators = {{"compiled", CedarEvaluator::kCompiled},
                                                           {"tree", CedarEvaluator::kTreeWalker}};

bool Read(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--json-requests") {
      arguments.measure.form = RequestForm::kJson;
    } else if (!word.starts_with("--")) {
      arguments.directory = word;
    } else if (i + 1 == argc) {
      return false;
    } else if (const std::string value = argv[++i]; word == "--passes") {
      arguments.measure.passes = std::stoul(value);
    } else if (word == "--decisions") {
      arguments.decisions = value;
    } else if (word == "--evaluator" && kEvaluators.contains(value)) {
      arguments.evaluator = kEvaluators.at(value);
    } else {
      return false;
    }
  }
  return !arguments.directory.empty();
}

base::Result<CedarWorkload> ReadWorkload(const fs::path& shared, const fs::path& data_set) {
  CedarWorkload workload;
  const auto read = [](const fs::path& path, std::string& text) -> base::Status {
    auto content = base::ReadFile(path);
    if (!content) return std::unexpected(content.error());
    text = std::move(*content);
    return {};
  };
  if (auto status = read(shared / "policies.cedar", workload.policies); !status)
    return std::unexpected(status.error());
  if (auto status = read(shared / "schema.cedarschema", workload.schema); !status)
    return std::unexpected(status.error());
  if (auto status = read(data_set / "requests.json", workload.requests); !status)
    return std::unexpected(status.error());
  for (std::size_t i = 0; fs::exists(data_set / ("entities-" + std::to_string(i) + ".json")); ++i) {
    workload.entities.emplace_back();
    auto status = read(data_set / ("entities-" + std::to_string(i) + ".json"), workload.entities.back());
    if (!status) return std::unexpected(status.error());
  }
  return workload;
}

/// Sums over the data sets.
struct Loading {
  std::size_t data_sets = 0;
  std::size_t entities = 0;
  std::size_t entity_bytes = 0;
  double policies_us = 0;
  double schema_us = 0;
  double entities_us = 0;
  std::int64_t entities_kib = 0;
};

base::Result<LoadedWorkload> LoadOne(const fs::path& shared, const fs::path& data_set, Loading& loading) {
  auto workload = ReadWorkload(shared, data_set);
  if (!workload) return std::unexpected(workload.error());
  const std::int64_t before = ResidentKib();
  auto loaded = LoadWorkload(*workload);
  if (!loaded) return loaded;
  ++loading.data_sets;
  loading.entities += loaded->entities.size();
  for (const std::string& text : workload->entities) loading.entity_bytes += text.size();
  loading.policies_us += loaded->policies_us;
  loading.schema_us += loaded->schema_us;
  loading.entities_us += loaded->entities_us;
  loading.entities_kib += ResidentKib() - before;
  return loaded;
}

std::string Line(const Arguments& arguments, const Loading& loading, const DecisionTimes& times) {
  const auto sets = static_cast<double>(loading.data_sets);
  base::JsonWriter json;
  json.BeginObject().Key("engine").String("proviso").Key("evaluator").String(NameOf(arguments.evaluator));
  json.Key("data_sets").Integer(static_cast<std::int64_t>(loading.data_sets));
  json.Key("requests").Integer(static_cast<std::int64_t>(times.per_request_ns.size()));
  json.Key("timed").Integer(static_cast<std::int64_t>(times.single_ns.size()));
  json.Key("allow").Integer(static_cast<std::int64_t>(times.allowed));
  json.Key("deny").Integer(static_cast<std::int64_t>(times.denied));
  json.Key("clock_ns").Number(ClockCostNs());
  json.Key("p50_raw_ns").Number(times.single_ns.Quantile(0.5));
  json.Key("p99_raw_ns").Number(times.single_ns.Quantile(0.99));
  json.Key("mean_raw_ns").Number(times.single_ns.Mean());
  json.Key("p99_of_request_medians_raw_ns").Number(times.per_request_ns.Quantile(0.99));
  json.Key("unclocked_mean_ns").Number(times.UnclockedMeanNs());
  json.Key("load_policies_us").Number(loading.policies_us / sets);
  json.Key("load_schema_us").Number(loading.schema_us / sets);
  json.Key("load_entities_us").Number(loading.entities_us / sets);
  json.Key("entities").Integer(static_cast<std::int64_t>(loading.entities));
  json.Key("entity_bytes").Integer(static_cast<std::int64_t>(loading.entity_bytes));
  json.Key("loaded_kib").Integer(loading.entities_kib);
  return json.EndObject().Take();
}

int Run(const Arguments& arguments) {
  Loading loading;
  DecisionTimes times;
  std::string decisions;
  for (std::size_t number = 0;; ++number) {
    std::string name = std::to_string(number);
    name.insert(0, name.size() < 3 ? 3 - name.size() : 0, '0');
    if (!fs::exists(arguments.directory / name)) break;
    const auto loaded = LoadOne(arguments.directory, arguments.directory / name, loading);
    if (!loaded) {
      std::cerr << (arguments.directory / name).string() << ": " << loaded.error().message << "\n";
      return 1;
    }
    Measure(*loaded, arguments.evaluator, arguments.measure, times);
    times.decisions += '\n';
  }
  if (loading.data_sets == 0) {
    std::cerr << arguments.directory.string() << ": no data set 000 here; bench/run engine writes them\n";
    return 1;
  }
  if (!arguments.decisions.empty()) {
    if (const auto status = base::WriteFileAtomically(arguments.decisions, times.decisions); !status) {
      std::cerr << status.error().message << "\n";
      return 1;
    }
  }
  std::cout << Line(arguments, loading, times) << "\n";
  return 0;
}

}  // namespace
}  // namespace proviso::cli

int main(int argc, char** argv) {
  proviso::cli::Arguments arguments;
  if (!proviso::cli::Read(argc, argv, arguments)) {
    std::cerr
        << "usage: how_fast_is_the_engine DIR [--evaluator tree|compiled] [--passes N] [--json-requests] "
           "[--decisions FILE]\n";
    return 2;
  }
  return proviso::cli::Run(arguments);
}
