#include "protocol/internal/schema/references.h"

#include <charconv>
#include <optional>
#include <set>

namespace proviso::protocol::internal::schema {
namespace {

/// Percent-decoding, then ~1 and ~0.
std::optional<std::string> Unescape(std::string_view token) {
  std::string decoded;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '%') {
      decoded.push_back(token[i]);
      continue;
    }
    unsigned byte = 0;
    if (i + 2 >= token.size()) return std::nullopt;
    const auto [end, error] = std::from_chars(token.data() + i + 1, token.data() + i + 3, byte, 16);
    if (error != std::errc() || end != token.data() + i + 3) return std::nullopt;
    decoded.push_back(static_cast<char>(byte));
    i += 2;
  }
  std::string plain;
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    const bool escape = decoded[i] == '~' && i + 1 < decoded.size();
    if (escape && (decoded[i + 1] == '0' || decoded[i + 1] == '1')) {
      plain.push_back(decoded[++i] == '1' ? '/' : '~');
    } else {
      plain.push_back(decoded[i]);
    }
  }
  return plain;
}

const Value* Step(const Value& value, std::string_view token) {
  const auto name = Unescape(token);
  if (!name) return nullptr;
  if (value.is_object()) return value.Find(*name);
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(name->data(), name->data() + name->size(), index);
  if (error != std::errc() || end != name->data() + name->size()) return nullptr;
  return index < value.items.size() ? &value.items[index] : nullptr;
}

}  // namespace

const Value* Resolve(const Value& root, std::string_view reference) {
  if (!reference.starts_with('#')) return nullptr;
  reference.remove_prefix(1);
  const Value* value = &root;
  while (value != nullptr && !reference.empty()) {
    if (reference.front() != '/') return nullptr;
    reference.remove_prefix(1);
    const std::size_t end = reference.find('/');
    value = Step(*value, reference.substr(0, end));
    reference = end == std::string_view::npos ? std::string_view() : reference.substr(end);
  }
  return value;
}

bool IsRecursive(const Value& root, std::string_view reference) {
  // Each reference is followed once; no call stack, for a chain of them may be long.
  std::set<std::string_view> followed;
  std::vector<const Value*> open = {Resolve(root, reference)};
  while (!open.empty()) {
    const Value* value = open.back();
    open.pop_back();
    if (value == nullptr) continue;
    if (const Value* next = value->Find("$ref"); next != nullptr && next->is_string()) {
      if (next->text == reference) return true;
      if (followed.insert(next->text).second) open.push_back(Resolve(root, next->text));
    }
    for (const Value& item : value->items) open.push_back(&item);
    for (const auto& [key, member] : value->members) open.push_back(&member);
  }
  return false;
}

}  // namespace proviso::protocol::internal::schema
