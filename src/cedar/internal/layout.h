// A text whose line breaks are still open, and the choice of them: Wadler's "prettier printer", as a
// stream of instructions. A group is printed on one line if it fits (up to the next place behind it where
// the line may end); else each of its own breaks is a new line, and the groups inside choose for themselves.
//
// Comments run to the end of their line, so each makes a break: one at the end of a line, before the next
// text; one before a token, on lines of its own. Neither breaks the group that it stands at the end or at
// the beginning of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cedar/format.h"

namespace proviso::cedar::internal {

class Layout {
 public:
  /// All text is borrowed until Render.
  void Text(std::string_view text) { Add(Kind::kText, text); }
  void Space() { Add(Kind::kSpace); }
  /// A space, or a new line.
  void Line() { Add(Kind::kLine); }
  /// Nothing, or a new line.
  void SoftLine() { Add(Kind::kSoftLine); }
  /// A new line, always. Two in a row are one.
  void HardLine() { Add(Kind::kHardLine); }
  /// An empty line, between paragraphs.
  void BlankLine() { Add(Kind::kBlankLine); }
  void CommentBefore(std::string_view comment) { Add(Kind::kCommentBefore, comment); }
  void CommentAtEnd(std::string_view comment) { Add(Kind::kCommentAtEnd, comment); }

  void BeginGroup() { EndLater(Reserve()); }
  void EndGroup() { EndReserved(open_.back()), open_.pop_back(); }
  /// Lines that begin inside are indented by `width` more.
  void BeginNest(std::size_t width) { Add(Kind::kBeginNest), instructions_.back().number = width; }
  void EndNest() { Add(Kind::kEndNest); }

  /// A place where a group may turn out to begin, and the end of that group: for what is known to be a
  /// group only after its first part.
  [[nodiscard]] std::size_t Reserve();
  void EndReserved(std::size_t place);

  /// The text, ending with a new line unless empty. Fails with kLimit past kTextBytesMax.
  [[nodiscard]] base::Result<std::string> Render(const FormatOptions& options) const;

 private:
  friend class LayoutRenderer;
  enum class Kind : std::uint8_t {
    kNothing,
    kText,
    kSpace,
    kLine,
    kSoftLine,
    kHardLine,
    kBlankLine,
    kCommentBefore,
    kCommentAtEnd,
    kBeginGroup,
    kEndGroup,
    kBeginNest,
    kEndNest
  };
  struct Instruction {
    Kind kind;
    std::string_view text;
    std::size_t number;  ///< of kText the characters, of kBeginNest the width, of kBeginGroup its end's index
  };
  void Add(Kind kind, std::string_view text = {});
  void EndLater(std::size_t place) { open_.push_back(place); }

  std::vector<Instruction> instructions_;
  std::vector<std::size_t> open_;  ///< where the groups that are open began
};

}  // namespace proviso::cedar::internal
