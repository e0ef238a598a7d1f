// Approved calls that a server answers with a question (an InputRequiredResult of MCP 2026-07-28): the client
// sends the same call again with its answers, and that goes on under the approval that the first one spent.
//
// Each round is good once, for the same key, server, tool, arguments and state (`requestState`) as the server
// asked under, for kMcpContinuationMax, and while the same terms are in force.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "oversight/desk.h"

namespace proviso::gateway {

/// Every method may be called from any thread.
class McpContinuations {
 public:
  /// What a round must be equal in.
  struct Round {
    std::string key_digest;
    std::string server;
    std::string tool;
    std::string input;
    std::string state;  ///< "" when the server gave none.
    base::Digest terms{};
  };

  /// The server asked. Beyond kMcpContinuationsMax the oldest are forgotten.
  void Expect(const Round& round, oversight::Release release, std::int64_t now_ms);
  /// The client answers: the approval that it goes on under, once, or nothing.
  [[nodiscard]] std::optional<oversight::Release> Take(const Round& round, std::int64_t now_ms);

 private:
  struct Expected {
    oversight::Release release;
    std::int64_t until_ms;
  };
  std::mutex mutex_;
  std::map<base::Digest, Expected> expected_;
};

}  // namespace proviso::gateway
