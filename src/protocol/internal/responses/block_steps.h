// One block as it grows on a stream, and the steps that tell it.
#pragma once

#include <string_view>
#include <vector>

#include "protocol/exchange.h"

namespace proviso::protocol::internal {

/// Remembers what was told of the open block, so that its end tells only what was not.
class BlockSteps {
 public:
  [[nodiscard]] bool open() const { return open_; }
  /// What was told so far of the open block.
  [[nodiscard]] const Block& told() const { return told_; }

  /// Begins a block; `begin` holds what is known at once, without text.
  void Begin(Block begin, std::vector<AnswerDelta>& out);
  void Text(std::string_view text, std::vector<AnswerDelta>& out);
  void Cite(Citation citation, std::vector<AnswerDelta>& out);
  /// Ends the block as `whole` says: tells what is missing, or the whole block when something else had
  /// been told.
  void End(const Block& whole, std::vector<AnswerDelta>& out);
  /// Ends it as it stands.
  void Cut(std::vector<AnswerDelta>& out);

 private:
  void Sign(std::string_view signature, std::vector<AnswerDelta>& out);
  void TellMissing(const Block& whole, std::vector<AnswerDelta>& out);

  bool open_ = false;
  Block told_;
};

}  // namespace proviso::protocol::internal
