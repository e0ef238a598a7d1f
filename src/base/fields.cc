#include "base/fields.h"

#include <algorithm>
#include <numeric>

namespace proviso::base {
namespace {

std::size_t EditDistance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t k = 1; k <= right.size(); ++k) {
      const std::size_t substitute = diagonal + (left[i - 1] == right[k - 1] ? 0 : 1);
      diagonal = row[k];
      row[k] = std::min({row[k] + 1, row[k - 1] + 1, substitute});
    }
  }
  return row.back();
}

}  // namespace

std::string DidYouMean(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr std::size_t kLongestWord = 64;
  if (word.size() > kLongestWord) return "";
  std::string best;
  std::size_t best_distance = word.size() / 3 + 2;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = EditDistance(word, candidate);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = candidate;
  }
  return best;
}

std::string JoinLines(const std::vector<std::string>& lines) {
  std::string joined;
  for (const std::string& line : lines) {
    if (!joined.empty()) joined.push_back('\n');
    joined += line;
  }
  return joined;
}

Fields::Fields(Json table, std::string path, std::vector<std::string>& errors)
    : table_(table), path_(std::move(path)), errors_(errors) {
  if (!table_.missing() && !table_.is_object()) {
    errors_.push_back(path_ + ": must be a table");
    table_ = {};
  }
}

std::string Fields::PathOf(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

void Fields::Error(std::string_view key, std::string_view what) {
  errors_.push_back(PathOf(key) + ": " + std::string(what));
}

Json Fields::Any(std::string_view key) {
  asked_.emplace_back(key);
  return table_.Find(key);
}

bool Fields::Has(std::string_view key) {
  return !Any(key).missing();
}

std::string Fields::Text(std::string_view key, std::string_view otherwise) {
  const Json value = Any(key);
  if (value.missing()) return std::string(otherwise);
  if (!value.is_string()) Error(key, "must be a text in quotes");
  return value.text();
}

std::string Fields::RequiredText(std::string_view key) {
  std::string text = Text(key, "");
  if (text.empty() && (Any(key).missing() || Any(key).is_string())) Error(key, "is missing or empty");
  return text;
}

std::int64_t Fields::Integer(std::string_view key, std::int64_t otherwise, std::int64_t least,
                             std::int64_t most) {
  const Json value = Any(key);
  if (value.missing()) return otherwise;
  const auto number = value.integer();
  if (!number || *number < least || *number > most) {
    Error(key, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return otherwise;
  }
  return *number;
}

bool Fields::Boolean(std::string_view key, bool otherwise) {
  const Json value = Any(key);
  if (value.missing()) return otherwise;
  if (!value.is_bool()) Error(key, "must be true or false");
  return value.is_true();
}

std::vector<std::string> Fields::Texts(std::string_view key) {
  const Json value = Any(key);
  std::vector<std::string> texts;
  if (value.missing()) return texts;
  if (!value.is_array()) Error(key, "must be a list of texts");
  for (const Json element : value.elements()) {
    if (!element.is_string()) Error(key, "must be a list of texts");
    texts.push_back(element.text());
  }
  return texts;
}

std::string Fields::Choice(std::string_view key, std::string_view otherwise,
                           const std::vector<std::string_view>& choices) {
  std::string text = Text(key, otherwise);
  if (std::ranges::find(choices, text) != choices.end()) return text;
  std::string listed;
  for (const std::string_view choice : choices) listed += (listed.empty() ? "" : ", ") + std::string(choice);
  Error(key, "must be one of: " + listed);
  return std::string(otherwise);
}

Json Fields::Table(std::string_view key) {
  const Json value = Any(key);
  if (value.missing() || value.is_object()) return value;
  Error(key, "must be a table");
  return {};
}

std::vector<Json> Fields::Tables(std::string_view key) {
  const Json value = Any(key);
  std::vector<Json> tables;
  if (value.missing()) return tables;
  if (!value.is_array()) Error(key, "must be an array of tables, [[" + PathOf(key) + "]]");
  for (const Json element : value.elements()) {
    if (element.is_object()) {
      tables.push_back(element);
    } else {
      Error(key, "must be an array of tables, [[" + PathOf(key) + "]]");
    }
  }
  return tables;
}

void Fields::RefuseOthers() {
  for (const JsonMember member : table_.members()) {
    const std::string key = member.key.text();
    if (std::ranges::find(asked_, key) != asked_.end()) continue;
    const std::string meant = DidYouMean(key, asked_);
    Error(key, meant.empty() ? "unknown key" : "unknown key; did you mean " + meant + "?");
  }
}

}  // namespace proviso::base
