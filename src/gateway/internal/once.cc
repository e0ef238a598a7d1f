#include "gateway/internal/once.h"

#include <utility>

namespace proviso::gateway::internal {

namespace asio = boost::asio;

namespace {

constexpr std::string_view kHeader = "Idempotency-Key";

}  // namespace

base::Status Once::ReadKey(const http::RequestHead& head) {
  const std::string* value = http::FindHeader(head.headers, kHeader);
  if (value == nullptr) return {};
  if (http::CountHeaders(head.headers, kHeader) > 1) {
    return base::Fail(base::ErrorCode::kInvalid, "Idempotency-Key: stands more than once; send it once");
  }
  if (auto checked = routing::CheckIdempotencyKey(*value); !checked) return checked;
  key_ = *value;
  return {};
}

asio::awaitable<base::Result<Once::Begun>> Once::Begin(Services& services, std::string key_id,
                                                       base::Digest identity, base::Digest terms) {
  auto begin = [&services, key_id = std::move(key_id), key = key_, identity, terms] {
    return std::optional(services.idempotency.Begin(key_id, key, identity, terms));
  };
  auto begun = co_await OnWorker(services, std::move(begin));
  if (!*begun) co_return std::unexpected(begun->error());
  if (auto* replay = std::get_if<routing::Replay>(&**begun)) co_return std::move(*replay);
  if (auto* repeated = std::get_if<routing::Repeated>(&**begun)) co_return std::move(*repeated);
  ticket_.emplace(std::move(std::get<routing::Idempotency::Ticket>(**begun)));
  co_return GoOn{};
}

void Once::TakeHead(std::vector<http::Header> headers) {
  if (!ticket_) return;
  released_ = Released::kSomething;
  for (http::Header& header : headers) {
    answer_.headers.emplace_back(std::move(header.name), std::move(header.value));
  }
}

void Once::Take(std::string_view bytes) {
  if (!ticket_ || released_ == Released::kTooMuch) return;
  if (answer_.body.size() + bytes.size() > routing::kKeptAnswerBytesMax) {
    released_ = Released::kTooMuch;
    answer_ = {};
    return;
  }
  answer_.body += bytes;
}

void Once::Finish(const std::string& decision_id) {
  if (!ticket_ || released_ == Released::kTooMuch) return;
  answer_.decision_id = decision_id;
  ticket_->Finish(std::move(answer_));
  ticket_.reset();
}

asio::awaitable<void> Once::End(Services& services) {
  if (!ticket_) co_return;
  routing::Idempotency::Ticket ticket = std::move(*ticket_);
  ticket_.reset();
  if (released_ != Released::kNothing) co_return;
  auto release = [&ticket] { return ticket.Release(); };
  const base::Status released = co_await OnWorker(services, std::move(release));
  if (!released) {
    services.events.Write(Severity::kError, "idempotency_key_not_released",
                          {{"why", released.error().message}});
  }
}

}  // namespace proviso::gateway::internal
