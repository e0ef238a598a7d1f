// What one request may use: reserved before anything is sent, settled before its last byte is.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "gateway/core_state.h"
#include "http/message.h"
#include "protocol/answer.h"
#include "protocol/dialect.h"

namespace proviso::gateway::internal {

/// A provider's counts as routing prices them: disjoint, whatever the dialect adds together.
[[nodiscard]] routing::Usage UsageOf(protocol::Dialect dialect, const protocol::Usage& usage);

/// Whether `name` is a header that tells of a quota, in either family of SDKs.
[[nodiscard]] bool IsQuotaHeader(std::string_view name);

/// Used by one walk, on its core. Without an account everything is allowed and costs nothing.
class Metering {
 public:
  Metering(Services& services, std::shared_ptr<routing::Account> account)
      : services_(services), account_(std::move(account)) {}

  /// Reserves `bound`. Gives the limit that was reached, if one was; an error when the store failed: then
  /// nothing may be sent.
  [[nodiscard]] boost::asio::awaitable<base::Result<std::optional<routing::LimitReached>>> Reserve(
      routing::Amounts bound);
  /// What an attempt cost is not known: it stays charged whole, and the next attempt is reserved anew.
  /// Whether that was possible.
  [[nodiscard]] boost::asio::awaitable<bool> ReserveAnother();
  /// The answer's cost in place of what was reserved. Counts of zero everywhere are a provider's silence:
  /// what was reserved stays charged.
  [[nodiscard]] boost::asio::awaitable<void> Settle(routing::Usage usage, routing::Prices prices);
  /// Nothing was sent that costs.
  void GiveBack();
  /// What was sent may have cost anything up to what was reserved: it stays charged.
  void Keep() { reservation_.reset(); }

  /// Puts what the key has left into `headers`, in the words of `dialect`'s SDKs (x-ratelimit-… or
  /// anthropic-ratelimit-…), in place of what a provider says of a quota that is not the caller's. Leaves
  /// the headers alone when the key has no limits.
  void PutQuota(std::vector<http::Header>& headers, protocol::Dialect dialect) const;

  /// Null when the key has no limits.
  [[nodiscard]] routing::Account* account() const { return account_.get(); }

 private:
  Services& services_;
  std::shared_ptr<routing::Account> account_;  // shared: outlives a reload
  std::optional<routing::Reservation> reservation_;
};

}  // namespace proviso::gateway::internal
