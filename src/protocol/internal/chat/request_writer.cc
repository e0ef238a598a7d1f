// A Chat Completions request out of an Exchange.
#include "protocol/internal/chat/request_pieces.h"
#include "protocol/internal/requests.h"

namespace proviso::protocol::internal {
namespace {

Disposal DisposalOf(const WriteContext& context, Feature feature) {
  const auto set = context.translation.disposals.find(feature);
  if (set != context.translation.disposals.end()) return set->second;
  for (const Capability& row : Capabilities()) {
    if (row.feature == feature) return row.disposal;
  }
  return Disposal::kReject;
}

}  // namespace

base::Status LeaveOut(const ChatWriting& writing, Feature feature, const std::string& path,
                      std::string_view why) {
  const Disposal disposal = DisposalOf(writing.context, feature);
  const std::string server =
      writing.traits.profile == Profile::kNone ? "Chat Completions" : std::string(writing.traits.name);
  const std::string what = server + " " + std::string(why);
  if (disposal == Disposal::kReject) return Malformed(path, what);
  writing.context.findings.push_back({feature, path, path + ": " + what + "; it was left out", disposal});
  return {};
}

base::Result<std::string> WriteChatBody(const ExchangeRequest& request, WriteContext& context,
                                        const ProfileTraits& traits) {
  const ChatWriting writing{request, context, traits};
  base::JsonWriter json;
  json.BeginObject().Key("model").String(context.translation.model);
  if (auto written = WriteMessages(writing, json); !written) return std::unexpected(written.error());
  if (auto written = WriteTools(writing, json); !written) return std::unexpected(written.error());
  if (auto written = WriteSettings(writing, json); !written) return std::unexpected(written.error());
  return json.EndObject().Take();
}

base::Result<std::string> WriteChatRequest(const ExchangeRequest& request, WriteContext& context) {
  return WriteChatBody(request, context, TraitsOf(context.translation.profile));
}

}  // namespace proviso::protocol::internal
