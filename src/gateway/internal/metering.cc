#include "gateway/internal/metering.h"

#include <algorithm>
#include <array>

namespace proviso::gateway::internal {

namespace asio = boost::asio;
using protocol::Dialect;
using routing::Quantity;

namespace {

/// "1m30.5s", as OpenAI writes what is left of a wait.
std::string Duration(std::chrono::milliseconds wait) {
  constexpr std::int64_t kMinuteMs = 60'000;
  std::string text;
  if (wait.count() >= kMinuteMs) text = std::to_string(wait.count() / kMinuteMs) + "m";
  const std::int64_t rest = wait.count() % kMinuteMs;
  text += std::to_string(rest / 1'000);
  if (rest % 1'000 != 0) text += "." + std::to_string(1'000 + rest % 1'000).substr(1);
  return text + "s";
}

constexpr std::array<std::string_view, 2> kQuotaPrefixes = {"x-ratelimit-", "anthropic-ratelimit-"};

std::vector<http::Header> QuotaHeaders(routing::Account& account, Dialect dialect, std::int64_t now_wall_ms) {
  std::vector<http::Header> headers;
  for (const Quantity quantity : {Quantity::kRequests, Quantity::kTokens}) {
    const auto standing = account.StandingOf(quantity);
    if (!standing) continue;
    const std::string name(routing::NameOf(quantity));
    if (dialect == Dialect::kAnthropicMessages) {
      const std::string prefix = "anthropic-ratelimit-" + name;
      headers.push_back({prefix + "-limit", std::to_string(standing->limit)});
      headers.push_back({prefix + "-remaining", std::to_string(standing->remaining)});
      headers.push_back({prefix + "-reset", base::FormatUtc(now_wall_ms + standing->renews_in.count())});
    } else {
      headers.push_back({"x-ratelimit-limit-" + name, std::to_string(standing->limit)});
      headers.push_back({"x-ratelimit-remaining-" + name, std::to_string(standing->remaining)});
      headers.push_back({"x-ratelimit-reset-" + name, Duration(standing->renews_in)});
    }
  }
  return headers;
}

}  // namespace

routing::Usage UsageOf(Dialect dialect, const protocol::Usage& usage) {
  routing::Usage disjoint{.input = usage.input_tokens,
                          .cached_input = usage.cached_tokens,
                          .cache_write = usage.cache_written_tokens,
                          .output = usage.output_tokens};
  switch (dialect) {
    case Dialect::kOpenAiChat:
    case Dialect::kOpenAiResponses:
    case Dialect::kGemini:
      disjoint.input =
          std::max<std::int64_t>(0, disjoint.input - usage.cached_tokens - usage.cache_written_tokens);
      break;
    case Dialect::kAnthropicMessages:
    case Dialect::kBedrockConverse:
      break;
  }
  return disjoint;
}

bool IsQuotaHeader(std::string_view name) {
  return std::ranges::any_of(kQuotaPrefixes, [name](std::string_view prefix) {
    return http::EqualsIgnoringCase(name.substr(0, prefix.size()), prefix);
  });
}

void Metering::PutQuota(std::vector<http::Header>& headers, Dialect dialect) const {
  if (account_ == nullptr) return;
  std::erase_if(headers, [](const http::Header& header) { return IsQuotaHeader(header.name); });
  std::ranges::move(QuotaHeaders(*account_, dialect, services_.clock.WallMs()), std::back_inserter(headers));
}

asio::awaitable<base::Result<std::optional<routing::LimitReached>>> Metering::Reserve(
    routing::Amounts bound) {
  if (account_ == nullptr) co_return std::nullopt;
  routing::Attempted attempted = account_->TryReserve(bound);
  if (std::holds_alternative<routing::LeaseRunsOut>(attempted)) {
    auto lease = [account = account_, bound] { return std::optional(account->ReserveWithLease(bound)); };
    auto leased = co_await OnWorker(services_, std::move(lease));
    if (!*leased) co_return std::unexpected(leased->error());
    attempted = std::move(**leased);
  }
  if (auto* reached = std::get_if<routing::LimitReached>(&attempted)) co_return std::move(*reached);
  reservation_.emplace(std::move(std::get<routing::Reservation>(attempted)));
  co_return std::nullopt;
}

asio::awaitable<bool> Metering::ReserveAnother() {
  if (!reservation_) co_return true;
  routing::Amounts bound = reservation_->bound();
  bound[Quantity::kRequests] = 0;  // the caller made one request
  reservation_.reset();
  const auto reached = co_await Reserve(bound);
  co_return reached && !*reached;
}

asio::awaitable<void> Metering::Settle(routing::Usage usage, routing::Prices prices) {
  if (!reservation_) co_return;
  routing::Reservation reservation = std::move(*reservation_);
  reservation_.reset();
  if (usage == routing::Usage{}) co_return;
  if (reservation.Settle(routing::CostOf(usage, prices)) == routing::Owes::kNothing) co_return;
  auto pay = [account = account_] { return account->PayDebt(); };
  const base::Status paid = co_await OnWorker(services_, std::move(pay));
  if (!paid) services_.events.Write(Severity::kError, "budget_not_written", {{"why", paid.error().message}});
}

void Metering::GiveBack() {
  if (reservation_) reservation_->GiveBack();
  reservation_.reset();
}

}  // namespace proviso::gateway::internal
