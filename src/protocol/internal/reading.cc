#include "protocol/internal/reading.h"

#include <algorithm>

#include "protocol/limits.h"

namespace proviso::protocol::internal {
namespace {

using base::ErrorCode;
using base::Json;

/// Folds letters as the most lenient JSON decoders do.
std::string Fold(std::string_view name) {
  std::string folded;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (name.substr(i).starts_with("\xC5\xBF")) {
      folded.push_back('s');
      i += 1;
    } else if (name.substr(i).starts_with("\xE2\x84\xAA")) {
      folded.push_back('k');
      i += 2;
    } else {
      folded.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
  }
  return folded;
}

/// Whether `name`, which is ASCII, folds to `folded`.
bool IsFoldOf(std::string_view folded, std::string_view name) {
  return std::ranges::equal(folded, name, {}, {}, [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
}

bool IsPlain(std::string_view raw) {
  return std::ranges::all_of(raw, [](char c) { return (c >= 'a' && c <= 'z') || c == '_' || c == '"'; });
}

}  // namespace

std::unexpected<base::Error> Broken(std::string_view where, std::string_view what) {
  return base::Fail(ErrorCode::kCorrupt,
                    "the provider's answer: " + std::string(where) + ": " + std::string(what));
}

base::Result<base::JsonDocument> ParseAnswerJson(std::string_view text, std::string_view where) {
  auto document = base::JsonDocument::Parse(text, {.depth_max = kDepthMax, .nodes_max = base::kJsonNodesMax});
  if (!document) {
    if (document.error().code == ErrorCode::kLimit) return base::Within(where, document.error());
    return Broken(where, document.error().message);
  }
  if (!document->root().is_object()) return Broken(where, "not a JSON object");
  return document;
}

std::string DisguisedMember(Json object, std::initializer_list<std::string_view> names) {
  const bool names_are_plain = std::ranges::all_of(names, IsPlain);
  for (const base::JsonMember member : object.members()) {
    if (names_are_plain && IsPlain(member.key.raw())) continue;
    const std::string key = member.key.text();
    if (std::ranges::find(names, key) != names.end()) continue;
    const std::string folded = Fold(key);
    if (std::ranges::any_of(names, [&](std::string_view name) { return IsFoldOf(folded, name); })) return key;
  }
  return "";
}

base::Status CheckNames(Json object, std::initializer_list<std::string_view> names, std::string_view where) {
  const std::string disguised = DisguisedMember(object, names);
  if (disguised.empty()) return {};
  return Broken(where, "the member \"" + disguised + "\" differs from a known one only by letter case");
}

std::int64_t CountOf(Json object, std::string_view key) {
  const auto value = object.Find(key).integer();
  return value && *value > 0 ? *value : 0;
}

std::string Shorten(std::string text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t cut = bytes_max;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) --cut;
  text.resize(cut);
  return text;
}

std::unexpected<base::Error> ProviderError(Json error) {
  constexpr std::size_t kWordsBytesMax = 300;
  constexpr std::size_t kTypeBytesMax = 64;
  const Json message = error.is_object() ? error.Find("message") : error;
  const std::string words = Shorten(message.text(), kWordsBytesMax);
  const std::string type = Shorten(error.Find("type").text(), kTypeBytesMax);
  return base::Fail(ErrorCode::kUnavailable, "the provider reported an error" +
                                                 (type.empty() ? "" : " (" + type + ")") +
                                                 (words.empty() ? "" : ": " + words));
}

std::string At(std::string_view path, std::size_t index) {
  return std::string(path) + "[" + std::to_string(index) + "]";
}

}  // namespace proviso::protocol::internal
