#include "daemon/routing_setup.h"

#include <cmath>
#include <map>

#include "routing/limits.h"

namespace proviso::daemon {

namespace {

using base::Fields;
using std::chrono::milliseconds;
using Errors = std::vector<std::string>;

constexpr std::int64_t kHourMs = 3'600'000;
constexpr double kMicro = 1e6;

milliseconds ReadMs(Fields& table, std::string_view key, milliseconds otherwise, std::int64_t least,
                    std::int64_t most) {
  return milliseconds(table.Integer(key, otherwise.count(), least, most));
}

/// A decimal amount in millionths; nothing when the key is absent.
std::optional<std::int64_t> ReadMicros(Fields& table, std::string_view key, std::int64_t most) {
  if (!table.Has(key)) return std::nullopt;
  const auto number = table.Any(key).number();
  if (!number || *number < 0 || *number * kMicro > static_cast<double>(most)) {
    table.Error(key, "must be a number from 0 to " + std::to_string(most / 1'000'000));
    return std::nullopt;
  }
  return std::llround(*number * kMicro);
}

std::vector<int> ReadStatuses(Fields& table, const std::vector<int>& otherwise) {
  constexpr std::string_view kKey = "statuses";
  if (!table.Has(kKey)) return otherwise;
  const base::Json list = table.Any(kKey);
  std::vector<int> statuses;
  if (!list.is_array()) table.Error(kKey, "must be a list of HTTP statuses, such as [429, 503]");
  for (const base::Json element : list.elements()) {
    const auto status = element.integer();
    if (status && *status >= 400 && *status <= 599) {
      statuses.push_back(static_cast<int>(*status));
    } else {
      table.Error(kKey, "must hold statuses from 400 to 599");
    }
  }
  return statuses;
}

routing::RetryRule ReadRetries(Fields& owner, const routing::RetryRule& otherwise, Errors& errors) {
  Fields table(owner.Table("retries"), owner.PathOf("retries"), errors);
  routing::RetryRule rule;
  rule.attempts =
      static_cast<int>(table.Integer("attempts", otherwise.attempts, 1, routing::kAttemptsPerCandidateMax));
  rule.backoff = ReadMs(table, "backoff_ms", otherwise.backoff, 0, kHourMs);
  rule.backoff_max = ReadMs(table, "backoff_ms_max", otherwise.backoff_max, 0, kHourMs);
  rule.retry_after_max = ReadMs(table, "retry_after_ms_max", otherwise.retry_after_max, 0, kHourMs);
  rule.statuses = ReadStatuses(table, otherwise.statuses);
  table.RefuseOthers();
  return rule;
}

/// "models" in order, or [[alias.candidate]] with order and weight.
std::vector<routing::Group> ReadCandidates(Fields& alias, Errors& errors) {
  const std::vector<base::Json> tables = alias.Tables("candidate");
  const std::vector<std::string> models = alias.Texts("models");
  if (!tables.empty() && !models.empty()) {
    alias.Error("models", "name candidates by models, or by [[alias.candidate]], not by both");
  }
  std::map<std::int64_t, routing::Group> groups;
  for (const std::string& model : models) {
    groups[static_cast<std::int64_t>(groups.size())].push_back({.model = model});
  }
  for (std::size_t i = 0; i < tables.size(); ++i) {
    Fields table(tables[i], alias.PathOf("candidate") + "[" + std::to_string(i) + "]", errors);
    const std::int64_t order = table.Integer("order", 1, 1, routing::kCandidatesMax);
    groups[order].push_back({table.RequiredText("model"),
                             static_cast<std::uint32_t>(table.Integer("weight", 1, 1, routing::kWeightMax))});
    table.RefuseOthers();
  }
  std::vector<routing::Group> ordered;
  for (auto& [order, group] : groups) ordered.push_back(std::move(group));
  return ordered;
}

}  // namespace

RoutingSetup ReadRouting(Fields& root, Errors& errors) {
  Fields table(root.Table("routing"), "routing", errors);
  RoutingSetup setup;
  setup.timeouts = routing::With(setup.timeouts, ReadTimeouts(table, errors));
  setup.retries = ReadRetries(table, setup.retries, errors);
  setup.breaker = ReadBreaker(table, setup.breaker, errors);
  setup.output_tokens_default =
      table.Integer("output_tokens_default", setup.output_tokens_default, 1, routing::kRateMax);
  table.RefuseOthers();
  return setup;
}

routing::TimeoutChoice ReadTimeouts(Fields& owner, Errors& errors) {
  Fields table(owner.Table("timeouts"), owner.PathOf("timeouts"), errors);
  const auto read = [&table](std::string_view key, std::int64_t least) -> std::optional<milliseconds> {
    if (!table.Has(key)) return std::nullopt;
    return milliseconds(table.Integer(key, least, least, 24 * kHourMs));
  };
  routing::TimeoutChoice choice{.connect = read("connect_ms", 1),
                                .first_byte = read("first_byte_ms", 1),
                                .between_bytes = read("between_bytes_ms", 1),
                                .total = read("total_ms", 0)};
  table.RefuseOthers();
  return choice;
}

routing::BreakerRule ReadBreaker(Fields& owner, const routing::BreakerRule& otherwise, Errors& errors) {
  Fields table(owner.Table("breaker"), owner.PathOf("breaker"), errors);
  routing::BreakerRule rule;
  rule.failures_in_a_row =
      static_cast<int>(table.Integer("failures_in_a_row", otherwise.failures_in_a_row, 1, 1'000'000));
  rule.failure_percent =
      static_cast<int>(table.Integer("failure_percent", otherwise.failure_percent, 1, 100));
  rule.samples_min = static_cast<int>(table.Integer("samples_min", otherwise.samples_min, 1, 1'000'000));
  rule.window = ReadMs(table, "window_ms", otherwise.window, 100, kHourMs);
  rule.rest = ReadMs(table, "rest_ms", otherwise.rest, 1, kHourMs);
  table.RefuseOthers();
  return rule;
}

routing::KeyLimits ReadLimits(Fields& key, Errors& errors) {
  using routing::Quantity;
  Fields table(key.Table("limits"), key.PathOf("limits"), errors);
  routing::KeyLimits limits;
  limits.requests_per_minute = table.Integer("requests_per_minute", 0, 0, routing::kRateMax);
  limits.tokens_per_minute = table.Integer("tokens_per_minute", 0, 0, routing::kRateMax);
  struct Row {
    routing::Amounts* budget;
    std::string suffix;
  };
  for (const Row& row : {Row{&limits.per_day, "_per_day"}, Row{&limits.per_month, "_per_month"}}) {
    (*row.budget)[Quantity::kRequests] = table.Integer("requests" + row.suffix, 0, 0, routing::kBudgetMax);
    (*row.budget)[Quantity::kTokens] = table.Integer("tokens" + row.suffix, 0, 0, routing::kBudgetMax);
    (*row.budget)[Quantity::kMoney] =
        ReadMicros(table, "money" + row.suffix, routing::kBudgetMax).value_or(0);
  }
  table.RefuseOthers();
  return limits;
}

std::optional<routing::Prices> ReadPrices(Fields& model, Errors& errors) {
  if (!model.Has("prices")) return std::nullopt;
  Fields table(model.Table("prices"), model.PathOf("prices"), errors);
  const auto read = [&table](std::string_view key) { return ReadMicros(table, key, routing::kPriceMax); };
  routing::Prices prices;
  for (const std::string_view key : {"input", "output"}) {
    if (!table.Has(key)) table.Error(key, "missing; write the price of a million tokens, 0 when free");
  }
  prices.input = read("input").value_or(0);
  prices.output = read("output").value_or(0);
  prices.cached_input = read("cached_input").value_or(prices.input);
  prices.cache_write = read("cache_write").value_or(prices.input);
  table.RefuseOthers();
  return prices;
}

routing::Route ReadAlias(Fields& alias, const routing::RetryRule& retries, Errors& errors) {
  routing::Route route{.name = alias.RequiredText("name"), .groups = ReadCandidates(alias, errors)};
  route.retries = ReadRetries(alias, retries, errors);
  route.timeouts = ReadTimeouts(alias, errors);
  for (const std::string& wrong : routing::Check(route)) {
    errors.push_back("alias \"" + route.name + "\": " + wrong);
  }
  return route;
}

}  // namespace proviso::daemon
