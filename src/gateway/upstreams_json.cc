#include "gateway/upstreams_json.h"

#include <array>

#include "base/json_writer.h"

namespace proviso::gateway {

using routing::Event;
using routing::Failure;
using View = routing::Provider::View;

namespace {

constexpr std::array kEveryFailure = {Failure::kConnect, Failure::kClosed, Failure::kTimedOut,
                                      Failure::kStatus, Failure::kMalformed};
static_assert(kEveryFailure.size() == routing::kFailures);

struct NamedEvent {
  Event event;
  std::string_view key;
  std::string_view family;
  std::string_view help;
};
constexpr std::array kEveryEvent = {
    NamedEvent{Event::kAttempt, "attempts", "proviso_upstream_attempts_total", "Attempts at this provider."},
    NamedEvent{Event::kAnswer, "answers", "proviso_upstream_answers_total",
               "Attempts that gave a whole answer."},
    NamedEvent{Event::kRetry, "retries", "proviso_upstream_retries_total",
               "Attempts that were followed by another at the same candidate."},
    NamedEvent{Event::kFallbackFrom, "fallbacks", "proviso_upstream_fallbacks_total",
               "Attempts that were followed by one at the next candidate."},
    NamedEvent{Event::kSkippedOpen, "skipped_open", "proviso_upstream_skipped_open_total",
               "Candidates that were not asked because the breaker was open."},
    NamedEvent{Event::kSkippedTerms, "skipped_terms", "proviso_upstream_skipped_terms_total",
               "Candidates that were not asked because the terms do not permit it."}};
static_assert(kEveryEvent.size() == routing::kEvents);

void WriteProvider(base::JsonWriter& json, const View& view) {
  json.BeginObject().Key("name").String(view.name).Key("breaker").BeginObject();
  json.Key("state").String(routing::NameOf(view.breaker.state));
  json.Key("failures_in_a_row").Integer(view.breaker.failures_in_a_row);
  json.Key("window_samples").Integer(view.breaker.window_samples);
  json.Key("window_failures").Integer(view.breaker.window_failures);
  json.Key("opened_times").Integer(view.breaker.opened_times);
  json.Key("probe_in_ms").Integer(view.breaker.probe_in.count()).EndObject();
  for (const NamedEvent& one : kEveryEvent) json.Key(one.key).Integer(view.Of(one.event));
  json.Key("failures").BeginObject();
  for (const Failure failure : kEveryFailure) json.Key(routing::NameOf(failure)).Integer(view.Of(failure));
  json.EndObject().Key("latency_ms_mean");
  json.Integer(view.latencies == 0 ? 0 : view.latency_microseconds / view.latencies / 1'000).EndObject();
}

void WriteAccount(base::JsonWriter& json, routing::Account& account) {
  json.BeginObject().Key("id").String(account.key_id());
  json.Key("times_limited").Integer(account.times_limited());
  for (const routing::Quantity quantity : routing::kEveryQuantity) {
    const auto standing = account.StandingOf(quantity);
    if (!standing) continue;
    json.Key(routing::NameOf(quantity)).BeginObject().Key("limit").Integer(standing->limit);
    json.Key("remaining").Integer(standing->remaining);
    json.Key("renews_in_ms").Integer(standing->renews_in.count()).EndObject();
  }
  json.EndObject();
}

/// A label's value as the text format quotes it.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\n') {
      quoted += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

void Family(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n");
  out.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void Sample(std::string& out, std::string_view name, const std::string& labels, const std::string& value) {
  out.append(name).append("{").append(labels).append("} ").append(value).append("\n");
}

std::string ProviderLabel(const View& view) {
  return "provider=" + Quoted(view.name);
}

/// Seconds with six digits after the point.
std::string Seconds(std::int64_t microseconds) {
  constexpr std::int64_t kSecond = 1'000'000;
  return std::to_string(microseconds / kSecond) + "." +
         std::to_string(kSecond + microseconds % kSecond).substr(1);
}

}  // namespace

std::string UpstreamsJson(std::span<const View> providers, Accounts accounts) {
  base::JsonWriter json;
  json.BeginObject().Key("providers").BeginArray();
  for (const View& view : providers) WriteProvider(json, view);
  json.EndArray().Key("keys").BeginArray();
  for (const auto& account : accounts) WriteAccount(json, *account);
  return json.EndArray().EndObject().Take();
}

std::string UpstreamsMetrics(std::span<const View> providers, Accounts accounts) {
  std::string out;
  for (const NamedEvent& one : kEveryEvent) {
    Family(out, one.family, "counter", one.help);
    for (const View& view : providers)
      Sample(out, one.family, ProviderLabel(view), std::to_string(view.Of(one.event)));
  }
  constexpr std::string_view kFailed = "proviso_upstream_attempts_failed_total";
  Family(out, kFailed, "counter", "Attempts that gave no answer, by how they ended.");
  for (const View& view : providers) {
    for (const Failure failure : kEveryFailure) {
      const std::string labels = ProviderLabel(view) + ",kind=" + Quoted(routing::NameOf(failure));
      Sample(out, kFailed, labels, std::to_string(view.Of(failure)));
    }
  }
  constexpr std::string_view kLatency = "proviso_upstream_first_byte_seconds";
  Family(out, kLatency, "summary", "From the request's last byte to the answer's first.");
  for (const View& view : providers) {
    Sample(out, "proviso_upstream_first_byte_seconds_sum", ProviderLabel(view),
           Seconds(view.latency_microseconds));
    Sample(out, "proviso_upstream_first_byte_seconds_count", ProviderLabel(view),
           std::to_string(view.latencies));
  }
  constexpr std::string_view kBreaker = "proviso_upstream_breaker_state";
  Family(out, kBreaker, "gauge", "0 closed, 1 half-open, 2 open.");
  for (const View& view : providers) {
    const bool open = view.breaker.state == routing::BreakerState::kOpen;
    const bool half = view.breaker.state == routing::BreakerState::kHalfOpen;
    Sample(out, kBreaker, ProviderLabel(view), open ? "2" : half ? "1" : "0");
  }
  constexpr std::string_view kLimited = "proviso_key_limited_total";
  Family(out, kLimited, "counter", "Requests refused because their key reached one of its limits.");
  for (const auto& account : accounts)
    Sample(out, kLimited, "key=" + Quoted(account->key_id()), std::to_string(account->times_limited()));
  return out;
}

}  // namespace proviso::gateway
