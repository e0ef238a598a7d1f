#include "gateway/walk.h"

#include <utility>

#include "enforcement/held_question.h"
#include "enforcement/notices.h"
#include "gateway/aws_caller.h"
#include "gateway/internal/request_headers.h"
#include "gateway/internal/walk.h"
#include "gateway/limits.h"
#include "gateway/refuse.h"
#include "protocol/limits.h"

namespace proviso::gateway {

namespace asio = boost::asio;

asio::awaitable<void> WalkRequest(std::shared_ptr<CoreState> core, http::ServerExchange& exchange,
                                  protocol::Inbound inbound) {
  internal::Walk walk(std::move(core), exchange, std::move(inbound));
  co_await walk.Run();
}

}  // namespace proviso::gateway

namespace proviso::gateway::internal {

using protocol::RefusalKind;

Walk::Walk(std::shared_ptr<CoreState> core, http::ServerExchange& exchange, protocol::Inbound inbound)
    : core_(std::move(core)),
      snapshot_(core_->snapshot()),
      pools_(core_->pools()),
      exchange_(exchange),
      inbound_(std::move(inbound)),
      dialect_(inbound_.dialect),
      began_ns_(core_->services().clock.MonotonicNs()),
      total_(core_->core().deadlines,
             [this] {
               if (upstream_ != nullptr) upstream_->Cancel();
               pause_over_.Fire();
             }),
      upstream_dialect_(dialect_) {}

base::Result<const enforcement::Caller*> Walk::Authenticate() const {
  if (PresentsAwsSignature(exchange_.head())) {
    const auto claimed = ClaimedAwsCaller(exchange_.head(), *snapshot_);
    if (!claimed) return std::unexpected(claimed.error());
    return &(*claimed)->caller;
  }
  const std::string_view key = PresentedKey(exchange_.head());
  const auto caller = snapshot_->callers.find(base::ToHex(keys::Sha256(key)));
  if (key.empty() || caller == snapshot_->callers.end()) {
    return base::Fail(base::ErrorCode::kDenied,
                      "Send yours as \"Authorization: Bearer KEY\" or \"x-api-key: KEY\".");
  }
  return &caller->second;
}

base::Status Walk::CheckSignature() const {
  if (!PresentsAwsSignature(exchange_.head())) return {};
  const auto proven = AuthenticateAws(exchange_.head(), body_, *snapshot_, core_->services().clock.WallMs());
  if (!proven) return std::unexpected(proven.error());
  return {};
}

base::Status Walk::ReadHeaders() {
  auto declarations = ReadDeclarationHeaders(exchange_.head());
  if (!declarations) return std::unexpected(declarations.error());
  declarations_ = std::move(*declarations);
  if (auto key = once_.ReadKey(exchange_.head()); !key) return key;
  return ReadPresentedHolds();
}

awaitable<void> Walk::RefuseEarly(RefusalKind kind, std::string message) {
  core_->metrics().Add(Count::kRequestsRefused);
  protocol::Refusal refusal = PlainRefusal(kind, std::move(message));
  co_await Refuse(exchange_, dialect_, std::move(refusal));
}

protocol::Refusal Walk::Unrecorded(const base::Error& error) {
  core_->metrics().Add(Count::kRecordFailures);
  core_->services().events.Write(Severity::kError, "record_failed", {{"why", error.message}});
  protocol::Refusal refusal = PlainRefusal(
      RefusalKind::kOverloaded, "The decision cannot be recorded, so nothing was sent. Try again later.");
  if (case_) refusal.decision_id = case_->decision_id;
  return refusal;
}

awaitable<void> Walk::RefuseUnrecorded(base::Error error) {
  protocol::Refusal refusal = Unrecorded(error);
  co_await Refuse(exchange_, dialect_, std::move(refusal));
}

/// Everything that can be said of the request before it is decided; false when it was refused.
awaitable<bool> Walk::Read() {
  const auto caller = Authenticate();
  if (!caller) {
    co_await RefuseEarly(RefusalKind::kUnauthenticated, "No valid API key. " + caller.error().message);
    co_return false;
  }
  caller_ = *caller;
  auto body = co_await exchange_.ReadBody(protocol::kRequestBytesMax);
  if (!body) {
    if (body.error().code == base::ErrorCode::kUnavailable) co_return false;
    co_await RefuseEarly(KindOfBodyError(body.error().code), body.error().message);
    co_return false;
  }
  body_ = std::move(*body);
  if (auto checked = CheckSignature(); !checked) {
    co_await RefuseEarly(RefusalKind::kUnauthenticated, checked.error().message);
    co_return false;
  }
  auto request = protocol::ReadRequest(inbound_, body_);
  if (!request) {
    co_await RefuseEarly(KindOfBodyError(request.error().code), request.error().message);
    co_return false;
  }
  request_ = std::move(*request);
  if (auto found = ReadRoute(); !found) {
    co_await RefuseEarly(RefusalKind::kNotFound, found.error().message);
    co_return false;
  }
  if (auto read = ReadHeaders(); !read) {
    co_await RefuseEarly(RefusalKind::kMalformed, read.error().message);
    co_return false;
  }
  co_return true;
}

awaitable<void> Walk::Run() {
  if (!co_await Read()) co_return;
  if (!co_await Reserve()) co_return;
  if (auto opened = OpenCandidate(*journey_->candidate()); !opened) {
    const bool not_found = opened.error().code == base::ErrorCode::kNotFound;
    co_await RefuseEarly(not_found ? RefusalKind::kNotFound : RefusalKind::kMalformed,
                         opened.error().message);
  } else if (presented_holds_.empty() || case_->refused_declaration) {
    co_await Decide();
  } else {
    co_await Return();
  }
  meter_->GiveBack();  // what cost something was settled or kept
  co_await once_.End(core_->services());
}

awaitable<void> Walk::RefuseForbidden(terms::Decision decision) {
  auto intent = core_->services().log.Append(
      enforcement::RequestIntent(*case_, decision, nullptr, snapshot_->provenance));
  if (!intent) {
    co_await RefuseUnrecorded(intent.error());
    co_return;
  }
  const enforcement::Effect effect{.what = "refused"};
  const base::Status recorded = co_await RecordOutcome(intent->index, effect);
  if (!recorded) {
    co_await RefuseUnrecorded(recorded.error());
    co_return;
  }
  protocol::Refusal refusal = enforcement::RefusalOf(decision, case_->decision_id, "");
  co_await Refuse(exchange_, dialect_, std::move(refusal));
}

/// The request itself waits for people: it is refused with a hold id, and comes back with it.
awaitable<void> Walk::HoldRequest(terms::Decision decision) {
  Services& services = core_->services();
  auto intent =
      services.log.Append(enforcement::RequestIntent(*case_, decision, nullptr, snapshot_->provenance));
  if (!intent) {
    co_await RefuseUnrecorded(intent.error());
    co_return;
  }
  auto open = [&services, proposal = enforcement::ProposalForRequest(*case_, body_, decision),
               question = enforcement::HeldQuestionOf(*case_, nullptr),
               lifetime_ms = case_->terms->agreement().hold.expires_ms] {
    return services.desk.Open(proposal, lifetime_ms, question);
  };
  const auto hold = co_await OnWorker(services, std::move(open));
  const enforcement::Effect effect{.what = hold ? "held" : "refused"};
  const base::Status recorded = co_await RecordOutcome(intent->index, effect);
  if (!recorded) {
    co_await RefuseUnrecorded(recorded.error());
    co_return;
  }
  protocol::Refusal refusal = enforcement::RefusalOf(decision, case_->decision_id, hold ? hold->id : "");
  if (!hold) refusal.message += " It cannot wait for a person: " + hold.error().message;
  co_await Refuse(exchange_, dialect_, std::move(refusal));
}

}  // namespace proviso::gateway::internal
