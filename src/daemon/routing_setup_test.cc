#include "daemon/routing_setup.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "base/file.h"
#include "daemon/configuration.h"

namespace proviso::daemon {
namespace {

using routing::Quantity;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

base::Result<Configuration> Read(const std::string& text) {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) /
                                     ("routing_setup_test_" + std::to_string(getpid()) + ".toml");
  EXPECT_TRUE(base::WriteFileAtomically(file, text));
  auto read = ReadConfiguration(file);
  std::filesystem::remove(file);
  return read;
}

std::string ErrorOf(const std::string& text) {
  const auto read = Read(text);
  return read ? "" : read.error().message;
}

constexpr std::string_view kModels = R"(
[[provider]]
name = "p"
url = "http://x"
dialects = ["openai-chat"]
timeouts = { connect_ms = 700 }
breaker = { failures_in_a_row = 2 }
[[model]]
name = "fast"
provider = "p"
prices = { input = 3.0, cached_input = 0.3, output = 15 }
output_tokens_max = 100
[[model]]
name = "slow"
provider = "p"
)";

std::string WithModels(std::string_view text) {
  return std::string(text) + std::string(kModels);
}

std::string Key(std::string_view limits) {
  return "[[key]]\nid = \"desk\"\napplication = \"a\"\nsha256 = \"" + std::string(64, 'a') +
         "\"\nlimits = { " + std::string(limits) + " }\n";
}

TEST(RoutingSetup, HasDefaultsForEverything) {
  const auto read = Read(std::string(kModels));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->routing.retries, routing::RetryRule{});
  EXPECT_EQ(read->providers[0].timeouts, (routing::Timeouts{.connect = milliseconds(700)}));
  EXPECT_EQ(read->providers[0].breaker, (routing::BreakerRule{.failures_in_a_row = 2}));
  EXPECT_EQ(read->models[0].output_tokens_max, 100);
  EXPECT_EQ(read->models[1].output_tokens_max, 8'192);
  EXPECT_EQ(
      read->models[0].prices,
      (routing::Prices{
          .input = 3'000'000, .cached_input = 300'000, .cache_write = 3'000'000, .output = 15'000'000}));
  EXPECT_FALSE(read->models[1].prices);
  EXPECT_TRUE(read->aliases.empty());
}

TEST(RoutingSetup, LetsProvidersAndAliasesSayWhatTheyWouldHaveOtherwise) {
  const auto read = Read(WithModels(R"(
[routing]
output_tokens_default = 50
timeouts = { first_byte_ms = 30000, total_ms = 60000 }
retries = { attempts = 3, statuses = [503] }
breaker = { rest_ms = 100 }
[[alias]]
name = "assistant"
models = ["fast", "slow"]
timeouts = { first_byte_ms = 10 }
retries = { backoff_ms = 5 }
)"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->models[1].output_tokens_max, 50);
  EXPECT_EQ(read->providers[0].breaker,
            (routing::BreakerRule{.failures_in_a_row = 2, .rest = milliseconds(100)}));
  ASSERT_EQ(read->aliases.size(), 1U);
  const routing::Route& alias = read->aliases[0];
  EXPECT_THAT(alias.groups,
              ElementsAre(ElementsAre(routing::Candidate{"fast"}), ElementsAre(routing::Candidate{"slow"})));
  EXPECT_EQ(alias.retries.attempts, 3);
  EXPECT_EQ(alias.retries.backoff, milliseconds(5));
  EXPECT_THAT(alias.retries.statuses, ElementsAre(503));
  EXPECT_EQ(
      routing::With(read->providers[0].timeouts, alias.timeouts),
      (routing::Timeouts{
          .connect = milliseconds(700), .first_byte = milliseconds(10), .total = milliseconds(60'000)}));
}

TEST(RoutingSetup, GroupsCandidatesByTheirOrder) {
  const auto read = Read(WithModels(R"(
[[alias]]
name = "assistant"
[[alias.candidate]]
model = "slow"
order = 2
[[alias.candidate]]
model = "fast"
weight = 9
)"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(read->aliases[0].groups, ElementsAre(ElementsAre(routing::Candidate{"fast", 9}),
                                                   ElementsAre(routing::Candidate{"slow"})));
}

TEST(RoutingSetup, ReadsLimitsWithMoneyInMillionths) {
  const auto read = Read(Key("requests_per_minute = 60, tokens_per_minute = 9, requests_per_day = 1, "
                             "tokens_per_month = 7, money_per_month = 2.5") +
                         "[[provider]]\nname = \"p\"\nurl = \"http://x\"\ndialects = [\"openai-chat\"]\n"
                         "[[model]]\nname = \"m\"\nprovider = \"p\"\nprices = { input = 0, output = 0 }\n");
  ASSERT_TRUE(read) << read.error().message;
  const routing::KeyLimits& limits = read->keys[0].limits;
  EXPECT_EQ(limits.requests_per_minute, 60);
  EXPECT_EQ(limits.tokens_per_minute, 9);
  EXPECT_EQ(limits.per_day[Quantity::kRequests], 1);
  EXPECT_EQ(limits.per_month[Quantity::kTokens], 7);
  EXPECT_EQ(limits.per_month[Quantity::kMoney], 2'500'000);
  EXPECT_EQ(limits.per_day[Quantity::kMoney], 0);
}

TEST(RoutingSetup, ListsEverythingThatIsWrong) {
  struct Row {
    std::string text;
    const char* part;
  };
  const std::string alias = "[[alias]]\nname = \"a\"\n";
  const Row rows[] = {
      {WithModels(alias), "alias \"a\": no candidate"},
      {WithModels(alias + "models = [\"fats\"]\n"), "no model \"fats\"; did you mean fast?"},
      {WithModels(alias + "models = [\"fast\", \"fast\"]\n"), "\"fast\" stands twice"},
      {WithModels(alias + "models = [\"fast\"]\n" + alias + "models = [\"slow\"]\n"),
       "alias: \"a\" stands twice"},
      {WithModels("[[alias]]\nname = \"fast\"\nmodels = [\"slow\"]\n"), "is also the name of a model"},
      {WithModels(alias + "models = [\"fast\"]\n[[alias.candidate]]\nmodel = \"slow\"\n"), "not by both"},
      {WithModels(alias + "[[alias.candidate]]\nmodel = \"fast\"\nweight = 0\n"),
       "alias[0].candidate[0].weight"},
      {WithModels(alias + "[[alias.candidate]]\nmodel = \"fast\"\nwieght = 2\n"), "did you mean weight?"},
      {WithModels(alias + "models = [\"fast\"]\nretries = { attempts = 6 }\n"), "alias[0].retries.attempts"},
      {"[routing]\nretries = { statuses = [200] }\n", "routing.retries.statuses"},
      {"[routing]\nretries = { statuses = 503 }\n", "must be a list of HTTP statuses"},
      {"[routing]\ntimeouts = { conect_ms = 5 }\n", "did you mean connect_ms?"},
      {"[routing]\ntimeouts = { connect_ms = 0 }\n", "routing.timeouts.connect_ms"},
      {"[[provider]]\nname = \"p\"\nurl = \"http://x\"\ndialects = [\"openai-chat\"]\n"
       "timeouts = { total_ms = 5 }\n",
       "provider[0].timeouts.total_ms: holds for a whole request"},
      {"[routing]\nbreaker = { failure_percent = 101 }\n", "routing.breaker.failure_percent"},
      {Key("requests_per_minute = -1"), "key[0].limits.requests_per_minute"},
      {Key("tokens_per_hour = 1"), "key[0].limits.tokens_per_hour"},
      {Key("money_per_day = -0.5"), "key[0].limits.money_per_day"},
      {Key("money_per_day = \"1\""), "key[0].limits.money_per_day"},
      {WithModels(Key("money_per_day = 5")), "model \"slow\": has no prices, and key \"desk\""},
      {"[[model]]\nname = \"m\"\nprovider = \"p\"\nprices = { input = 1 }\n", "model[0].prices.output"},
      {"[[model]]\nname = \"m\"\nprovider = \"p\"\nprices = { input = 1, output = 1000001 }\n",
       "must be a number from 0 to 1000000"},
  };
  for (const Row& row : rows) EXPECT_THAT(ErrorOf(row.text), HasSubstr(row.part)) << row.text;
}

}  // namespace
}  // namespace proviso::daemon
