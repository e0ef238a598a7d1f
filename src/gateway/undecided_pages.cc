// Endpoints of the dialects whose content cannot be decided: it lies in files, comes later, or is kept by the
// provider. They are refused with a reason, so that nobody takes them for a way around.
#include <string>

#include "gateway/internal/pages.h"
#include "gateway/refuse.h"

namespace proviso::gateway::internal {

namespace asio = boost::asio;

namespace {

struct Undecided {
  std::string_view path;
  std::string_view what;
};
constexpr Undecided kUndecided[] = {
    {"/v1/files", "files"},
    {"/v1/uploads", "uploads"},
    {"/v1/batches", "batches"},
    {"/v1/messages/batches", "batches"},
    {"/v1/vector_stores", "vector stores"},
    {"/v1/assistants", "assistants"},
    {"/v1/threads", "threads"},
    {"/v1/conversations", "stored conversations"},
    {"/v1/completions", "legacy completions"},
    {"/v1/fine_tuning", "fine-tuning"},
    {"/v1/images", "images"},
    {"/v1/videos", "videos"},
    {"/v1/audio", "audio"},
    {"/v1/moderations", "moderations"},
    {"/v1/realtime", "realtime sessions"},
    {"/v1/containers", "containers"},
    {"/v1/skills", "skills"},
    {"/v1beta/files", "files"},
    {"/upload/v1beta/files", "files"},
    {"/v1beta/cachedContents", "cached contents"},
    {"/v1beta/batches", "batches"},
    {"/v1beta/tunedModels", "tuned models"},
    {"/model-invocation-job", "batches"},
    {"/model-invocation-jobs", "batches"},
    {"/async-invoke", "asynchronous calls"},
};

asio::awaitable<void> RefuseUndecided(http::ServerExchange& exchange, std::string_view what) {
  protocol::Refusal refusal = PlainRefusal(
      protocol::RefusalKind::kForbidden,
      "Proviso does not serve " + std::string(what) +
          ": their content could not be decided under the terms. Send the content in a request instead.");
  co_await Refuse(exchange, DialectOfClient(exchange.head()), std::move(refusal));
}

}  // namespace

void AddUndecided(Router& router) {
  for (const Undecided& one : kUndecided) {
    const auto refuse = [what = one.what](http::ServerExchange& exchange) {
      return RefuseUndecided(exchange, what);
    };
    for (const char* method : {"GET", "POST", "DELETE", "PUT", "PATCH"}) {
      router.Add(method, std::string(one.path), refuse);
      router.AddBelow(method, std::string(one.path) + "/", refuse);
    }
  }
  const auto stored = [](http::ServerExchange& exchange) {
    return RefuseUndecided(exchange, "responses that a provider stored");
  };
  for (const char* method : {"GET", "POST", "DELETE"}) router.AddBelow(method, "/v1/responses/", stored);
}

}  // namespace proviso::gateway::internal
