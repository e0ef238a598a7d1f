// One strict JSON reader (RFC 8259) for the whole house, over bytes that it does not copy.
//
// Two parsers that disagree are a way around a gateway, so everything here that reads JSON reads
// it with this one, and what is decided is what is sent: each value knows the bytes it came from.
// Refused: duplicate keys (compared after unescaping), invalid UTF-8, unpaired surrogates,
// control characters in strings, trailing text, a byte order mark, and anything past the limits.
//
//   auto document = JsonDocument::Parse(body);
//   if (!document) return Refuse(400, document.error().message);  // "line 1, column 17: …"
//   const Json model = document->root().Find("model");
//   if (model.is_string()) Use(model.text(), model.begin(), model.end());
//
// A Json is a cursor (two words). It borrows its document; the document borrows the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"

namespace proviso::base {

enum class JsonKind : std::uint8_t { kMissing, kNull, kBool, kNumber, kString, kArray, kObject };

/// Bounds for one parse; the defaults are the house's own (base/limits.h).
struct JsonLimits {
  std::size_t depth_max = kJsonDepthMax;
  std::size_t nodes_max = kJsonNodesMax;
};

namespace internal {
/// One value or key. Children follow their container directly, in order; an object's children
/// alternate key, value. `next` is the index after the whole subtree.
struct JsonNode {
  std::uint32_t begin;
  std::uint32_t end;
  std::uint32_t next;
  JsonKind kind;
  bool escaped;  // a string with at least one backslash
};
}  // namespace internal

class JsonDocument;
class JsonMembers;
class JsonElements;

/// A cursor on one value, or on nothing (`missing()`), so that look-ups chain without checks.
class Json {
 public:
  Json() = default;

  [[nodiscard]] JsonKind kind() const;
  [[nodiscard]] bool missing() const { return document_ == nullptr; }
  [[nodiscard]] bool is_null() const { return kind() == JsonKind::kNull; }
  [[nodiscard]] bool is_bool() const { return kind() == JsonKind::kBool; }
  [[nodiscard]] bool is_number() const { return kind() == JsonKind::kNumber; }
  [[nodiscard]] bool is_string() const { return kind() == JsonKind::kString; }
  [[nodiscard]] bool is_array() const { return kind() == JsonKind::kArray; }
  [[nodiscard]] bool is_object() const { return kind() == JsonKind::kObject; }

  /// Byte offsets of the value in the parsed text; a string's include its quotes.
  [[nodiscard]] std::size_t begin() const;
  [[nodiscard]] std::size_t end() const;
  /// The value's own bytes, exactly as they came.
  [[nodiscard]] std::string_view raw() const;

  /// A string's content, unescaped; empty for any other kind.
  [[nodiscard]] std::string text() const;
  /// Whether this is a string with exactly this content. Allocates only for escaped strings.
  [[nodiscard]] bool equals(std::string_view content) const;
  /// True only for the literal `true`.
  [[nodiscard]] bool is_true() const;
  /// An integer without fraction or exponent that fits 64 bits; nothing otherwise.
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  /// Any number as a double; nothing for another kind.
  [[nodiscard]] std::optional<double> number() const;

  /// The member of an object with this key, or a missing value. Linear in the members.
  [[nodiscard]] Json Find(std::string_view key) const;
  /// Ranges over an array's elements and an object's members; empty for any other kind.
  [[nodiscard]] JsonElements elements() const;
  [[nodiscard]] JsonMembers members() const;
  /// Number of elements or members.
  [[nodiscard]] std::size_t size() const;

  /// Where the value stands, for messages: "line 3, column 12".
  [[nodiscard]] std::string Where() const;

 private:
  friend class JsonDocument;
  friend class JsonElements;
  friend class JsonMembers;
  Json(const JsonDocument* document, std::uint32_t node) : document_(document), node_(node) {}
  [[nodiscard]] const internal::JsonNode& node() const;

  const JsonDocument* document_ = nullptr;
  std::uint32_t node_ = 0;
};

/// A parsed text. Movable; cursors into it die with it, and it dies before its text.
class JsonDocument {
 public:
  /// Parses all of `text` (borrowed). Errors are kInvalid or kLimit with line and column.
  [[nodiscard]] static Result<JsonDocument> Parse(std::string_view text, JsonLimits limits = {});

  /// Invalidated when the document moves.
  [[nodiscard]] Json root() const { return {this, 0}; }
  [[nodiscard]] std::string_view source() const { return text_; }

 private:
  friend class Json;
  friend class JsonElements;
  friend class JsonMembers;
  std::string_view text_;
  std::vector<internal::JsonNode> nodes_;
};

class JsonElements {
 public:
  class Iterator {
   public:
    Iterator(const JsonDocument* document, std::uint32_t node) : document_(document), node_(node) {}
    Json operator*() const;
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return node_ == other.node_; }

   private:
    const JsonDocument* document_;
    std::uint32_t node_;
  };
  explicit JsonElements(Json array) : array_(array) {}
  [[nodiscard]] Iterator begin() const;
  [[nodiscard]] Iterator end() const;

 private:
  Json array_;
};

struct JsonMember {
  Json key;
  Json value;
};

class JsonMembers {
 public:
  class Iterator {
   public:
    Iterator(const JsonDocument* document, std::uint32_t node) : document_(document), node_(node) {}
    JsonMember operator*() const;
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return node_ == other.node_; }

   private:
    const JsonDocument* document_;
    std::uint32_t node_;
  };
  explicit JsonMembers(Json object) : object_(object) {}
  [[nodiscard]] Iterator begin() const;
  [[nodiscard]] Iterator end() const;

 private:
  Json object_;
};

}  // namespace proviso::base
