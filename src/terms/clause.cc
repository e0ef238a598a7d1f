#include "terms/clause.h"

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include "base/fields.h"
#include "terms/limits.h"

namespace proviso::terms {
namespace {

using cedar::Expression;
using cedar::ExpressionPtr;

constexpr std::array<std::string_view, 7> kAnnotations{"id",   "title",    "source",   "modality",
                                                       "note", "document", "refers_to"};
constexpr std::array<std::string_view, 4> kSafeguardAnnotations{"safeguard", "title", "source", "note"};

/// Collects the first step of every path that begins at `context`. Depth is bounded by the parser.
class FactCollector {
 public:
  void Visit(const ExpressionPtr& expression) {
    if (expression == nullptr) return;
    std::visit([this](const auto& node) { Enter(node); }, expression->node);
  }
  [[nodiscard]] FactsRead Take() const { return {{names_.begin(), names_.end()}, extent_}; }

 private:
  static bool IsContext(const ExpressionPtr& expression) {
    const auto* variable = std::get_if<cedar::Variable>(&expression->node);
    return variable != nullptr && variable->name == cedar::VariableName::kContext;
  }

  void Enter(const cedar::Literal&) {}
  /// Reached only where `context` stands alone: its members are collected one level above.
  void Enter(const cedar::Variable& node) {
    if (node.name == cedar::VariableName::kContext) extent_ = FactsRead::Extent::kWholeContext;
  }
  void Enter(const cedar::Unary& node) { Visit(node.operand); }
  void Enter(const cedar::Binary& node) {
    Visit(node.left);
    Visit(node.right);
  }
  void Enter(const cedar::If& node) {
    Visit(node.condition);
    Visit(node.then_branch);
    Visit(node.else_branch);
  }
  void Enter(const cedar::GetAttribute& node) {
    if (IsContext(node.of)) {
      names_.insert(node.name);
    } else {
      Visit(node.of);
    }
  }
  void Enter(const cedar::HasAttribute& node) {
    if (IsContext(node.of)) {
      names_.insert(node.path.front());
    } else {
      Visit(node.of);
    }
  }
  void Enter(const cedar::Like& node) { Visit(node.of); }
  void Enter(const cedar::Is& node) {
    Visit(node.of);
    Visit(node.container);
  }
  void Enter(const cedar::SetLiteral& node) {
    for (const ExpressionPtr& element : node.elements) Visit(element);
  }
  void Enter(const cedar::RecordLiteral& node) {
    for (const cedar::RecordField& field : node.fields) Visit(field.value);
  }
  void Enter(const cedar::Call& node) {
    for (const ExpressionPtr& argument : node.arguments) Visit(argument);
  }

  std::set<std::string> names_;
  FactsRead::Extent extent_ = FactsRead::Extent::kNamedFacts;
};

/// Ids travel in headers, reports and file names, so they keep to visible ASCII without delimiters.
bool IsClauseId(std::string_view id) {
  return !id.empty() && id.size() <= kClauseIdBytesMax && std::ranges::all_of(id, [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("\"\\,;").find(c) == std::string_view::npos;
  });
}

bool HasControls(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}

void RefuseOtherAnnotations(const cedar::PolicyBody& body, std::span<const std::string_view> allowed,
                            const std::string& file, std::vector<std::string>& errors) {
  const std::vector<std::string> known(allowed.begin(), allowed.end());
  for (const cedar::Annotation& given : body.annotations) {
    if (std::ranges::find(known, given.key) != known.end()) continue;
    const std::string meant = base::DidYouMean(given.key, known);
    errors.push_back(file + ": unknown annotation @" + given.key +
                     (meant.empty() ? "" : "; did you mean @" + meant + "?"));
  }
}

/// Names between commas, without the spaces around them; an empty one stays, and is nobody's name.
std::vector<std::string> Names(std::string_view list) {
  std::vector<std::string> names;
  while (true) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view name = list.substr(0, comma);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    names.emplace_back(name);
    if (comma == list.size()) return names;
    list.remove_prefix(comma + 1);
  }
}

std::string PlaceOf(const cedar::PolicyBody& body) {
  return body.source_name + ":" + std::to_string(body.position.line);
}

}  // namespace

Clause ReadClause(const cedar::Policy& policy, std::vector<std::string>& errors) {
  const cedar::PolicyBody& body = policy.body();
  Clause clause;
  clause.effect = body.effect;
  clause.file = PlaceOf(body);
  const auto annotation = [&policy](std::string_view key) {
    return std::string(policy.FindAnnotation(key).value_or(""));
  };
  clause.id = annotation("id");
  clause.title = annotation("title");
  clause.source = annotation("source");
  if (clause.id.empty()) {
    errors.push_back(clause.file + ": a clause needs a number: add @id(\"…\")");
  } else if (!IsClauseId(clause.id)) {
    errors.push_back(clause.file + ": @id must be 1 to " + std::to_string(kClauseIdBytesMax) +
                     " visible ASCII characters without space, quote, backslash, comma or semicolon");
  }
  if (HasControls(clause.title) || HasControls(clause.source))
    errors.push_back(clause.file + ": @title and @source must be one line each, without control characters");
  if (clause.title.empty()) clause.title = clause.id;
  const std::string modality = policy.FindAnnotation("modality") ? annotation("modality") : "shall";
  if (modality == "should") {
    clause.modality = Modality::kShould;
  } else if (modality != "shall") {
    errors.push_back(clause.file + ": @modality(\"" + modality + "\") must be \"shall\" or \"should\"");
  }
  clause.document = annotation("document");
  if (policy.FindAnnotation("refers_to")) clause.references = Names(annotation("refers_to"));
  RefuseOtherAnnotations(body, kAnnotations, clause.file, errors);
  return clause;
}

Safeguard ReadSafeguard(const cedar::Policy& policy, std::vector<std::string>& errors) {
  const cedar::PolicyBody& body = policy.body();
  const auto annotation = [&policy](std::string_view key) {
    return std::string(policy.FindAnnotation(key).value_or(""));
  };
  Safeguard safeguard{annotation("safeguard"), annotation("source"), PlaceOf(body), annotation("title")};
  const std::string& name = safeguard.name;
  if (name.empty()) {
    errors.push_back(safeguard.file + ": a safeguard needs a name: add @safeguard(\"…\")");
  } else if (name.size() > kSafeguardNameBytesMax || name.starts_with(' ') || name.ends_with(' ') ||
             HasControls(name)) {
    errors.push_back(safeguard.file + ": @safeguard must be one line of at most " +
                     std::to_string(kSafeguardNameBytesMax) + " bytes without spaces around it");
  }
  if (HasControls(safeguard.title) || HasControls(safeguard.source))
    errors.push_back(safeguard.file +
                     ": @title and @source must be one line each, without control characters");
  if (safeguard.title.empty()) safeguard.title = name;
  if (body.effect != cedar::Effect::kPermit) {
    errors.push_back(safeguard.file +
                     ": a safeguard is written as a permit: what it matches may never be permitted");
  }
  RefuseOtherAnnotations(body, kSafeguardAnnotations, safeguard.file, errors);
  return safeguard;
}

FactsRead FactsReadBy(const cedar::Policy& policy) {
  FactCollector collector;
  for (const cedar::Condition& condition : policy.body().conditions) collector.Visit(condition.body);
  return collector.Take();
}

}  // namespace proviso::terms
