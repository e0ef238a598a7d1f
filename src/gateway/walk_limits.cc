// What the caller may use, and requests that were made before: reserved before a decision costs anything,
// settled before the last byte; a request under an Idempotency-Key is asked once.
#include <algorithm>
#include <utility>

#include "base/json_writer.h"
#include "enforcement/entries.h"
#include "gateway/internal/walk.h"
#include "gateway/refuse.h"
#include "routing/limits.h"

namespace proviso::gateway::internal {

using base::ErrorCode;
using protocol::RefusalKind;
using std::chrono::milliseconds;

namespace {

/// Beyond this a client is better told not to try by itself: SDKs would, soon and in vain.
constexpr milliseconds kWorthRetrying{60'000};

std::vector<http::Header> HeadersOf(const routing::LimitReached& reached) {
  if (reached.cure == routing::LimitReached::Cure::kSmaller) return {};
  const std::int64_t ms = reached.renews_in.count();
  std::vector<http::Header> headers{{"Retry-After", std::to_string((ms + 999) / 1'000)},
                                    {"retry-after-ms", std::to_string(ms)}};
  if (reached.renews_in > kWorthRetrying) headers.push_back({"x-should-retry", "false"});
  return headers;
}

}  // namespace

/// The most that any candidate may cost.
routing::Amounts Walk::Bound() const {
  constexpr std::int64_t kChoicesMax = 1'000;
  const bool generates = request_->operation == protocol::Operation::kGenerate;
  const bool counts = request_->operation == protocol::Operation::kCountTokens;
  const std::int64_t choices = std::clamp<std::int64_t>(request_->choices, 1, kChoicesMax);
  routing::Amounts bound;
  for (const std::string& model : journey_->candidates()) {
    const ModelCost& cost = snapshot_->costs.find(model)->second;
    const std::int64_t output = std::clamp<std::int64_t>(
        request_->output_tokens_max.value_or(cost.output_tokens_max), 0, routing::kRateMax);
    const routing::Amounts one =
        routing::BoundOf(counts ? 0 : body_.size(), generates ? output * choices : 0, cost.prices);
    for (const routing::Quantity quantity : routing::kEveryQuantity) {
      bound[quantity] = std::max(bound[quantity], one[quantity]);
    }
  }
  return bound;
}

/// False when the request was refused.
awaitable<bool> Walk::Reserve() {
  Services& services = core_->services();
  meter_.emplace(services, services.allowances.Find(caller_->key_id));
  if (meter_->account() == nullptr) co_return true;
  auto reached = co_await meter_->Reserve(Bound());
  if (!reached) {
    services.events.Write(Severity::kError, "budget_not_leased", {{"why", reached.error().message}});
    co_await RefuseEarly(RefusalKind::kOverloaded,
                         "The budget of this key cannot be kept, so nothing was sent. Try again later.");
    co_return false;
  }
  if (!*reached) co_return true;
  core_->metrics().Add(Count::kRequestsRefused);
  const bool smaller = (*reached)->cure == routing::LimitReached::Cure::kSmaller;
  std::vector<http::Header> headers = HeadersOf(**reached);
  meter_->PutQuota(headers, dialect_);
  protocol::Refusal refusal = PlainRefusal(smaller ? RefusalKind::kTooLarge : RefusalKind::kRateLimited,
                                           std::move((*reached)->message));
  co_await Refuse(exchange_, dialect_, std::move(refusal), std::move(headers));
  co_return false;
}

awaitable<void> Walk::SettleUsage(const protocol::Usage& usage) {
  const routing::Usage used = UsageOf(upstream_dialect_, usage);
  co_await meter_->Settle(used, snapshot_->costs.find(target_->model)->second.prices);
}

/// A digest of all that decides on the answer.
base::Digest Walk::Identity() const {
  const http::RequestHead& head = exchange_.head();
  std::string text = head.path + "\n" + head.query + "\n" + base::ToHex(keys::Sha256(body_));
  for (const auto& declared :
       {declarations_.purpose, declarations_.authority, declarations_.on_behalf_of, declarations_.facts}) {
    text += "\n" + declared.value_or("");
  }
  return keys::Sha256(text);
}

/// False when the request was answered or refused, because its key was used before.
awaitable<bool> Walk::BeginOnce(const terms::Decision& decision) {
  if (!once_.wanted()) co_return true;
  Services& services = core_->services();
  auto begun = co_await once_.Begin(services, caller_->key_id, Identity(), snapshot_->terms->digest());
  if (!begun) {
    services.events.Write(Severity::kError, "idempotency_key_not_claimed", {{"why", begun.error().message}});
    co_await RefuseEarly(RefusalKind::kOverloaded,
                         "The idempotency key cannot be kept, so nothing was sent. Try again later.");
    co_return false;
  }
  if (std::holds_alternative<Once::GoOn>(*begun)) co_return true;
  if (auto* kept = std::get_if<routing::Replay>(&*begun)) {
    co_await Repeat(decision, std::move(*kept));
    co_return false;
  }
  auto& repeated = std::get<routing::Repeated>(*begun);
  core_->metrics().Add(Count::kRequestsRefused);
  std::vector<http::Header> headers;
  if (repeated.why == routing::Repeated::Why::kUnderWay) headers.push_back({"Retry-After", "1"});
  protocol::Refusal refusal = PlainRefusal(RefusalKind::kConflict, std::move(repeated.message));
  co_await Refuse(exchange_, dialect_, std::move(refusal), std::move(headers));
  co_return false;
}

/// The first request's answer again: decided and recorded as a request of its own, and no model is asked.
awaitable<void> Walk::Repeat(const terms::Decision& decision, routing::Replay kept) {
  base::JsonWriter detail;
  case_->translation = detail.BeginObject().Key("repeats").String(kept->decision_id).EndObject().Take();
  auto intent = core_->services().log.Append(
      enforcement::RequestIntent(*case_, decision, nullptr, snapshot_->provenance));
  if (!intent) {
    co_await RefuseUnrecorded(intent.error());
    co_return;
  }
  const enforcement::Effect effect{
      .what = "repeated", .response_digest = keys::Sha256(kept->body), .response_bytes = kept->body.size()};
  const base::Status recorded = co_await RecordOutcome(intent->index, effect);
  if (!recorded) {
    co_await RefuseUnrecorded(recorded.error());
    co_return;
  }
  std::vector<http::Header> headers;
  for (const auto& [name, value] : kept->headers) headers.push_back({name, value});
  headers.push_back({"Idempotent-Replayed", "true"});
  std::string body = kept->body;
  (void)co_await exchange_.Respond(kept->status, std::move(headers), std::move(body));
}

}  // namespace proviso::gateway::internal
