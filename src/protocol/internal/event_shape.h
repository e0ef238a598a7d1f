// A proof, cheaper than parsing, that an event only carries more text.
//
// After one event has been parsed in full and found to carry nothing but text, its bytes are kept
// with holes where the text stood. A later event that has exactly the same bytes around the holes,
// and inside each a valid JSON string (or, where an event numbers itself, a number), is the same JSON
// value with other text: it needs no parse.
// Nothing is guessed: another space, escape, member or order simply does not match, and is parsed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::protocol::internal {

class EventShape {
 public:
  enum class Content : std::uint8_t {
    kText,     ///< The inside of a JSON string, without its quotes; its size counts.
    kPadding,  ///< The same, and does not count.
    kNumber,   ///< A whole number without sign, of at most 15 digits.
  };
  /// A range of the event's bytes.
  struct Hole {
    std::size_t begin;
    std::size_t end;
    Content content;
  };

  struct Match {
    std::size_t bytes;       ///< The event's size.
    std::size_t text_bytes;  ///< The counted holes' size, unescaped.
  };

  /// Remembers this event's shape. Holes in order.
  void Learn(std::string_view event, std::span<const Hole> holes);
  void Forget() { literals_.clear(); }

  /// Whether `bytes` begin with an event of the shape. Nothing also when the event is not all
  /// there, or has \u escapes: then it must be parsed.
  [[nodiscard]] std::optional<Match> Find(std::string_view bytes) const;

 private:
  std::vector<std::string> literals_;  // one more than holes
  std::vector<Content> contents_;
};

}  // namespace proviso::protocol::internal
