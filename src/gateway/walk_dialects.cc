// What the provider is sent and what the caller gets when their dialects differ. Where they are equal the
// bytes travel as they came, but for the model's name and reasoning that another provider made.
#include <algorithm>
#include <iterator>
#include <utility>

#include "base/json_writer.h"
#include "gateway/internal/walk.h"
#include "protocol/endpoint.h"
#include "protocol/origin.h"
#include "protocol/plain_gate.h"
#include "protocol/token_count.h"
#include "protocol/translate.h"

namespace proviso::gateway::internal {

using base::ErrorCode;
using protocol::Delivery;
using protocol::Dialect;
using protocol::Operation;

namespace {

/// The query without a key in it: Google's clients may put theirs there.
std::string QueryWithoutKey(std::string_view query) {
  std::string kept;
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view one = query.substr(0, end);
    if (!one.starts_with("key=")) kept.append(kept.empty() ? "" : "&").append(one);
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
  return kept;
}

/// The target below a base URL that already ends with the API's version.
std::string BelowBase(std::string target, std::string_view base_path) {
  for (const std::string_view version : {"/v1", "/v1beta"}) {
    if (base_path.ends_with(version) && target.starts_with(std::string(version) + "/")) {
      target.erase(0, version.size());
      break;
    }
  }
  return target;
}

/// Headers of a request that we wrote ourselves.
std::vector<http::Header> OwnHeaders(Dialect dialect, Delivery delivery) {
  std::vector<http::Header> headers{{"Content-Type", "application/json"},
                                    {"Accept", std::string(protocol::ContentTypeOf(dialect, delivery))}};
  if (dialect == Dialect::kAnthropicMessages) headers.push_back({"anthropic-version", "2023-06-01"});
  return headers;
}

/// One quota in the words of both families.
struct Quota {
  std::string_view openai;
  std::string_view anthropic;
};
constexpr Quota kQuotas[] = {
    {"x-ratelimit-limit-requests", "anthropic-ratelimit-requests-limit"},
    {"x-ratelimit-remaining-requests", "anthropic-ratelimit-requests-remaining"},
    {"x-ratelimit-limit-tokens", "anthropic-ratelimit-tokens-limit"},
    {"x-ratelimit-remaining-tokens", "anthropic-ratelimit-tokens-remaining"},
};

/// The provider's headers that mean something to a caller of another dialect.
std::vector<http::Header> TranslatedHeaders(const http::ResponseHead& head, Dialect to) {
  std::vector<http::Header> headers;
  for (const std::string_view name : {"retry-after", "retry-after-ms"}) {
    if (const std::string* value = http::FindHeader(head.headers, name))
      headers.push_back({std::string(name), *value});
  }
  const bool anthropic = to == Dialect::kAnthropicMessages;
  for (const Quota& quota : kQuotas) {
    const std::string* value = http::FindHeader(head.headers, quota.openai);
    if (value == nullptr) value = http::FindHeader(head.headers, quota.anthropic);
    if (value != nullptr)
      headers.push_back({std::string(anthropic ? quota.anthropic : quota.openai), *value});
  }
  return headers;
}

std::string TranslationJson(Dialect to, const std::vector<protocol::Finding>& findings) {
  base::JsonWriter json;
  json.BeginObject().Key("dialect").String(protocol::NameOf(to)).Key("left_out").BeginArray();
  for (const protocol::Finding& finding : findings) {
    json.BeginObject().Key("feature").String(protocol::NameOf(finding.feature));
    json.Key("path").String(finding.path).EndObject();
  }
  return json.EndArray().EndObject().Take();
}

/// "top_k (sampling.top_k), …" for Proviso-Left-Out. Paths may hold the caller's own words: only what a
/// header may carry stays.
std::string LeftOut(const std::vector<protocol::Finding>& findings) {
  constexpr std::size_t kHeaderBytesMax = 1'000;
  std::string text;
  for (const protocol::Finding& finding : findings) {
    if (finding.disposal == protocol::Disposal::kDrop) continue;
    text.append(text.empty() ? "" : ", ").append(protocol::NameOf(finding.feature));
    text.append(" (").append(finding.path).append(")");
  }
  if (text.size() > kHeaderBytesMax) text.replace(kHeaderBytesMax, std::string::npos, "...");
  std::ranges::replace_if(text, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return text;
}

/// The request whose tokens are counted: some dialects wrap it.
std::string_view CountedBody(Dialect dialect, std::string_view body) {
  const auto document = base::JsonDocument::Parse(body);
  if (!document) return body;
  const base::Json root = document->root();
  base::Json inner;
  if (dialect == Dialect::kBedrockConverse) inner = root.Find("input").Find("converse");
  if (dialect == Dialect::kGemini) inner = root.Find("generateContentRequest");
  return inner.is_object() ? body.substr(inner.begin(), inner.end() - inner.begin()) : body;
}

}  // namespace

base::Status Walk::ChooseUpstreamDialect() {
  upstream_dialect_ = dialect_;
  if (provider_->dialects.contains(dialect_)) return {};
  if (inbound_.operation == Operation::kGenerate) {
    upstream_dialect_ = provider_->preferred;
    return {};
  }
  for (const Dialect dialect : provider_->dialects) {
    if (protocol::PathOf(dialect, inbound_.operation, "m", Delivery::kWhole).empty()) continue;
    upstream_dialect_ = dialect;
    return {};
  }
  return base::Fail(ErrorCode::kNotFound,
                    "model: its provider does not offer this operation in any dialect that is configured");
}

Delivery Walk::UpstreamDelivery() const {
  const bool streams = request_->delivery != Delivery::kWhole;
  return streams ? Delivery::kStream : Delivery::kWhole;
}

/// Makes the body that the provider is sent, for this attempt. Fails with all that its dialect cannot
/// express.
base::Status Walk::Prepare() {
  left_out_.clear();
  stream_usage_.reset();
  embedding_.reset();
  upstream_body_.clear();
  auto sent = translates() ? Translate() : SameDialect();
  if (!sent) return std::unexpected(sent.error());
  if (!*sent) return {};
  upstream_body_ = std::move((*sent)->body);
  left_out_ = LeftOut((*sent)->findings);
  case_->translation = TranslationJson(upstream_dialect_, (*sent)->findings);
  return {};
}

/// The caller's own bytes, with the model's name as the provider knows it; nothing to record, but where
/// reasoning is cut out or a compatible server needs other words.
base::Result<std::optional<protocol::TranslatedRequest>> Walk::SameDialect() {
  const std::string& model = target_->upstream_model;
  if (model != request_->model) upstream_body_ = protocol::WithModel(body_, *request_, model);
  const std::string_view body = upstream_body_.empty() ? body_ : upstream_body_;
  auto sent = protocol::WithoutForeignReasoning(dialect_, body, model);
  const bool may_differ = dialect_ == Dialect::kOpenAiChat && inbound_.operation == Operation::kGenerate;
  if (!sent || !may_differ) return sent;
  auto fit = protocol::FitToServer(*sent ? (*sent)->body : body, provider_->profile, provider_->disposals);
  if (!fit || !*fit) return fit ? std::move(sent) : std::move(fit);
  if (*sent) std::ranges::move((*sent)->findings, std::back_inserter((*fit)->findings));
  return fit;
}

base::Result<protocol::TranslatedRequest> Walk::TranslateGenerate(std::string_view body) {
  protocol::Inbound inbound = inbound_;
  inbound.operation = Operation::kGenerate;
  const auto exchange = protocol::ReadExchange(inbound, body);
  if (!exchange) return std::unexpected(exchange.error());
  stream_usage_ = exchange->stream_usage;
  return protocol::TranslateRequest(*exchange, {.to = upstream_dialect_,
                                                .model = target_->upstream_model,
                                                .profile = provider_->profile,
                                                .disposals = provider_->disposals});
}

base::Result<std::optional<protocol::TranslatedRequest>> Walk::Translate() {
  base::Result<protocol::TranslatedRequest> sent;
  switch (inbound_.operation) {
    case Operation::kGenerate:
      sent = TranslateGenerate(body_);
      break;
    case Operation::kCountTokens:
      sent = TranslateGenerate(CountedBody(dialect_, body_));
      if (sent) {
        auto counted = protocol::AsTokenCount(upstream_dialect_, target_->upstream_model, sent->body);
        if (!counted) return std::unexpected(counted.error());
        sent->body = std::move(*counted);
      }
      break;
    case Operation::kEmbed: {
      auto asked = protocol::ReadEmbedding(dialect_, body_);
      if (!asked) return std::unexpected(asked.error());
      embedding_ = std::move(*asked);
      sent = protocol::TranslateEmbedding(
          *embedding_,
          {.to = upstream_dialect_, .model = target_->upstream_model, .disposals = provider_->disposals});
      break;
    }
  }
  if (!sent) return std::unexpected(sent.error());
  return std::move(*sent);
}

upstreams::Request Walk::UpstreamRequest() {
  const http::RequestHead& head = exchange_.head();
  const std::string& model = target_->upstream_model;
  upstreams::Request request;
  request.credential = provider_->credential.get();
  request.wall_ms = core_->services().clock.WallMs();
  if (translates()) {
    request.target =
        embedding_ ? protocol::PathOfEmbedding(upstream_dialect_, model, *embedding_)
                   : protocol::PathOf(upstream_dialect_, request_->operation, model, UpstreamDelivery());
    request.headers = OwnHeaders(upstream_dialect_, UpstreamDelivery());
  } else {
    const bool renamed = model != request_->model;
    request.target = renamed ? protocol::WithModelInPath(head.path, model) : head.path;
    const std::string query = QueryWithoutKey(head.query);
    if (!query.empty()) request.target += "?" + query;
    const std::vector<http::Header> forwardable = http::ForwardableHeaders(head.headers);
    request.headers = upstreams::WithoutCallerCredentials(forwardable);
    std::erase_if(request.headers, [](const http::Header& header) {
      return http::EqualsIgnoringCase(header.name, "accept-encoding");
    });
  }
  request.target = BelowBase(std::move(request.target), provider_->endpoint.base_path);
  request.headers.push_back({"Accept-Encoding", "identity"});
  request.body = upstream_body_.empty() ? body_ : upstream_body_;
  return request;
}

std::vector<http::Header> Walk::AnswerHeaders(const http::ResponseHead& head) const {
  std::vector<http::Header> headers;
  if (translates()) {
    headers = TranslatedHeaders(head, dialect_);
    headers.push_back({"Content-Type", std::string(protocol::ContentTypeOf(dialect_, request_->delivery))});
  } else {
    headers = http::ForwardableHeaders(head.headers);
    std::erase_if(headers, [](const http::Header& header) {
      constexpr std::string_view kOwn = "proviso-";
      return http::EqualsIgnoringCase(header.name, "date") ||
             http::EqualsIgnoringCase(header.name, "set-cookie") ||
             http::EqualsIgnoringCase(std::string_view(header.name).substr(0, kOwn.size()), kOwn);
    });
  }
  meter_->PutQuota(headers, dialect_);
  headers.push_back({"Proviso-Decision", case_->decision_id});
  headers.push_back({"Proviso-Receipt", receipt_});
  if (!left_out_.empty()) headers.push_back({"Proviso-Left-Out", left_out_});
  return headers;
}

std::unique_ptr<protocol::AnswerGate> Walk::MakeAnswerGate(Delivery from) {
  if (inbound_.operation != Operation::kGenerate) return protocol::MakePlainGate(MakeRewrite());
  if (!translates()) return protocol::MakeGate(dialect_, from);
  return protocol::MakeTranslatingGate(
      {.from = upstream_dialect_,
       .from_delivery = from,
       .to = dialect_,
       .to_delivery = request_->delivery,
       .envelope = {.from = upstream_dialect_,
                    .id = case_->decision_id,
                    .model = request_->model,
                    .created_s = case_->opened_ms / 1000,
                    .origin = protocol::OriginName(upstream_dialect_, target_->upstream_model),
                    .stream_usage = stream_usage_}});
}

/// What the caller is sent for a count or for vectors of another dialect.
protocol::Rewrite Walk::MakeRewrite() const {
  if (!translates()) return {};
  if (inbound_.operation == Operation::kCountTokens) {
    return [from = upstream_dialect_, to = dialect_](std::string_view body) -> base::Result<std::string> {
      const auto tokens = protocol::ReadTokenCount(from, body);
      if (!tokens) return std::unexpected(tokens.error());
      return protocol::WriteTokenCount(to, *tokens);
    };
  }
  return [from = upstream_dialect_, to = dialect_, asked = *embedding_,
          model = request_->model](std::string_view body) -> base::Result<std::string> {
    auto vectors = protocol::ReadEmbeddings(from, body);
    if (!vectors) return std::unexpected(vectors.error());
    if (vectors->model.empty()) vectors->model = model;
    return protocol::WriteEmbeddings(to, *vectors, asked);
  };
}

protocol::Refusal Walk::TranslatedError(int status, std::string_view body) const {
  protocol::Refusal refusal;
  refusal.kind = protocol::KindOfProviderStatus(status);
  refusal.decision_id = case_->decision_id;
  const std::string words = protocol::ProviderWords(body);
  refusal.message = "The provider refused with status " + std::to_string(status);
  if (!words.empty()) refusal.message += ": " + words;
  return refusal;
}

}  // namespace proviso::gateway::internal
