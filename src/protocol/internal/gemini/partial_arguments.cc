#include "protocol/internal/gemini/partial_arguments.h"

#include <charconv>
#include <map>
#include <vector>

#include "base/json_writer.h"
#include "protocol/internal/gemini/names.h"
#include "protocol/internal/reading.h"
#include "protocol/limits.h"

namespace proviso::protocol::internal::gemini {

using base::Result;
using base::Status;

struct PartialArguments::Node {
  enum class Kind : std::uint8_t { kNew, kObject, kArray, kString, kOther };
  Kind kind = Kind::kNew;
  std::string text;                                                     // of a string, or the JSON of kOther
  bool open = false;                                                    // a string that goes on
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> children;  // keys are "" in an array
  std::map<std::string, std::size_t, std::less<>> places;               // of an object's keys
};

PartialArguments::PartialArguments() : root_(std::make_unique<Node>()) {
  root_->kind = Node::Kind::kObject;
}
PartialArguments::~PartialArguments() = default;
PartialArguments::PartialArguments(PartialArguments&&) noexcept = default;
PartialArguments& PartialArguments::operator=(PartialArguments&&) noexcept = default;

namespace {

/// One step of a path: a member's name, or an element's index.
struct Segment {
  std::string name;
  std::optional<std::size_t> index;
};

/// "'it\'s'" at the start of `path`; advances past the closing quote.
std::optional<std::string> TakeQuoted(std::string_view& path) {
  const char quote = path.front();
  std::string name;
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (path[i] == quote) {
      path.remove_prefix(i + 1);
      return name;
    }
    if (path[i] == '\\' && ++i == path.size()) return std::nullopt;
    name.push_back(path[i]);
  }
  return std::nullopt;
}

std::optional<Segment> TakeBracket(std::string_view& path) {
  path.remove_prefix(1);
  Segment segment;
  if (path.starts_with('\'') || path.starts_with('"')) {
    auto name = TakeQuoted(path);
    if (!name) return std::nullopt;
    segment.name = std::move(*name);
  } else {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), index);
    if (error != std::errc()) return std::nullopt;
    path.remove_prefix(static_cast<std::size_t>(end - path.data()));
    segment.index = index;
  }
  if (!path.starts_with(']')) return std::nullopt;
  path.remove_prefix(1);
  return segment;
}

/// Takes the next step off a path that is not empty.
std::optional<Segment> TakeSegment(std::string_view& path) {
  if (path.starts_with('[')) return TakeBracket(path);
  if (!path.starts_with('.')) return std::nullopt;
  path.remove_prefix(1);
  const std::size_t end = std::min(path.find_first_of(".["), path.size());
  if (end == 0) return std::nullopt;
  Segment segment{.name = std::string(path.substr(0, end)), .index = std::nullopt};
  path.remove_prefix(end);
  return segment;
}

}  // namespace

Result<PartialArguments::Node*> PartialArguments::Step(Node& from, std::string_view& path,
                                                       std::string_view where) {
  const auto segment = TakeSegment(path);
  if (!segment) return Broken(where, "a jsonPath that is no path");
  const auto wanted = segment->index ? Node::Kind::kArray : Node::Kind::kObject;
  if (from.kind == Node::Kind::kNew) from.kind = wanted;
  if (from.kind != wanted) return Broken(where, "a jsonPath through a value of another kind");
  if (segment->index) {
    if (*segment->index < from.children.size()) return from.children[*segment->index].second.get();
    if (*segment->index > from.children.size()) return Broken(where, "a jsonPath that leaves elements out");
  } else if (const auto known = from.places.find(segment->name); known != from.places.end()) {
    return from.children[known->second].second.get();
  }
  if (++nodes_ > kPartialArgumentsMax) {
    return base::Fail(base::ErrorCode::kLimit, "the provider's answer: " + std::string(where) +
                                                   ": arguments of more than " +
                                                   std::to_string(kPartialArgumentsMax) + " values");
  }
  if (!segment->index) from.places.emplace(segment->name, from.children.size());
  from.children.emplace_back(segment->name, std::make_unique<Node>());
  return from.children.back().second.get();
}

Result<PartialArguments::Node*> PartialArguments::Follow(std::string_view path, std::string_view where) {
  if (!path.starts_with('$') || path.size() == 1) return Broken(where, "a jsonPath that is no path");
  path.remove_prefix(1);
  Node* node = root_.get();
  for (std::size_t depth = 0; !path.empty(); ++depth) {
    if (depth == kDepthMax) return Broken(where, "a jsonPath deeper than the limit");
    const auto next = Step(*node, path, where);
    if (!next) return next;
    node = *next;
  }
  return node;
}

Status PartialArguments::Add(base::Json piece, std::string_view where) {
  if (!piece.is_object()) return Broken(where, "not an object");
  if (auto names = CheckAnswer(
          piece, {"jsonPath", "stringValue", "numberValue", "boolValue", "nullValue", "willContinue"}, where);
      !names)
    return names;
  base::Json value;
  std::size_t values = 0;
  for (const std::string_view name : {"stringValue", "numberValue", "boolValue", "nullValue"}) {
    if (piece.Find(name).missing()) continue;
    value = piece.Find(name);
    ++values;
  }
  if (values > 1) return Broken(where, "two values in one piece");
  const bool goes_on = piece.Find("willContinue").is_true();
  if (values == 0 && goes_on) return {};  // a value is yet to come
  const auto node = Follow(piece.Find("jsonPath").text(), where);
  if (!node) return std::unexpected(node.error());
  Node& place = **node;
  if (values == 0) {  // the string there is done
    if (!place.open) return Broken(where, "a piece without a value");
    place.open = false;
    return {};
  }
  const bool fits = place.kind == Node::Kind::kNew ||
                    (place.kind == Node::Kind::kString && place.open && value.is_string());
  if (!fits) return Broken(where, "a second value for " + piece.Find("jsonPath").text());
  if (!piece.Find("stringValue").missing()) {
    if (!value.is_string()) return Broken(where, "a stringValue that is not a string");
    place.kind = Node::Kind::kString;
    place.text += value.text();
    place.open = goes_on;
    return {};
  }
  place.kind = Node::Kind::kOther;
  if (!piece.Find("nullValue").missing()) {
    place.text = "null";
  } else if (value.is_number() || value.is_bool()) {
    place.text = std::string(value.raw());
  } else {
    return Broken(where, "neither a string, a number, true, false nor null");
  }
  return {};
}

Status PartialArguments::Write(const Node& node, std::string_view where, std::string& out) {
  switch (node.kind) {
    case Node::Kind::kNew:
      out.append("null");
      return {};
    case Node::Kind::kString:
      if (node.open) return Broken(where, "the call ends inside a string of its arguments");
      base::AppendJsonString(out, node.text);
      return {};
    case Node::Kind::kOther:
      out.append(node.text);
      return {};
    case Node::Kind::kObject:
    case Node::Kind::kArray:
      break;
  }
  const bool object = node.kind == Node::Kind::kObject;
  out.push_back(object ? '{' : '[');
  bool first = true;
  for (const auto& [key, child] : node.children) {
    if (!first) out.push_back(',');
    first = false;
    if (object) {
      base::AppendJsonString(out, key);
      out.push_back(':');
    }
    if (auto written = Write(*child, where, out); !written) return written;
  }
  out.push_back(object ? '}' : ']');
  return {};
}

Result<std::string> PartialArguments::Json(std::string_view where) const {
  std::string out;
  if (auto written = Write(*root_, where, out); !written) return std::unexpected(written.error());
  return out;
}

}  // namespace proviso::protocol::internal::gemini
