#include "cedar/internal/layout.h"

#include <algorithm>

#include "cedar/limits.h"

namespace proviso::cedar::internal {

std::size_t Layout::Reserve() {
  Add(Kind::kNothing);
  return instructions_.size() - 1;
}

void Layout::EndReserved(std::size_t place) {
  instructions_[place].kind = Kind::kBeginGroup;
  instructions_[place].number = instructions_.size();
  Add(Kind::kEndGroup);
}

void Layout::Add(Kind kind, std::string_view text) {
  const auto begins_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; };
  const auto characters = static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
  instructions_.push_back({kind, text, characters});
}

class LayoutRenderer {
 public:
  LayoutRenderer(const Layout& layout, const FormatOptions& options)
      : instructions_(layout.instructions_), line_width_(options.line_width) {}

  base::Result<std::string> Run() {
    for (std::size_t at = 0; at < instructions_.size(); ++at) {
      Put(at);
      if (out_.size() > kTextBytesMax) {
        return base::Fail(base::ErrorCode::kLimit, "the formatted text would be longer than " +
                                                       std::to_string(kTextBytesMax) +
                                                       " bytes; split it, or indent less");
      }
    }
    NewLine();
    return std::move(out_);
  }

 private:
  using Kind = Layout::Kind;
  enum class Mode : std::uint8_t { kFlat, kBroken };

  [[nodiscard]] bool Broken() const { return modes_.empty() || modes_.back() == Mode::kBroken; }
  [[nodiscard]] std::size_t Indent() const { return indents_.empty() ? 0 : indents_.back(); }

  void Put(std::size_t at) {
    const Layout::Instruction& instruction = instructions_[at];
    switch (instruction.kind) {
      case Kind::kNothing:
        return;
      case Kind::kText:
        return PutText(instruction.text, instruction.number);
      case Kind::kSpace:
        ++spaces_;
        return;
      case Kind::kLine:
        return Broken() ? NewLine() : void(++spaces_);
      case Kind::kSoftLine:
        return Broken() ? NewLine() : void();
      case Kind::kHardLine:
        return NewLine();
      case Kind::kBlankLine:
        NewLine();
        if (!out_.empty()) out_ += '\n';
        return;
      case Kind::kCommentBefore:
        NewLine();
        PutText(instruction.text, instruction.number);
        return NewLine();
      case Kind::kCommentAtEnd:
        spaces_ = 1;
        PutText(instruction.text, instruction.number);
        must_break_ = true;
        return;
      case Kind::kBeginGroup:
        modes_.push_back(Broken() && !Fits(at) ? Mode::kBroken : Broken() ? Mode::kFlat : modes_.back());
        return;
      case Kind::kEndGroup:
        modes_.pop_back();
        return;
      case Kind::kBeginNest:
        indents_.push_back(Indent() + instruction.number);
        return;
      case Kind::kEndNest:
        indents_.pop_back();
        return;
    }
  }

  /// Spaces are written only before text, so that no line ends with one.
  void PutText(std::string_view text, std::size_t characters) {
    if (must_break_) NewLine();
    column_ = Column() + characters;
    out_.append(line_empty_ ? line_indent_ : spaces_, ' ');
    out_ += text;
    line_empty_ = false;
    spaces_ = 0;
  }

  /// Where the next text would begin.
  [[nodiscard]] std::size_t Column() const {
    if (must_break_) return Indent();
    return line_empty_ ? line_indent_ : column_ + spaces_;
  }

  void NewLine() {
    if (!line_empty_) out_ += '\n';
    line_empty_ = true;
    line_indent_ = Indent();
    must_break_ = false;
    spaces_ = 0;
  }

  /// Whether the group that begins at `begin`, on one line, and what follows up to the next break, stays
  /// within the width.
  [[nodiscard]] bool Fits(std::size_t begin) const {
    const std::size_t end = instructions_[begin].number;
    std::size_t column = Column();
    bool any_text = false;
    bool comment_ended_line = false;
    for (std::size_t at = begin + 1; at < instructions_.size(); ++at) {
      const Layout::Instruction& instruction = instructions_[at];
      const bool inside = at < end;
      if (!inside && comment_ended_line) return true;
      switch (instruction.kind) {
        case Kind::kText:
          if (comment_ended_line) return false;
          column += instruction.number;
          if (column > line_width_) return false;
          any_text = true;
          break;
        case Kind::kLine:
        case Kind::kSoftLine:
          if (!inside) return true;
          column += instruction.kind == Kind::kLine ? 1 : 0;
          break;
        case Kind::kSpace:
          ++column;
          break;
        case Kind::kHardLine:
        case Kind::kBlankLine:
          return !inside;
        case Kind::kCommentBefore:
          if (any_text) return !inside;
          break;
        case Kind::kCommentAtEnd:
          comment_ended_line = true;
          break;
        case Kind::kNothing:
        case Kind::kBeginGroup:
        case Kind::kEndGroup:
        case Kind::kBeginNest:
        case Kind::kEndNest:
          break;
      }
    }
    return true;
  }

  const std::vector<Layout::Instruction>& instructions_;
  std::size_t line_width_;
  std::string out_;
  std::vector<Mode> modes_;
  std::vector<std::size_t> indents_;
  std::size_t column_ = 0;
  std::size_t line_indent_ = 0;
  std::size_t spaces_ = 0;
  bool line_empty_ = true;
  bool must_break_ = false;
};

base::Result<std::string> Layout::Render(const FormatOptions& options) const {
  return LayoutRenderer(*this, options).Run();
}

}  // namespace proviso::cedar::internal
