// What Anthropic says about an answer besides its blocks: the same members in a whole message, in
// message_start and in message_delta, where later ones replace earlier ones.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "protocol/exchange.h"

namespace proviso::protocol::internal::anthropic {

class AnswerFacts {
 public:
  /// A message object: its stop, its usage, and each member that is not typed.
  [[nodiscard]] base::Status TakeMessage(base::Json message);
  /// A message_delta event.
  [[nodiscard]] base::Status TakeDelta(base::Json event);

  [[nodiscard]] bool stopped() const { return !stop_.stop_raw.empty(); }
  /// Without blocks.
  [[nodiscard]] const AnswerChoice& stop() const { return stop_; }
  /// Nothing when no usage was seen.
  [[nodiscard]] std::optional<TokenUsage> Usage() const;
  /// By name: "container", "usage.service_tier".
  [[nodiscard]] std::vector<Member> Others() const;

 private:
  [[nodiscard]] base::Status TakeStop(base::Json holder);
  void TakeUsage(base::Json usage);
  void TakeOthers(base::Json holder, std::initializer_list<std::string_view> known);

  AnswerChoice stop_;
  std::map<std::string, std::string> usage_;   // member → JSON
  std::map<std::string, std::string> others_;  // path → JSON
};

}  // namespace proviso::protocol::internal::anthropic
