// The command as a person runs it: words in, text and exit code out.
#include <gmock/gmock.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "cli/cedar_commands.h"
#include "cli/cedar_examples.h"
#include "cli/internal/run_for_tests.h"

namespace proviso::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

using internal::Answer;

Answer Bench(std::vector<std::string> words) {
  words.insert(words.begin(), "bench");
  return internal::RunCommand(std::move(words), AddCedarBench);
}

TEST(CedarBenchCommand, MeasuresAnExample) {
  const Answer answer = Bench({"--example", "github", "--size", "5", "--passes", "2"});
  EXPECT_EQ(answer.exit, 0) << answer.err;
  EXPECT_THAT(answer.out,
              AllOf(HasSubstr("8 policies, 68 entities, 500 requests"), HasSubstr("p50"),
                    HasSubstr("compiled"), HasSubstr("tree walker"), HasSubstr("of 1000 decisions")));
}

TEST(CedarBenchCommand, PrintsOneObjectOfJson) {
  const Answer answer = Bench({"--example", "tinytodo", "--passes", "1", "--from-json", "--json"});
  const auto document = base::JsonDocument::Parse(answer.out);
  ASSERT_TRUE(document) << answer.out << answer.err;
  EXPECT_EQ(document->root().Find("requests").integer(), 500);
  for (const base::Json evaluator : document->root().Find("evaluators").elements()) {
    EXPECT_EQ(evaluator.Find("timed").integer(), 500);
    EXPECT_GT(evaluator.Find("mean_ns").number().value_or(0), 0);
  }
}

TEST(CedarBenchCommand, MeasuresFiles) {
  const auto directory =
      std::filesystem::temp_directory_path() / ("proviso_cedar_bench_" + std::to_string(getpid()));
  std::filesystem::create_directories(directory);
  const CedarWorkload workload =
      MakeCedarWorkload(CedarExample::kGdrive, {.size = 5, .requests = 9, .seed = 1});
  std::ofstream(directory / "policies") << workload.policies;
  std::ofstream(directory / "schema") << workload.schema;
  std::ofstream(directory / "entities") << workload.entities.front();
  std::ofstream(directory / "requests") << workload.requests;
  const Answer answer = Bench({"-p", directory / "policies", "-s", directory / "schema", "--entities",
                               directory / "entities", "--requests", directory / "requests"});
  EXPECT_EQ(answer.exit, 0) << answer.err;
  EXPECT_THAT(answer.out, HasSubstr("5 policies, 35 entities, 9 requests"));
  const Answer broken = Bench({"-p", directory / "requests", "--entities", directory / "entities",
                               "--requests", directory / "requests"});
  EXPECT_EQ(broken.exit, 1);
  EXPECT_THAT(broken.err, HasSubstr("policies:1:1"));
  std::filesystem::remove_all(directory);
}

TEST(CedarBenchCommand, MakesAnExampleOfTheLargestSize) {
  const Answer answer = Bench({"--example", "tinytodo", "--size", "5000", "--passes", "1"});
  EXPECT_EQ(answer.exit, 0) << answer.err;
}

TEST(CedarBenchCommand, RefusesACommandLineThatNamesNothingOrTooMuch) {
  const std::vector<std::vector<std::string>> kLines = {
      {},
      {"--example", "dropbox"},
      {"--size", "5"},
      {"--example", "gdrive", "--size", "0"},
      {"--example", "gdrive", "--size", "5001"},
      {"--example", "clauses", "--size", "10001"},
      {"--example", "people", "--size", "1000001"},
      {"-p", "policies"},
      {"--example", "gdrive", "-p", "a", "--entities", "b", "--requests", "c"},
  };
  for (const auto& words : kLines) EXPECT_EQ(Bench(words).exit, 2) << testing::PrintToString(words);
}

}  // namespace
}  // namespace proviso::cli
