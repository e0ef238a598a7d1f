// What limits and budgets are counted in, and what a request costs.
//
//   Amounts bound = BoundOf(body.size(), request.output_tokens_max, prices);   // reserved before
//   Amounts cost = CostOf(usage, prices);                                      // settled after
//
// Money is in millionths of whatever currency the prices are written in, rounded up at each request: many
// small requests are never counted as nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace proviso::routing {

enum class Quantity : std::uint8_t { kRequests, kTokens, kMoney };
inline constexpr std::size_t kQuantities = 3;
inline constexpr std::array kEveryQuantity = {Quantity::kRequests, Quantity::kTokens, Quantity::kMoney};

/// "requests", "tokens", "money".
[[nodiscard]] std::string_view NameOf(Quantity quantity);

/// One number for each quantity.
struct Amounts {
  std::array<std::int64_t, kQuantities> of{};

  [[nodiscard]] std::int64_t& operator[](Quantity quantity) { return of[static_cast<std::size_t>(quantity)]; }
  [[nodiscard]] std::int64_t operator[](Quantity quantity) const {
    return of[static_cast<std::size_t>(quantity)];
  }
  bool operator==(const Amounts&) const = default;
};

/// Micro-units for a million tokens; 0 is free.
struct Prices {
  std::int64_t input = 0;
  std::int64_t cached_input = 0;
  std::int64_t cache_write = 0;
  std::int64_t output = 0;

  bool operator==(const Prices&) const = default;
};

/// What a provider reported, in tokens; the four are disjoint.
struct Usage {
  std::int64_t input = 0;         ///< Read anew.
  std::int64_t cached_input = 0;  ///< Read from a cache.
  std::int64_t cache_write = 0;   ///< Read anew and put in a cache.
  std::int64_t output = 0;        ///< Reasoning included.

  bool operator==(const Usage&) const = default;
};

/// One request, its tokens, and its price. Negative counts read as 0; nothing passes kBudgetMax.
[[nodiscard]] Amounts CostOf(const Usage& usage, const Prices& prices);

/// The most that a request of `body_bytes` can cost, for texts of three bytes a token or more: every byte
/// of the body as input at its dearest, and all the output it may have.
[[nodiscard]] Amounts BoundOf(std::size_t body_bytes, std::int64_t output_tokens_max, const Prices& prices);

}  // namespace proviso::routing
