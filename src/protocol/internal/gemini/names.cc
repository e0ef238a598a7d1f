#include "protocol/internal/gemini/names.h"

#include <algorithm>

#include "protocol/internal/reading.h"
#include "protocol/internal/requests.h"

namespace proviso::protocol::internal::gemini {
namespace {

using base::Json;
using base::Status;

bool IsUpper(char c) {
  return c >= 'A' && c <= 'Z';
}

/// Whether `key` is `camel` but for letter case and underscores, as the most lenient decoders fold
/// them (U+017F folds to s and U+212A to k).
bool LooksLike(std::string_view key, std::string_view camel) {
  std::size_t at = 0;
  while (!key.empty()) {
    std::size_t size = 1;
    char c = key.front();
    if (key.starts_with("\xC5\xBF")) {
      c = 's';
      size = 2;
    } else if (key.starts_with("\xE2\x84\xAA")) {
      c = 'k';
      size = 3;
    }
    key.remove_prefix(size);
    if (c == '_') continue;
    const auto lower = [](char letter) { return IsUpper(letter) ? static_cast<char>(letter + 32) : letter; };
    if (at == camel.size() || lower(camel[at]) != lower(c)) return false;
    ++at;
  }
  return at == camel.size();
}

/// The name that `key` is or looks like; "" for none.
std::string_view NameBehind(std::string_view key, Names names) {
  for (const std::string_view name : names) {
    if (LooksLike(key, name)) return name;
  }
  return "";
}

}  // namespace

std::string SnakeOf(std::string_view camel) {
  std::string snake;
  for (const char c : camel) {
    if (IsUpper(c)) snake.push_back('_');
    snake.push_back(IsUpper(c) ? static_cast<char>(c + 32) : c);
  }
  return snake;
}

std::string CamelOf(std::string_view name) {
  std::string camel;
  bool raise = false;
  for (const char c : name) {
    if (c == '_') {
      raise = true;
      continue;
    }
    camel.push_back(raise && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
    raise = false;
  }
  return camel;
}

Json Find(Json object, std::string_view camel) {
  const Json value = object.Find(camel);
  if (!value.missing() || std::ranges::none_of(camel, IsUpper)) return value;
  return object.Find(SnakeOf(camel));
}

Status CheckRequest(Json object, Names names, std::string_view where) {
  for (const base::JsonMember member : object.members()) {
    const std::string key = member.key.text();
    const std::string_view name = NameBehind(key, names);
    if (name.empty() || name == key) continue;
    if (key != SnakeOf(name)) {
      return Malformed(where, "\"" + key + "\" differs from a known member only by its spelling; write \"" +
                                  std::string(name) + "\"");
    }
    if (!object.Find(name).missing()) {
      return Malformed(where, "both \"" + std::string(name) + "\" and \"" + key + "\"; write one of them");
    }
  }
  return {};
}

Status CheckAnswer(Json object, Names names, std::string_view where) {
  for (const base::JsonMember member : object.members()) {
    if (std::ranges::any_of(names, [&](std::string_view name) { return member.key.equals(name); })) continue;
    const std::string key = member.key.text();
    if (NameBehind(key, names).empty()) continue;
    return Broken(where, "the member \"" + key + "\" differs from a known one only by its spelling");
  }
  return {};
}

base::Result<std::vector<Json>> Items(Json value, std::string_view where) {
  std::vector<Json> items;
  if (Absent(value)) return items;
  if (value.is_object()) return std::vector<Json>{value};
  if (!value.is_array()) return Malformed(where, "must be an array");
  items.reserve(value.size());
  for (const Json item : value.elements()) {
    if (!item.is_object()) return Malformed(At(where, items.size()), "must be an object");
    items.push_back(item);
  }
  return items;
}

}  // namespace proviso::protocol::internal::gemini
