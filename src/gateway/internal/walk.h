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
#include "gateway/internal/people.h"
#include "http/server.h"
#include "keys/digest.h"
#include "protocol/answer.h"
#include "protocol/refusal.h"
#include "protocol/request.h"
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
  [[nodiscard]] base::Status ReadTarget();
  [[nodiscard]] base::Status ReadDeclarations(enforcement::Declarations& declarations) const;
  awaitable<void> Decide();
  awaitable<void> RefuseForbidden(terms::Decision decision);
  awaitable<void> HoldRequest(terms::Decision decision);
  awaitable<void> RefuseEarly(protocol::RefusalKind kind, std::string message);
  [[nodiscard]] protocol::Refusal Unrecorded(const base::Error& error);
  awaitable<void> RefuseUnrecorded(base::Error error);

  // walk_answer.cc: upstream and back.
  awaitable<void> SendUpstream(std::uint64_t intent);
  awaitable<void> PassError(upstreams::Exchange& upstream, const http::ResponseHead& head,
                            std::uint64_t intent);
  awaitable<void> PassAnswer(upstreams::Exchange& upstream, const http::ResponseHead& head,
                             std::uint64_t intent);
  awaitable<base::Status> Pump(upstreams::Exchange& upstream, protocol::AnswerGate& gate, std::string& out);
  awaitable<base::Status> SettleCalls(protocol::AnswerGate& gate, std::string& out);
  awaitable<base::Status> Deliver(std::string& out);
  awaitable<void> FinishAnswer(protocol::AnswerGate& gate, std::string out, std::uint64_t intent);
  awaitable<void> BreakOff(const base::Error& error, std::uint64_t intent);
  awaitable<base::Status> RecordOutcome(std::uint64_t intent, const enforcement::Effect& effect);
  void CancelWhenCallerLeaves();

  // walk_dialects.cc: what the provider is sent, and what the caller gets, when their dialects differ.
  [[nodiscard]] base::Status ChooseUpstreamDialect();
  [[nodiscard]] bool translates() const { return upstream_dialect_ != dialect_; }
  /// How the provider is asked to deliver: never in an array, but to callers who asked it so.
  [[nodiscard]] protocol::Delivery UpstreamDelivery() const;
  [[nodiscard]] base::Status Prepare();
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
  const enforcement::Target* target_ = nullptr;
  const ProviderRoute* provider_ = nullptr;
  std::optional<enforcement::Case> case_;
  protocol::Dialect upstream_dialect_;
  std::string upstream_body_;         ///< When it is not body_.
  std::optional<bool> stream_usage_;  ///< Whether a Chat Completions caller asked for usage.
  std::string left_out_;              ///< What a translation warns of, for the caller.
  std::vector<std::string> presented_holds_;

  // Of the answer under way.
  upstreams::Exchange* upstream_ = nullptr;  ///< While SendUpstream runs.
  std::vector<http::Header> answer_headers_;
  protocol::Delivery delivery_ = protocol::Delivery::kWhole;
  keys::Sha256Stream response_digest_;
  std::size_t response_bytes_ = 0;
  std::string upstream_request_id_;
  std::string receipt_;
};

}  // namespace proviso::gateway::internal
