#include "gateway/mcp_continuations.h"

#include <algorithm>
#include <utility>

#include "base/json_writer.h"
#include "gateway/mcp_limits.h"
#include "keys/digest.h"

namespace proviso::gateway {
namespace {

base::Digest DigestOf(const McpContinuations::Round& round) {
  base::JsonWriter json;
  json.BeginArray();
  for (const std::string& part : {round.key_digest, round.server, round.tool, round.input, round.state})
    json.String(part);
  json.String(base::ToHex(round.terms)).EndArray();
  return keys::Sha256(json.Take());
}

}  // namespace

void McpContinuations::Expect(const Round& round, oversight::Release release, std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(expected_, [now_ms](const auto& entry) { return entry.second.until_ms <= now_ms; });
  if (expected_.size() >= kMcpContinuationsMax) {
    const auto until = [](const auto& entry) { return entry.second.until_ms; };
    expected_.erase(std::ranges::min_element(expected_, {}, until));
  }
  expected_.insert_or_assign(DigestOf(round),
                             Expected{std::move(release), now_ms + kMcpContinuationMax.count()});
}

std::optional<oversight::Release> McpContinuations::Take(const Round& round, std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  const auto found = expected_.find(DigestOf(round));
  if (found == expected_.end()) return std::nullopt;
  Expected expected = std::move(found->second);
  expected_.erase(found);
  if (expected.until_ms <= now_ms) return std::nullopt;
  return std::move(expected.release);
}

}  // namespace proviso::gateway
