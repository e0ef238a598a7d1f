#include "terms/internal/package_checks.h"

#include <algorithm>

#include "base/fields.h"
#include "terms/explain.h"
#include "terms/finding.h"
#include "terms/internal/agreement_checks.h"
#include "terms/limits.h"
#include "terms/schema.h"

namespace proviso::terms::internal {
namespace {

std::string DidYouMean(std::string_view word, const std::vector<std::string>& known) {
  const std::string meant = base::DidYouMean(word, known);
  return meant.empty() ? "" : "; did you mean " + meant + "?";
}

const FactDeclaration* Declared(const Agreement& agreement, std::string_view fact) {
  const auto found = std::ranges::find(agreement.facts, fact, &FactDeclaration::name);
  return found == agreement.facts.end() ? nullptr : &*found;
}

/// The source of a fact that schema.cedarschema adds.
std::string SourceOfAdded(const cedar::AttributeType& fact, const Agreement& agreement,
                          std::vector<std::string>& errors) {
  const std::string where = "schema.cedarschema: fact " + fact.name;
  const FactDeclaration* declared = Declared(agreement, fact.name);
  std::string source(fact.FindAnnotation("asserted_by").value_or(""));
  if (source.empty() && declared == nullptr) {
    errors.push_back(where + ": nobody declared who asserts it; write @asserted_by(\"…\") before it");
  } else if (declared != nullptr && !source.empty() && declared->asserted_by != source) {
    errors.push_back(where + " is asserted by \"" + source + "\", and by \"" + declared->asserted_by +
                     "\" in agreement.toml; name its source once");
  } else if (source.empty()) {
    source = declared->asserted_by;
  } else if (auto unknown = UnknownAsserter(agreement, source)) {
    errors.push_back(where + ": " + *unknown);
  }
  return source;
}

}  // namespace

std::map<std::string, std::string, std::less<>> ReadAsserters(const Agreement& agreement,
                                                              const cedar::Schema& schema,
                                                              std::vector<std::string>& errors) {
  std::map<std::string, std::string, std::less<>> asserters;
  const auto facts = schema.common_types().find("Facts");
  if (facts == schema.common_types().end()) return asserters;
  for (const cedar::AttributeType& fact : facts->second->attributes) {
    const FactDeclaration* declared = Declared(agreement, fact.name);
    const auto annotated = fact.FindAnnotation("asserted_by");
    const std::string_view ours = declared != nullptr ? declared->asserted_by : BuiltInSource(fact.name);
    const bool is_written_by_us = !ours.empty() && annotated == ours;
    asserters[fact.name] =
        is_written_by_us ? std::string(*annotated) : SourceOfAdded(fact, agreement, errors);
    if (fact.presence == cedar::Presence::kRequired) {
      errors.push_back("schema.cedarschema: fact " + fact.name + ": must be optional (\"" + fact.name +
                       "?\"), since a request may come without it");
    }
  }
  return asserters;
}

void CheckClause(const Clause& clause, const Agreement& agreement, std::vector<std::string>& errors) {
  const std::vector<std::string>& documents = agreement.order_of_precedence;
  if (!clause.document.empty() && std::ranges::find(documents, clause.document) == documents.end()) {
    errors.push_back(clause.file + ": @document(\"" + clause.document +
                     "\") is not in the agreement's order_of_precedence" +
                     DidYouMean(clause.document, documents));
  }
  std::vector<std::string> known;
  for (const Reference& reference : agreement.references) known.push_back(reference.name);
  for (const std::string& name : clause.references) {
    if (agreement.FindReference(name) != nullptr) continue;
    const std::string meant = DidYouMean(name, known);
    errors.push_back(clause.file + ": @refers_to(\"" + name + "\") is no [[reference]] of agreement.toml" +
                     (meant.empty() ? "; add it there, with the version or date that is meant" : meant));
  }
}

void CheckSubjects(const Package& package, std::vector<std::string>& errors) {
  base::JsonWriter json;
  WriteAcknowledgements(json, package.agreement());
  if (json.Take().size() > kAcknowledgedBytesMax) {
    errors.push_back("agreement.toml: acknowledgement: all of them are more than " +
                     std::to_string(kAcknowledgedBytesMax) +
                     " bytes, which every decision's record would carry");
  }
  std::vector<std::string> known{"generate", "embed", "call_tool", "release", "administer"};
  for (const Clause& clause : package.clauses()) known.push_back(clause.id);
  for (const Safeguard& safeguard : package.safeguards()) known.push_back(safeguard.name);
  for (const Acknowledgement& one : package.agreement().acknowledgements) {
    if (std::ranges::find(known, one.subject) != known.end()) continue;
    errors.push_back("agreement.toml: acknowledgement: subject \"" + one.subject +
                     "\" is no clause, safeguard or act" + DidYouMean(one.subject, known));
  }
}

}  // namespace proviso::terms::internal
