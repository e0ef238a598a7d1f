#include "cedar/internal/commented_tokens.h"

#include <algorithm>

namespace proviso::cedar::internal {
namespace {

constexpr std::string_view kLineEnds = "\r\n";

/// Takes the next comment of a gap, which is white space and comments; empty if there is none.
std::string_view TakeComment(std::string_view& gap) {
  const std::size_t begin = std::min(gap.find("//"), gap.size());
  const std::size_t end = std::min(gap.find_first_of(kLineEnds, begin), gap.size());
  const std::string_view comment = gap.substr(begin, end - begin);
  gap.remove_prefix(end);
  return comment.substr(0, comment.find_last_not_of(" \t\v\f") + 1);
}

}  // namespace

std::vector<CommentedToken> LexWithComments(std::string_view text) {
  const LexedText lexed = Lex(text);
  std::vector<CommentedToken> tokens;
  tokens.reserve(lexed.tokens.size());
  std::size_t gap_begin = 0;
  for (const Token& token : lexed.tokens) {
    const bool last = token.kind == TokenKind::kEnd;
    const std::size_t begin = last ? text.size() : static_cast<std::size_t>(token.text.data() - text.data());
    std::string_view gap = text.substr(gap_begin, begin - gap_begin);
    gap_begin = begin + token.text.size();
    CommentedToken found{.kind = token.kind, .text = token.text, .before = {}, .at_end = {}};
    if (!tokens.empty() && gap.find("//") < gap.find_first_of(kLineEnds)) {
      tokens.back().at_end = TakeComment(gap);
    }
    for (auto comment = TakeComment(gap); !comment.empty(); comment = TakeComment(gap)) {
      found.before.push_back(comment);
    }
    tokens.push_back(std::move(found));
  }
  return tokens;
}

std::vector<std::string_view> CommentsOf(const std::vector<CommentedToken>& tokens) {
  std::vector<std::string_view> comments;
  for (const CommentedToken& token : tokens) {
    comments.insert(comments.end(), token.before.begin(), token.before.end());
    if (!token.at_end.empty()) comments.push_back(token.at_end);
  }
  return comments;
}

}  // namespace proviso::cedar::internal
