// The parts of one walk. A Walk lives in its coroutine's frame; every method runs on the core's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "enforcement/case.h"
#include "enforcement/entries.h"
#include "enforcement/ruling.h"
#include "gateway/core_state.h"
#include "gateway/internal/metering.h"
#include "gateway/internal/once.h"
#include "gateway/internal/people.h"
#include "http/deadlines.h"
#include "http/event.h"
#include "http/server.h"
#include "keys/digest.h"
#include "protocol/answer.h"
#include "protocol/embeddings.h"
#include "protocol/plain_gate.h"
#include "protocol/refusal.h"
#include "protocol/request.h"
#include "routing/journey.h"
#include "upstreams/exchange.h"

namespace proviso::gateway::internal {

using boost::asio::awaitable;

class Walk {
 public:
  Walk(std::shared_ptr<CoreState> core, http::ServerExchange& exchange, protocol::Inbound inbound);

  awaitable<void> Run();

 private:
  // walk.cc: from the first byte to the decision.
  /// Who asks. Of a signed request, who it says it is from: CheckSignature proves it when the body is there.
  [[nodiscard]] base::Result<const enforcement::Caller*> Authenticate() const;
  [[nodiscard]] base::Status CheckSignature() const;
  [[nodiscard]] base::Status ReadHeaders();
  awaitable<bool> Read();
  awaitable<void> RefuseForbidden(terms::Decision decision);
  awaitable<void> HoldRequest(terms::Decision decision);
  awaitable<void> RefuseEarly(protocol::RefusalKind kind, std::string message);
  [[nodiscard]] protocol::Refusal Unrecorded(const base::Error& error);
  awaitable<void> RefuseUnrecorded(base::Error error);

  // walk_route.cc: which candidate is asked, and what follows a failure.
  [[nodiscard]] base::Status ReadRoute();
  [[nodiscard]] base::Status OpenCandidate(const std::string& model);
  [[nodiscard]] std::optional<terms::Decision> NextPermitted();
  [[nodiscard]] std::optional<terms::Decision> TryCandidate(const std::string& model);
  [[nodiscard]] bool EnterBreaker();
  awaitable<void> Decide();
  awaitable<void> RefuseUnrouted();
  awaitable<routing::Step> Attempt(const terms::Decision& decision, const oversight::Release* release);
  /// What the caller gets when no other attempt follows a failed one.
  struct FailureAnswer {
    std::optional<protocol::Refusal> refusal = {};  ///< Ours; otherwise the provider's own words.
    int status = 0;
    std::vector<http::Header> headers = {};
    std::string body = {};
    std::string begun = {};  ///< Of a stream, what came before it broke.
  };
  awaitable<routing::Step> EndAttempt(std::uint64_t intent, routing::AttemptFailure failure,
                                      enforcement::Effect effect, FailureAnswer answer);
  [[nodiscard]] routing::Step NextStep(const routing::AttemptFailure& failure);
  awaitable<void> AnswerFailure(FailureAnswer answer);
  awaitable<void> Pause(std::chrono::milliseconds wait);

  // walk_limits.cc: what the caller may use, and requests that were made before.
  awaitable<bool> Reserve();
  [[nodiscard]] routing::Amounts Bound() const;
  awaitable<bool> BeginOnce(const terms::Decision& decision);
  awaitable<void> Repeat(const terms::Decision& decision, routing::Replay kept);
  [[nodiscard]] base::Digest Identity() const;
  awaitable<void> SettleUsage(const protocol::Usage& usage);

  // walk_answer.cc: upstream and back.
  awaitable<routing::Step> SendUpstream(std::uint64_t intent);
  awaitable<routing::Step> Ask(upstreams::Exchange& upstream, std::uint64_t intent);
  awaitable<routing::Step> PassError(upstreams::Exchange& upstream, const http::ResponseHead& head,
                                     std::uint64_t intent);
  awaitable<routing::Step> PassAnswer(upstreams::Exchange& upstream, const http::ResponseHead& head,
                                      std::uint64_t intent);
  awaitable<base::Status> Pump(upstreams::Exchange& upstream, protocol::AnswerGate& gate, std::string& out);
  awaitable<base::Status> SettleCalls(protocol::AnswerGate& gate, std::string& out);
  awaitable<base::Status> Deliver(std::string& out);
  awaitable<routing::Step> FinishAnswer(protocol::AnswerGate& gate, std::string out, std::uint64_t intent);
  awaitable<void> DeliverLast(std::string out);
  [[nodiscard]] protocol::Refusal BrokenAnswer(const base::Error& error) const;
  awaitable<routing::Step> BreakOff(base::Error error, routing::Failure failure, std::uint64_t intent,
                                    std::string begun = {});
  awaitable<base::Status> RecordOutcome(std::uint64_t intent, const enforcement::Effect& effect);
  void CancelWhenCallerLeaves();

  // walk_dialects.cc: what the provider is sent, and what the caller gets, when their dialects differ.
  [[nodiscard]] base::Status ChooseUpstreamDialect();
  [[nodiscard]] bool translates() const { return upstream_dialect_ != dialect_; }
  /// How the provider is asked to deliver: never in an array, but to callers who asked it so.
  [[nodiscard]] protocol::Delivery UpstreamDelivery() const;
  [[nodiscard]] base::Status Prepare();
  [[nodiscard]] base::Result<std::optional<protocol::TranslatedRequest>> SameDialect();
  [[nodiscard]] base::Result<std::optional<protocol::TranslatedRequest>> Translate();
  [[nodiscard]] base::Result<protocol::TranslatedRequest> TranslateGenerate(std::string_view body);
  [[nodiscard]] protocol::Rewrite MakeRewrite() const;
  [[nodiscard]] upstreams::Request UpstreamRequest();
  [[nodiscard]] std::vector<http::Header> AnswerHeaders(const http::ResponseHead& head) const;
  [[nodiscard]] std::unique_ptr<protocol::AnswerGate> MakeAnswerGate(protocol::Delivery from);
  [[nodiscard]] protocol::Refusal TranslatedError(int status, std::string_view body) const;

  // walk_calls.cc: what becomes of each call that the model proposes.
  struct CallCase {
    const protocol::ToolCall* call;
    terms::Decision decision;
    protocol::Ruling ruling;
    std::string effect;  ///< released, withheld, held, denied
    std::string hold_id;
    std::uint64_t intent = 0;
  };
  awaitable<base::Result<std::vector<protocol::Ruling>>> RuleCalls(std::span<const protocol::ToolCall> calls);
  awaitable<base::Status> RuleOne(CallCase& one);
  [[nodiscard]] base::Status RuleReleased(CallCase& one, const oversight::Release& release);
  awaitable<void> HoldCall(CallCase& one);
  awaitable<base::Status> ReleaseApproved(CallCase& one);
  [[nodiscard]] base::Status RecordCallIntent(CallCase& one, const oversight::Release* release);
  awaitable<base::Status> RecordCallEffects(std::vector<CallCase>& cases);
  awaitable<void> KeepAlive();

  // walk_return.cc: a caller that comes back with Proviso-Hold.
  [[nodiscard]] base::Status ReadPresentedHolds();
  awaitable<void> Return();
  [[nodiscard]] bool OpenShown(const std::vector<oversight::Hold>& holds);
  awaitable<base::Result<std::vector<oversight::Hold>>> ShowPresented();
  awaitable<void> AnswerWithReleased();
  awaitable<std::optional<protocol::Refusal>> TakeReleased(std::vector<protocol::ToolCall>& calls,
                                                           std::vector<CallCase>& cases);
  [[nodiscard]] protocol::CallKind KindOf(const oversight::ToolCall& call) const;
  awaitable<void> SendApprovedRequest();
  awaitable<base::Result<oversight::Release>> Redeem(oversight::Redemption redemption);
  awaitable<base::Result<std::optional<oversight::Release>>> RedeemPresentedFor(
      const protocol::ToolCall& call);

  std::shared_ptr<CoreState> core_;  // shared: the walk outlives a reload
  std::shared_ptr<const Snapshot> snapshot_;
  std::shared_ptr<const CoreState::Pools> pools_;
  http::ServerExchange& exchange_;
  const protocol::Inbound inbound_;
  const protocol::Dialect dialect_;
  std::string body_;
  std::optional<protocol::Request> request_;
  const enforcement::Caller* caller_ = nullptr;  ///< In the snapshot.
  enforcement::Declarations declarations_;
  std::vector<std::string> presented_holds_;
  const std::int64_t began_ns_;
  std::optional<Metering> meter_;
  Once once_;

  // Of the way through the candidates.
  const routing::Route* route_ = nullptr;  ///< In the snapshot.
  std::optional<routing::Journey> journey_;
  http::Deadline total_;  ///< Of the route, over all attempts.
  http::Event pause_over_;
  struct Refused {
    enforcement::Case the_case;
    terms::Decision decision;
  };
  std::optional<Refused> forbidden_;                  ///< The first candidate that the terms forbid.
  std::optional<Refused> held_;                       ///< The first that people must decide on.
  std::optional<base::Error> unfit_;                  ///< Why the first unfit one cannot serve the request.
  std::optional<std::chrono::milliseconds> resting_;  ///< Until a provider's breaker lets someone through.
  std::optional<FailureAnswer> failed_;               ///< Of the last attempt.
  enum class Attempts : std::uint8_t { kSeveral, kOne };
  Attempts allowed_ = Attempts::kSeveral;  ///< One, when people approved this very request.

  // Of the candidate under way.
  const enforcement::Target* target_ = nullptr;
  const ProviderRoute* provider_ = nullptr;
  std::shared_ptr<routing::Provider> health_;  ///< Null when a reload has taken the provider away.
  std::optional<routing::Breaker::Pass> pass_;
  std::optional<enforcement::Case> case_;
  protocol::Dialect upstream_dialect_;
  std::string upstream_body_;                            ///< When it is not body_.
  std::optional<protocol::EmbeddingRequest> embedding_;  ///< When it is asked of another dialect.
  std::optional<bool> stream_usage_;  ///< Whether a Chat Completions caller asked for usage.
  std::string left_out_;              ///< What a translation warns of, for the caller.

  // Of the answer under way.
  upstreams::Exchange* upstream_ = nullptr;  ///< While SendUpstream runs.
  enum class Calls : std::uint8_t { kNone, kRuled };
  Calls calls_ = Calls::kNone;  ///< Whether one was decided and recorded: then nothing is tried again.
  std::vector<http::Header> answer_headers_;
  protocol::Delivery delivery_ = protocol::Delivery::kWhole;
  keys::Sha256Stream response_digest_;
  std::size_t response_bytes_ = 0;
  std::string upstream_request_id_;
  std::string receipt_;
};

}  // namespace proviso::gateway::internal
