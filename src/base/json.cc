#include "base/json.h"

#include <charconv>

#include "base/internal/json_text.h"

namespace proviso::base {

const internal::JsonNode& Json::node() const {
  return document_->nodes_[node_];
}

JsonKind Json::kind() const {
  return missing() ? JsonKind::kMissing : node().kind;
}

std::size_t Json::begin() const {
  return missing() ? 0 : node().begin;
}

std::size_t Json::end() const {
  return missing() ? 0 : node().end;
}

std::string_view Json::raw() const {
  if (missing()) return {};
  return document_->text_.substr(node().begin, node().end - node().begin);
}

std::string Json::text() const {
  if (!is_string()) return {};
  const std::string_view inside = raw().substr(1, raw().size() - 2);
  return node().escaped ? internal::Unescape(inside) : std::string(inside);
}

bool Json::equals(std::string_view content) const {
  if (!is_string()) return false;
  if (node().escaped) return text() == content;
  return raw().substr(1, raw().size() - 2) == content;
}

bool Json::is_true() const {
  return is_bool() && raw() == "true";
}

std::optional<std::int64_t> Json::integer() const {
  if (!is_number()) return std::nullopt;
  const std::string_view digits = raw();
  std::int64_t value = 0;
  const auto [at, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failure != std::errc() || at != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<double> Json::number() const {
  if (!is_number()) return std::nullopt;
  const std::string_view digits = raw();
  double value = 0;
  const auto [at, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failure != std::errc() || at != digits.data() + digits.size()) return std::nullopt;
  return value;
}

Json Json::Find(std::string_view key) const {
  for (const JsonMember member : members()) {
    if (member.key.equals(key)) return member.value;
  }
  return {};
}

JsonElements Json::elements() const {
  return JsonElements(is_array() ? *this : Json());
}

JsonMembers Json::members() const {
  return JsonMembers(is_object() ? *this : Json());
}

std::size_t Json::size() const {
  std::size_t count = 0;
  if (is_array()) {
    for ([[maybe_unused]] const Json element : elements()) ++count;
  }
  for ([[maybe_unused]] const JsonMember member : members()) ++count;
  return count;
}

std::string Json::Where() const {
  return missing() ? "missing" : internal::LineAndColumn(document_->text_, node().begin);
}

Json JsonElements::Iterator::operator*() const {
  return {document_, node_};
}

JsonElements::Iterator& JsonElements::Iterator::operator++() {
  node_ = document_->nodes_[node_].next;
  return *this;
}

JsonElements::Iterator JsonElements::begin() const {
  return {array_.document_, array_.missing() ? 0 : array_.node_ + 1};
}

JsonElements::Iterator JsonElements::end() const {
  return {array_.document_, array_.missing() ? 0 : array_.node().next};
}

JsonMember JsonMembers::Iterator::operator*() const {
  return {Json(document_, node_), Json(document_, node_ + 1)};
}

JsonMembers::Iterator& JsonMembers::Iterator::operator++() {
  node_ = document_->nodes_[node_ + 1].next;
  return *this;
}

JsonMembers::Iterator JsonMembers::begin() const {
  return {object_.document_, object_.missing() ? 0 : object_.node_ + 1};
}

JsonMembers::Iterator JsonMembers::end() const {
  return {object_.document_, object_.missing() ? 0 : object_.node().next};
}

}  // namespace proviso::base
