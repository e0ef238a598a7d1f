// The MCP sessions that callers have with servers through this gateway.
//
// A caller never sees the server's own session id: it gets one of ours, good only for its own API key on
// that server. A server without sessions has none here, and nothing of it is remembered.
//
// Kept in memory, for all cores: after a restart clients are told (404) to begin anew, as the protocol has
// it.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"

namespace proviso::gateway {

/// Every method may be called from any thread. A session id that is not known means: no session; what it
/// would remember is then forgotten, and nothing is found.
class McpSessions {
 public:
  /// Whose a session is.
  struct Owner {
    std::string server;
    std::string key_digest;  ///< Of the caller's API key.
    bool operator==(const Owner&) const = default;
  };

  /// The id that the caller gets for the server's session. kLimit when there are too many.
  [[nodiscard]] base::Result<std::string> Open(const Owner& owner, std::string upstream_id,
                                               std::int64_t now_ms);
  /// The server's id. kNotFound when there is no such session of this owner.
  [[nodiscard]] base::Result<std::string> UpstreamOf(std::string_view id, const Owner& owner,
                                                     std::int64_t now_ms);
  void Close(std::string_view id);

  /// A request that begins. kConflict when one with this id has no answer yet, kLimit when too many have
  /// none.
  [[nodiscard]] base::Status BeginRequest(std::string_view id, const std::string& request_id);
  void EndRequest(std::string_view id, const std::string& request_id);
  /// What notifications/cancelled says of a request that has no answer yet.
  void CancelRequest(std::string_view id, const std::string& request_id);
  [[nodiscard]] bool IsCancelled(std::string_view id, const std::string& request_id);

  /// A tool that the server lists, with its schema (canonical JSON). One that is listed twice since the
  /// tools were forgotten is remembered without a schema, so that it matches none.
  void RememberTool(std::string_view id, const std::string& name, const std::string& schema,
                    std::int64_t now_ms);
  void ForgetTools(std::string_view id);
  /// Nothing when it is not known, or was listed longer than kMcpToolsFreshMax ago.
  [[nodiscard]] std::optional<std::string> SchemaOf(std::string_view id, std::string_view tool,
                                                    std::int64_t now_ms);

  /// A stream from a server that a caller keeps open. kLimit when it has too many.
  [[nodiscard]] base::Status BeginStream(const std::string& key_digest);
  void EndStream(const std::string& key_digest);

 private:
  struct Session {
    Owner owner;
    std::string upstream_id;
    std::int64_t used_ms = 0;
    std::map<std::string, bool, std::less<>> in_flight;  // to whether it was cancelled
    std::map<std::string, std::string, std::less<>> schemas;
    std::int64_t listed_ms = 0;  // when the first of them was
  };
  [[nodiscard]] Session* Find(std::string_view id);
  void ForgetIdle(std::int64_t now_ms);

  std::mutex mutex_;
  std::map<std::string, Session, std::less<>> sessions_;
  std::map<std::string, std::size_t> sessions_of_;  // by key digest
  std::map<std::string, std::size_t> streams_of_;   // by key digest
};

}  // namespace proviso::gateway
