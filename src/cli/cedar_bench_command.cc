// proviso cedar bench: how long decisions take on this machine.
#include <CLI/CLI.hpp>
#include <array>
#include <memory>
#include <ostream>

#include "base/file.h"
#include "base/json_writer.h"
#include "cli/cedar_commands.h"
#include "cli/cedar_inputs.h"
#include "cli/cedar_measurement.h"
#include "cli/console.h"

namespace proviso::cli {
namespace {

struct Options {
  std::string policies;
  std::string schema;
  std::string entities;
  std::string requests;
  std::string example;
  CedarExampleSize size{};
  std::size_t passes = MeasureOptions().passes;
  bool from_json = false;
  bool json = false;
};

base::Status ReadInto(std::string& text, const std::string& path) {
  auto content = base::ReadFile(path);
  if (!content) return std::unexpected(content.error());
  text = std::move(*content);
  return {};
}

base::Result<CedarWorkload> ReadWorkload(const Options& options) {
  if (!options.example.empty()) return MakeCedarWorkload(*FindCedarExample(options.example), options.size);
  CedarWorkload workload;
  workload.entities.emplace_back();
  for (const auto& [text, path] :
       {std::pair(&workload.policies, &options.policies), std::pair(&workload.schema, &options.schema),
        std::pair(&workload.entities.front(), &options.entities),
        std::pair(&workload.requests, &options.requests)}) {
    if (path->empty()) continue;
    if (auto status = ReadInto(*text, *path); !status) return std::unexpected(status.error());
  }
  return workload;
}

struct EvaluatorTimes {
  CedarEvaluator evaluator;
  DecisionTimes times;
};

/// "95 ns", "5.4 us", "1.02 ms".
std::string DurationText(double ns) {
  constexpr double kMicro = 1e3;
  constexpr double kMilli = 1e6;
  std::array<char, 32> text{};
  if (ns < 10 * kMicro) {
    (void)std::snprintf(text.data(), text.size(), "%.0f ns", ns);
  } else if (ns < kMilli) {
    (void)std::snprintf(text.data(), text.size(), "%.1f us", ns / kMicro);
  } else {
    (void)std::snprintf(text.data(), text.size(), "%.2f ms", ns / kMilli);
  }
  return text.data();
}

double PerSecond(const DecisionTimes& times) {
  const double ns = times.UnclockedMeanNs();
  return ns > 0 ? 1e9 / ns : 0;
}

/// A quantile without the clock's own cost.
double Net(const Samples& samples, double part, double clock_ns) {
  return std::max(0.0, samples.Quantile(part) - clock_ns);
}

void PrintText(const LoadedWorkload& loaded, const std::vector<EvaluatorTimes>& all, double clock_ns,
               Console& console) {
  const DecisionTimes& first = all.front().times;
  console.out() << loaded.policies->policies().size() << " policies, " << loaded.entities.size()
                << " entities, " << loaded.requests.size() << " requests, of which " << first.allowed
                << " are allowed\n"
                << "read in: policies " << DurationText(loaded.policies_us * 1'000) << ", entities "
                << DurationText(loaded.entities_us * 1'000);
  if (loaded.schema) console.out() << ", schema " << DurationText(loaded.schema_us * 1'000);
  constexpr int kNameWidth = 12;
  constexpr int kWidth = 11;
  const auto cell = [&console](const std::string& text) {
    console.out() << std::string(text.size() < kWidth ? kWidth - text.size() : 1, ' ') << text;
  };
  console.out() << "\n\n" << std::string(kNameWidth, ' ');
  for (const char* heading : {"p50", "p99", "mean", "a second"}) cell(heading);
  console.out() << "\n";
  for (const EvaluatorTimes& one : all) {
    const std::string name(NameOf(one.evaluator));
    console.out() << console.Styled(Style::kBold, name) << std::string(kNameWidth - name.size(), ' ');
    cell(DurationText(Net(one.times.single_ns, 0.5, clock_ns)));
    cell(DurationText(Net(one.times.single_ns, 0.99, clock_ns)));
    cell(DurationText(one.times.UnclockedMeanNs()));
    cell(std::to_string(static_cast<std::int64_t>(PerSecond(one.times))));
    console.out() << "\n";
  }
  console.out() << "\nOne thread, entities read once. p50 and p99 of " << first.single_ns.size()
                << " decisions timed one by one, without the clock's own "
                << static_cast<std::int64_t>(clock_ns) << " ns;\nmean and rate of as many without a clock.\n";
}

void PrintJson(const LoadedWorkload& loaded, const std::vector<EvaluatorTimes>& all, double clock_ns,
               Console& console) {
  const auto count = [](std::size_t number) { return static_cast<std::int64_t>(number); };
  base::JsonWriter json(base::JsonWriter::Layout::kPretty);
  json.BeginObject().Key("policies").Integer(count(loaded.policies->policies().size()));
  json.Key("entities").Integer(count(loaded.entities.size()));
  json.Key("requests").Integer(count(loaded.requests.size()));
  json.Key("allowed").Integer(count(all.front().times.allowed));
  json.Key("denied").Integer(count(all.front().times.denied));
  json.Key("read_us").BeginObject().Key("policies").Number(loaded.policies_us);
  json.Key("schema").Number(loaded.schema_us).Key("entities").Number(loaded.entities_us).EndObject();
  json.Key("clock_ns").Number(clock_ns).Key("evaluators").BeginArray();
  for (const EvaluatorTimes& one : all) {
    json.BeginObject().Key("name").String(NameOf(one.evaluator));
    json.Key("timed").Integer(count(one.times.single_ns.size()));
    json.Key("p50_ns").Number(Net(one.times.single_ns, 0.5, clock_ns));
    json.Key("p99_ns").Number(Net(one.times.single_ns, 0.99, clock_ns));
    json.Key("mean_ns").Number(one.times.UnclockedMeanNs());
    json.Key("per_second").Number(PerSecond(one.times)).EndObject();
  }
  console.out() << json.EndArray().EndObject().Take() << "\n";
}

void RunBench(const Options& options, Console& console) {
  const auto workload = ReadWorkload(options);
  if (!workload) {
    console.exit = console.Fail(kCedarFailure, workload.error().message);
    return;
  }
  const auto loaded = LoadWorkload(*workload);
  if (!loaded) {
    console.exit = console.Fail(kCedarFailure, loaded.error().message);
    return;
  }
  MeasureOptions measure;
  measure.passes = options.passes;
  measure.form = options.from_json ? RequestForm::kJson : RequestForm::kRead;
  std::vector<EvaluatorTimes> all;
  for (const CedarEvaluator evaluator : kCedarEvaluators) {
    Measure(*loaded, evaluator, measure, all.emplace_back(evaluator, DecisionTimes{}).times);
  }
  const double clock_ns = ClockCostNs();
  if (options.json) {
    PrintJson(*loaded, all, clock_ns, console);
  } else {
    PrintText(*loaded, all, clock_ns, console);
  }
  const std::string& expected = all.front().times.decisions;
  for (const EvaluatorTimes& one : all) {
    const auto [at, other] = std::ranges::mismatch(one.times.decisions, expected);
    if (at == one.times.decisions.end()) continue;
    console.exit =
        console.Fail(kCedarFailure, "the evaluators disagree on request " +
                                        std::to_string(at - one.times.decisions.begin()) +
                                        " of --requests (counted from 0); this is a bug here: please "
                                        "report the files");
    return;
  }
}

void CheckSize(const Options& options) {
  const auto example = FindCedarExample(options.example);
  if (!example || options.size.size <= SizeMaxOf(*example)) return;
  throw CLI::ValidationError("--size",
                             "of " + options.example + " is at most " + std::to_string(SizeMaxOf(*example)));
}

/// The files that stand in for an example.
void AddFileOptions(CLI::App& bench, Options& options, CLI::Option* example) {
  std::vector<CLI::Option*> files = {
      bench.add_option("-p,--policies", options.policies, "File of policies"),
      bench.add_option("--entities", options.entities, "File of entities, JSON"),
      bench.add_option(
          "--requests", options.requests,
          "File of requests: a JSON array of {\"principal\", \"action\", \"resource\", \"context\"}")};
  for (CLI::Option* one : files) {
    one->excludes(example);
    for (CLI::Option* other : files) {
      if (other != one) one->needs(other);
    }
  }
  bench.add_option("-s,--schema", options.schema, "File of the schema that entities and contexts follow")
      ->needs(files.front());
}

}  // namespace

void AddCedarBench(CLI::App& cedar, Console& console) {
  CLI::App* bench = cedar.add_subcommand("bench", "Measure how long decisions take on this machine");
  bench->footer(
      "Both evaluators decide every request; they must agree. Exits 1 if they do not, or if something\n"
      "cannot be read. Build with the preset release: a dev build is several times slower.\n"
      "Examples:\n"
      "  proviso cedar bench --example gdrive --size 50\n"
      "  proviso cedar bench --example clauses --size 500 --json\n"
      "  proviso cedar bench -p policies.cedar --entities entities.json --requests requests.json");
  const auto options = std::make_shared<Options>();  // shared with the callback, which runs later
  CLI::Option* example = bench
                             ->add_option("--example", options->example,
                                          "An application of the OOPSLA 2024 evaluation, or a load")
                             ->check(CLI::IsMember(CedarExampleNames()));
  bench
      ->add_option("--size", options->size.size,
                   "Of the example: how many of each kind, or clauses, or people")
      ->check(CLI::PositiveNumber)
      ->needs(example)
      ->capture_default_str();
  bench->add_option("--seed", options->size.seed, "Of the example: another seed, another store")
      ->needs(example)
      ->capture_default_str();
  AddFileOptions(*bench, *options, example);
  constexpr std::size_t kPassesMax = 10'000;
  bench->add_option("--passes", options->passes, "Times that each request is timed")
      ->check(CLI::Range(std::size_t{1}, kPassesMax))
      ->capture_default_str();
  bench->add_flag("--from-json", options->from_json, "Time from a request's JSON to its decision");
  bench->add_flag("--json", options->json, "Print one JSON object");
  bench->callback([options, &console] {
    if (options->example.empty() && options->policies.empty()) {
      throw CLI::RequiredError("--example, or --policies with --entities and --requests");
    }
    CheckSize(*options);
    RunBench(*options, console);
  });
}

}  // namespace proviso::cli
