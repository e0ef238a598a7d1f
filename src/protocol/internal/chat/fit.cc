// A Chat Completions request for a server whose Chat Completions differ.
#include "protocol/internal/chat/profile.h"
#include "protocol/internal/chat/request_pieces.h"
#include "protocol/internal/dialects.h"
#include "protocol/limits.h"
#include "protocol/translate.h"

namespace proviso::protocol {
namespace {

using internal::ProfileTraits;

/// The server's traits, but for names that the caller already wrote as a server of this kind takes them.
ProfileTraits AsSpelled(ProfileTraits traits, base::Json root) {
  const auto has = [root](std::string_view key) { return !root.Find(key).missing(); };
  if (has("max_tokens") && !has("max_completion_tokens")) traits.tokens_member = "max_tokens";
  if (has("random_seed")) traits.seed_member = "random_seed";
  if (root.Find("tool_choice").equals("any")) traits.any_word = "any";
  return traits;
}

}  // namespace

base::Result<std::optional<TranslatedRequest>> FitToServer(std::string_view body, Profile profile,
                                                           const Disposals& disposals) {
  if (profile == Profile::kNone) return std::nullopt;
  const auto request = ReadExchange({.dialect = Dialect::kOpenAiChat}, body);
  if (!request) return std::unexpected(request.error());
  const auto document =
      base::JsonDocument::Parse(body, {.depth_max = kDepthMax, .nodes_max = base::kJsonNodesMax});
  if (!document) return std::unexpected(document.error());
  const auto write = [&](Profile server, std::vector<Finding>& findings) {
    const Translation translation{
        .to = Dialect::kOpenAiChat, .model = request->model, .profile = server, .disposals = disposals};
    internal::WriteContext context{translation, findings};
    return internal::WriteChatBody(*request, context,
                                   AsSpelled(internal::TraitsOf(server), document->root()));
  };
  TranslatedRequest fitted;
  std::vector<Finding> none;
  const auto plain = write(Profile::kNone, none);
  auto sent = write(profile, fitted.findings);
  if (!plain || !sent) return std::unexpected(sent ? plain.error() : sent.error());
  if (*sent == *plain) return std::nullopt;
  fitted.body = std::move(*sent);
  return fitted;
}

}  // namespace proviso::protocol
