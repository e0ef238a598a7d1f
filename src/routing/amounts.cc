#include "routing/amounts.h"

#include <algorithm>

#include "routing/limits.h"

namespace proviso::routing {

namespace {

constexpr std::int64_t kTokensOfPrice = 1'000'000;
constexpr std::size_t kBytesOfToken = 3;

std::int64_t Bounded(std::int64_t count) {
  return std::clamp<std::int64_t>(count, 0, kBudgetMax);
}

/// Rounded up. Computed in two parts, since tokens * price need not fit.
std::int64_t Price(std::int64_t tokens, std::int64_t price) {
  const std::int64_t whole = tokens / kTokensOfPrice;
  const std::int64_t rest = tokens % kTokensOfPrice;
  if (price != 0 && whole > kBudgetMax / price) return kBudgetMax;
  return Bounded(whole * price + (rest * price + kTokensOfPrice - 1) / kTokensOfPrice);
}

}  // namespace

std::string_view NameOf(Quantity quantity) {
  switch (quantity) {
    case Quantity::kRequests:
      return "requests";
    case Quantity::kTokens:
      return "tokens";
    case Quantity::kMoney:
      return "money";
  }
  return "";
}

Amounts CostOf(const Usage& usage, const Prices& prices) {
  struct Row {
    std::int64_t tokens;
    std::int64_t price;
  };
  Amounts cost;
  cost[Quantity::kRequests] = 1;
  for (const Row& row : {Row{usage.input, prices.input}, Row{usage.cached_input, prices.cached_input},
                         Row{usage.cache_write, prices.cache_write}, Row{usage.output, prices.output}}) {
    const std::int64_t tokens = Bounded(row.tokens);
    cost[Quantity::kTokens] = Bounded(cost[Quantity::kTokens] + tokens);
    cost[Quantity::kMoney] = Bounded(cost[Quantity::kMoney] + Price(tokens, row.price));
  }
  return cost;
}

Amounts BoundOf(std::size_t body_bytes, std::int64_t output_tokens_max, const Prices& prices) {
  const Prices dearest{.input = std::max({prices.input, prices.cached_input, prices.cache_write}),
                       .output = prices.output};
  const auto input = static_cast<std::int64_t>((body_bytes + kBytesOfToken - 1) / kBytesOfToken);
  return CostOf({.input = input, .output = output_tokens_max}, dearest);
}

}  // namespace proviso::routing
