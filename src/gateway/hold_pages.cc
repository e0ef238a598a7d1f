// The desk over HTTP. An operator's key lets one look; a decision counts only by the approver's own
// signature, whoever carries it here.
#include <string>
#include <vector>

#include "gateway/hold_json.h"
#include "gateway/internal/operator_page.h"
#include "gateway/internal/pages.h"
#include "gateway/limits.h"
#include "gateway/refuse.h"

namespace proviso::gateway::internal {

namespace asio = boost::asio;
using base::ErrorCode;

namespace {

constexpr std::string_view kBelow = "/proviso/v1/holds/";
constexpr std::string_view kDecisions = "/decisions";

int StatusOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kConflict:
    case ErrorCode::kExpired:
      return 409;
    case ErrorCode::kDenied:
    case ErrorCode::kCorrupt:
      return 403;
    case ErrorCode::kInvalid:
      return 400;
    case ErrorCode::kLimit:
      return 413;
    case ErrorCode::kUnavailable:
    case ErrorCode::kIo:
    case ErrorCode::kInternal:
      break;
  }
  return 503;
}

/// "state=waiting", "after=hold_…", or both with '&': the hundred holds after that one, oldest first.
base::Result<oversight::HoldFilter> ReadFilter(std::string_view query) {
  oversight::HoldFilter filter;
  while (!query.empty()) {
    const auto ampersand = query.find('&');
    const std::string_view part = query.substr(0, ampersand);
    query.remove_prefix(ampersand == std::string_view::npos ? query.size() : ampersand + 1);
    const auto equals = part.find('=');
    const std::string_view value = equals == std::string_view::npos ? "" : part.substr(equals + 1);
    if (part.starts_with("after=")) {
      filter.after_id = value;
    } else if (part.starts_with("state=")) {
      const auto state = oversight::ParseHoldState(value);
      if (!state) return std::unexpected(state.error());
      filter.state = *state;
    } else {
      return base::Fail(ErrorCode::kInvalid, "unknown query; use ?state=waiting and ?after=ID");
    }
  }
  return filter;
}

asio::awaitable<void> SendResult(http::ServerExchange& exchange, base::Result<std::string> json) {
  if (json) {
    co_await SendJson(exchange, 200, std::move(*json));
  } else {
    co_await SendJsonError(exchange, StatusOf(json.error().code), json.error().message);
  }
}

}  // namespace

asio::awaitable<void> ServeHolds(CoreState& core, http::ServerExchange& exchange) {
  if (!co_await KnowsOperator(core, exchange)) co_return;
  auto filter = ReadFilter(exchange.head().query);
  if (!filter) {
    co_await SendJsonError(exchange, 400, filter.error().message);
    co_return;
  }
  Services& services = core.services();
  auto list = [&services, filter = *filter]() -> base::Result<std::string> {
    const auto holds = services.desk.List(filter);
    if (!holds) return std::unexpected(holds.error());
    return HoldListJson(*holds);
  };
  auto json = co_await OnWorker(services, std::move(list));
  co_await SendResult(exchange, std::move(json));
}

asio::awaitable<void> ServeHold(CoreState& core, http::ServerExchange& exchange) {
  if (!co_await KnowsOperator(core, exchange)) co_return;
  Services& services = core.services();
  auto show = [&services, id = exchange.head().path.substr(kBelow.size())]() -> base::Result<std::string> {
    const auto hold = services.desk.Show(id);
    if (!hold) return std::unexpected(hold.error());
    return HoldJson(*hold);
  };
  auto json = co_await OnWorker(services, std::move(show));
  co_await SendResult(exchange, std::move(json));
}

asio::awaitable<void> TakeHoldDecision(CoreState& core, http::ServerExchange& exchange) {
  if (!co_await KnowsOperator(core, exchange)) co_return;
  if (!exchange.head().path.ends_with(kDecisions)) {
    co_await SendJsonError(exchange, 404, "no such route; a decision goes to /proviso/v1/holds/ID/decisions");
    co_return;
  }
  auto note = co_await exchange.ReadBody(kApprovalBodyBytesMax);
  if (!note) {
    co_await SendJsonError(exchange, protocol::StatusOf(KindOfBodyError(note.error().code)),
                           note.error().message);
    co_return;
  }
  const std::string path = exchange.head().path;
  const std::string id = path.substr(kBelow.size(), path.size() - kBelow.size() - kDecisions.size());
  Services& services = core.services();
  auto decide = [&services, id, note = std::move(*note),
                 snapshot = core.snapshot()]() -> base::Result<std::string> {
    const auto approval = oversight::ParseApproval(note);
    if (!approval) return std::unexpected(approval.error());
    if (approval->approval.hold_id != id) {
      return base::Fail(ErrorCode::kDenied, "the note decides on another hold than the one in the path");
    }
    const auto progress = services.desk.Decide(note, snapshot->approvers);
    if (!progress) return std::unexpected(progress.error());
    return ProgressJson(*progress);
  };
  auto json = co_await OnWorker(services, std::move(decide));
  co_await SendResult(exchange, std::move(json));
}

}  // namespace proviso::gateway::internal
