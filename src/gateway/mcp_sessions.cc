#include "gateway/mcp_sessions.h"

#include "base/random.h"
#include "gateway/mcp_limits.h"

namespace proviso::gateway {

using base::ErrorCode;
using base::Fail;

McpSessions::Session* McpSessions::Find(std::string_view id) {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : &found->second;
}

void McpSessions::ForgetIdle(std::int64_t now_ms) {
  std::erase_if(sessions_, [&](const auto& entry) {
    const Session& session = entry.second;
    const bool idle = session.in_flight.empty() && now_ms - session.used_ms > kMcpSessionIdleMax.count();
    if (idle) --sessions_of_[session.owner.key_digest];
    return idle;
  });
  std::erase_if(sessions_of_, [](const auto& entry) { return entry.second == 0; });
}

base::Result<std::string> McpSessions::Open(const Owner& owner, std::string upstream_id,
                                            std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  const auto full = [&] {
    const auto own = sessions_of_.find(owner.key_digest);
    return sessions_.size() >= kMcpSessionsMax ||
           (own != sessions_of_.end() && own->second >= kMcpSessionsPerCallerMax);
  };
  if (full()) ForgetIdle(now_ms);
  if (full()) return Fail(ErrorCode::kLimit, "too many MCP sessions are open; end some (DELETE) first");
  std::string id = base::NewId("mcp", now_ms);
  sessions_[id] = {owner, std::move(upstream_id), now_ms, {}, {}, 0};
  ++sessions_of_[owner.key_digest];
  return id;
}

base::Result<std::string> McpSessions::UpstreamOf(std::string_view id, const Owner& owner,
                                                  std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  Session* session = Find(id);
  if (session == nullptr || session->owner != owner)
    return Fail(ErrorCode::kNotFound, "Mcp-Session-Id: no such session; send initialize to begin one");
  session->used_ms = now_ms;
  return session->upstream_id;
}

void McpSessions::Close(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  const auto own = sessions_of_.find(found->second.owner.key_digest);
  if (--own->second == 0) sessions_of_.erase(own);
  sessions_.erase(found);
}

base::Status McpSessions::BeginRequest(std::string_view id, const std::string& request_id) {
  const std::scoped_lock lock(mutex_);
  Session* session = Find(id);
  if (session == nullptr) return {};
  if (session->in_flight.contains(request_id))
    return Fail(ErrorCode::kConflict, "id: a request with this id has no answer yet; ids are used once");
  if (session->in_flight.size() >= kMcpRequestsInFlightMax) {
    return Fail(ErrorCode::kLimit, "more than " + std::to_string(kMcpRequestsInFlightMax) +
                                       " requests of this session have no answer yet; wait for some");
  }
  session->in_flight[request_id] = false;
  return {};
}

void McpSessions::EndRequest(std::string_view id, const std::string& request_id) {
  const std::scoped_lock lock(mutex_);
  if (Session* session = Find(id)) session->in_flight.erase(request_id);
}

void McpSessions::CancelRequest(std::string_view id, const std::string& request_id) {
  const std::scoped_lock lock(mutex_);
  Session* session = Find(id);
  if (session == nullptr) return;
  const auto request = session->in_flight.find(request_id);
  if (request != session->in_flight.end()) request->second = true;
}

bool McpSessions::IsCancelled(std::string_view id, const std::string& request_id) {
  const std::scoped_lock lock(mutex_);
  Session* session = Find(id);
  if (session == nullptr) return false;
  const auto request = session->in_flight.find(request_id);
  return request != session->in_flight.end() && request->second;
}

void McpSessions::RememberTool(std::string_view id, const std::string& name, const std::string& schema,
                               std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  Session* session = Find(id);
  if (session == nullptr) return;
  if (session->schemas.empty()) session->listed_ms = now_ms;
  const auto known = session->schemas.find(name);
  if (known != session->schemas.end()) {
    known->second.clear();
  } else if (session->schemas.size() < kMcpToolsRememberedMax) {
    session->schemas[name] = schema;
  }
}

void McpSessions::ForgetTools(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  if (Session* session = Find(id)) session->schemas.clear();
}

std::optional<std::string> McpSessions::SchemaOf(std::string_view id, std::string_view tool,
                                                 std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  Session* session = Find(id);
  if (session == nullptr || now_ms - session->listed_ms > kMcpToolsFreshMax.count()) return std::nullopt;
  const auto known = session->schemas.find(tool);
  return known == session->schemas.end() ? std::optional<std::string>() : known->second;
}

base::Status McpSessions::BeginStream(const std::string& key_digest) {
  const std::scoped_lock lock(mutex_);
  std::size_t& streams = streams_of_[key_digest];
  if (streams < kMcpStreamsPerCallerMax) {
    ++streams;
    return {};
  }
  return Fail(ErrorCode::kLimit,
              "this key has " + std::to_string(streams) + " streams open; close some first");
}

void McpSessions::EndStream(const std::string& key_digest) {
  const std::scoped_lock lock(mutex_);
  const auto streams = streams_of_.find(key_digest);
  if (streams != streams_of_.end() && --streams->second == 0) streams_of_.erase(streams);
}

}  // namespace proviso::gateway
