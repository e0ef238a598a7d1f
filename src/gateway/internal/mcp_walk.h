// The parts of one request to an MCP server. A McpWalk lives in its coroutine's frame; every method runs on
// the core's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "enforcement/case.h"
#include "enforcement/entries.h"
#include "gateway/core_state.h"
#include "http/server.h"
#include "mcp/answers.h"
#include "mcp/call.h"
#include "mcp/message.h"
#include "mcp/method.h"
#include "mcp/tool_list.h"
#include "protocol/sse.h"
#include "upstreams/exchange.h"

namespace proviso::gateway::internal {

using boost::asio::awaitable;

/// Ends an exchange with a server when the caller leaves. Must not outlive either.
class EndsWithCaller {
 public:
  EndsWithCaller(http::ServerExchange& caller, upstreams::Exchange& server) : caller_(caller) {
    caller_.OnPeerGone([&server] { server.Cancel(); });
  }
  ~EndsWithCaller() { caller_.OnPeerGone(nullptr); }
  EndsWithCaller(const EndsWithCaller&) = delete;
  EndsWithCaller& operator=(const EndsWithCaller&) = delete;

 private:
  http::ServerExchange& caller_;
};

class McpWalk {
 public:
  McpWalk(std::shared_ptr<CoreState> core, http::ServerExchange& exchange);
  ~McpWalk();
  McpWalk(const McpWalk&) = delete;
  McpWalk& operator=(const McpWalk&) = delete;

  awaitable<void> Run();

 private:
  /// A request that is refused before anything is decided or passed.
  struct Refused {
    int status;
    mcp::Code code;
    std::string message;
  };
  using Admission = std::optional<Refused>;

  // mcp_walk.cc: who asks, for which server, in which session, and with what message.
  [[nodiscard]] Admission Admit();
  [[nodiscard]] Admission AdmitCaller();
  [[nodiscard]] Admission AdmitOrigin() const;
  [[nodiscard]] Admission AdmitSession();
  [[nodiscard]] Admission AdmitMessage();
  [[nodiscard]] Admission AdmitMirrors() const;
  [[nodiscard]] Admission AdmitNotification();
  [[nodiscard]] Admission AdmitRequest();
  awaitable<void> Refuse(Refused refused);
  awaitable<void> Post();
  awaitable<void> Get();
  awaitable<void> Delete();

  // mcp_calls.cc: what is decided.
  awaitable<void> Decided();
  awaitable<void> Decide();
  awaitable<void> Hold(terms::Decision decision, std::uint64_t intent);
  awaitable<void> AfterTheWait(terms::Decision decision, std::uint64_t intent);
  awaitable<void> ReturnWithHold(terms::Decision decision);
  awaitable<void> Released(oversight::Release release);
  [[nodiscard]] McpContinuations::Round RoundWith(std::string state) const;
  void ExpectAnswers(const mcp::Message& response);
  [[nodiscard]] awaitable<base::Result<oversight::Release>> Redeem();
  [[nodiscard]] awaitable<base::Status> CheckPresented();
  [[nodiscard]] base::Result<std::uint64_t> RecordIntent(const terms::Decision& decision,
                                                         const oversight::Release* release);
  awaitable<void> Withhold(std::uint64_t intent, std::string_view effect, mcp::Withheld withheld);
  [[nodiscard]] mcp::Withheld NoticeOf(const terms::Decision& decision) const;
  [[nodiscard]] mcp::Withheld DeniedOf(const terms::Decision& decision, std::string_view why) const;
  awaitable<void> KeepAlive(std::uint32_t step);
  awaitable<void> Unrecorded(base::Error error);

  // mcp_tools.cc: what the server lists.
  awaitable<std::vector<protocol::OfferedTool>> KnownTools();
  awaitable<base::Status> AskForTools(std::string_view tool, std::vector<protocol::OfferedTool>& found);
  awaitable<base::Result<std::string>> AskForPage(std::string request);
  [[nodiscard]] base::Result<enforcement::Case> OpenCase(
      const std::vector<protocol::OfferedTool>& tools) const;
  [[nodiscard]] base::Result<std::string> FilteredPage(const mcp::Message& response, bool remembers);

  // mcp_answer.cc: to the server and back.
  awaitable<void> Forward();
  awaitable<base::Result<const http::ResponseHead*>> Ask(upstreams::Exchange& upstream,
                                                         upstreams::Request request);
  awaitable<void> Relay(upstreams::Exchange& upstream, const http::ResponseHead& head);
  awaitable<void> RelayWhole(upstreams::Exchange& upstream);
  awaitable<void> RelayStream(upstreams::Exchange& upstream);
  awaitable<void> RelayServerStream(upstreams::Exchange& upstream);
  /// What becomes of one event of a stream.
  enum class Event : std::uint8_t { kPass, kAnswer };
  [[nodiscard]] base::Result<Event> ReadEvent(std::string_view frame, std::string& out);
  [[nodiscard]] base::Result<std::string> AnswerText(const mcp::Message& response);
  awaitable<void> RelayFailure(upstreams::Exchange& upstream, const http::ResponseHead& head);
  awaitable<void> Finish(std::string bytes, enforcement::Effect effect);
  awaitable<void> BreakOff(const base::Error& error);
  awaitable<base::Status> RecordOutcome(std::uint64_t intent, const enforcement::Effect& effect);
  awaitable<base::Status> BeginStream(http::HeadFlush flush);
  [[nodiscard]] upstreams::Request UpstreamRequest(std::string_view method, std::string_view body) const;
  [[nodiscard]] std::vector<http::Header> AnswerHeaders(std::string_view content_type) const;
  [[nodiscard]] base::Status TakeSession(const http::ResponseHead& head);

  [[nodiscard]] McpSessions& sessions() { return core_->services().mcp_sessions; }
  [[nodiscard]] std::string MessageId() const { return message_ ? message_->id() : "null"; }

  std::shared_ptr<CoreState> core_;  // shared: the walk outlives a reload
  std::shared_ptr<const Snapshot> snapshot_;
  std::shared_ptr<const CoreState::Pools> pools_;
  http::ServerExchange& exchange_;

  const enforcement::Caller* caller_ = nullptr;
  McpSessions::Owner owner_;
  const McpRoute* route_ = nullptr;
  upstreams::Pool* pool_ = nullptr;
  std::string session_id_;        ///< Ours; "" outside a session.
  std::string upstream_session_;  ///< The server's.
  std::string body_;
  std::optional<mcp::Message> message_;  ///< Borrows body_.
  mcp::Method method_ = mcp::Method::kOther;
  std::string in_flight_;  ///< The id of the request that this walk began in its session; "" for none.

  // Of a request that is decided.
  std::optional<mcp::ToolCall> call_;
  protocol::ToolCall proposed_;  ///< The same as the terms and the people see it.
  std::string hold_id_;          ///< Presented, or waited for.
  enforcement::Declarations declarations_;
  std::optional<enforcement::Case> case_;
  std::optional<std::uint64_t> intent_;  ///< Of what is sent to the server.
  std::optional<oversight::Release>
      release_;  ///< Under which it is sent; nothing when nobody had to approve.
  std::string receipt_;

  // Of the answer under way.
  bool sent_ = false;        ///< The server has heard of the request.
  std::string new_session_;  ///< That the answer tells the caller of.
  bool resumable_ = false;   ///< An event with an id has passed.
};

}  // namespace proviso::gateway::internal
