// What an answer says besides its blocks: why it stopped, what it used, and what only Converse has.
// The same members stand in a whole answer, in messageStop and in metadata.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "protocol/exchange.h"

namespace proviso::protocol::internal::converse {

class AnswerFacts {
 public:
  /// Takes the members of a whole answer, or of either event. `output` is left to the caller.
  void Take(base::Json holder);

  [[nodiscard]] bool stopped() const { return !stop_.stop_raw.empty(); }
  [[nodiscard]] const AnswerChoice& stop() const { return stop_; }  ///< Without blocks.
  [[nodiscard]] const std::optional<TokenUsage>& usage() const { return usage_; }
  /// "" unless a router chose the model and says which.
  [[nodiscard]] const std::string& model() const { return model_; }
  /// Sorted, so that an answer is the same streamed and whole.
  [[nodiscard]] std::vector<Member> Others() const;

 private:
  AnswerChoice stop_;
  std::optional<TokenUsage> usage_;
  std::string model_;
  std::vector<Member> others_;
};

}  // namespace proviso::protocol::internal::converse
