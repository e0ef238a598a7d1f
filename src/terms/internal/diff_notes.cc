#include "terms/internal/diff_notes.h"

#include <algorithm>
#include <map>

#include "base/clock.h"
#include "terms/witness_words.h"

namespace proviso::terms::internal {
namespace {

using Texts = std::map<std::string, std::string>;

std::string Name(const std::string& text) {
  return QuotedUnlessPlain(text);
}

std::string Joined(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : ", ") + Name(text);
  return joined.empty() ? "none" : joined;
}

std::string Date(const std::optional<std::int64_t>& ms) {
  return ms ? base::FormatUtc(*ms) : std::string("none");
}

/// "tool x is only in the later agreement", and how those in both differ.
void Compare(const std::string& what, const Texts& before, const Texts& after,
             std::vector<std::string>& notes) {
  for (const auto& [name, text] : before) {
    const auto later = after.find(name);
    if (later == after.end()) {
      notes.push_back(what + " " + Name(name) + " is only in the earlier agreement");
    } else if (later->second != text) {
      notes.push_back(what + " " + Name(name) + ": " + text + " before, " + later->second + " after");
    }
  }
  for (const auto& [name, text] : after) {
    if (!before.contains(name)) notes.push_back(what + " " + Name(name) + " is only in the later agreement");
  }
}

void CompareOne(const std::string& what, const std::string& before, const std::string& after,
                std::vector<std::string>& notes) {
  if (before != after) notes.push_back(what + ": " + before + " before, " + after + " after");
}

Texts Applications(const Agreement& agreement) {
  Texts texts;
  for (const ApplicationTerms& application : agreement.applications) {
    std::vector<std::string> purposes = application.purposes;
    std::ranges::sort(purposes);
    texts[application.id] = "of organization " + Name(application.organization) + " and party " +
                            Name(application.party) + ", purposes " + Joined(purposes);
  }
  return texts;
}

Texts Tools(const Agreement& agreement) {
  Texts texts;
  for (const CatalogueTool& tool : agreement.tools) {
    const std::string name = tool.server.empty() ? tool.name : tool.server + "/" + tool.name;
    texts[name] = "effect " + Name(tool.effect) +
                  (tool.schema_digest.empty() ? ", any schema" : ", schema " + tool.schema_digest);
  }
  return texts;
}

Texts Profiles(const Agreement& agreement) {
  Texts texts;
  for (const ApproverProfile& profile : agreement.approver_profiles)
    texts[profile.name] = std::to_string(profile.count) + " with roles " + Joined(profile.roles);
  return texts;
}

Texts Approvers(const Agreement& agreement) {
  Texts texts;
  for (const NamedApprover& approver : agreement.approvers)
    texts[approver.person] = "roles " + Joined(approver.roles);
  return texts;
}

Texts Issuers(const Agreement& agreement) {
  Texts texts;
  for (const AuthorityIssuer& issuer : agreement.authority_issuers)
    texts[issuer.id] = "key " + issuer.key.Text();
  return texts;
}

/// Types and sources of all facts that some clause of either package could read.
Texts FactsOf(const Package& package) {
  Texts texts;
  const cedar::ActionDeclaration* action = package.schema().FindAction({"Action", "generate"});
  for (const cedar::AttributeType& fact : action->context->attributes) {
    texts[fact.name] =
        fact.type->Text() + ", asserted by " + Name(std::string(package.AsserterOf(fact.name)));
  }
  return texts;
}

Texts Modalities(const Package& package) {
  Texts texts;
  for (const Clause& clause : package.clauses())
    texts[clause.id] = clause.modality == Modality::kShall ? "decides" : "only advises";
  return texts;
}

void NoteCallers(const Agreement& before, const Agreement& after, std::vector<std::string>& notes) {
  Compare("application", Applications(before), Applications(after), notes);
  const bool shared = std::ranges::any_of(before.applications, [&](const ApplicationTerms& application) {
    return after.FindApplication(application.id) != nullptr;
  });
  if (!shared)
    notes.emplace_back("the two agreements name no application in common, so that no request comes to both");
}

void NoteClauses(const Package& before, const Package& after, std::vector<std::string>& notes) {
  const Texts earlier = Modalities(before);
  for (const auto& [id, says] : Modalities(after)) {
    const auto known = earlier.find(id);
    if (known != earlier.end() && known->second != says)
      notes.push_back("clause " + Name(id) + " " + known->second + " before, " + says + " after");
  }
  Texts safeguards_before;
  Texts safeguards_after;
  for (const Safeguard& safeguard : before.safeguards()) safeguards_before[safeguard.name];
  for (const Safeguard& safeguard : after.safeguards()) safeguards_after[safeguard.name];
  Compare("safeguard", safeguards_before, safeguards_after, notes);
}

}  // namespace

std::vector<std::string> DiffNotes(const Package& before, const Package& after) {
  std::vector<std::string> notes;
  const Agreement& earlier = before.agreement();
  const Agreement& later = after.agreement();
  CompareOne("effective", Date(earlier.effective_ms), Date(later.effective_ms), notes);
  CompareOne("expires", Date(earlier.expires_ms), Date(later.expires_ms), notes);
  NoteCallers(earlier, later, notes);
  Compare("tool", Tools(earlier), Tools(later), notes);
  Compare("approver profile", Profiles(earlier), Profiles(later), notes);
  Compare("approver", Approvers(earlier), Approvers(later), notes);
  Compare("authority issuer", Issuers(earlier), Issuers(later), notes);
  Compare("fact", FactsOf(before), FactsOf(after), notes);
  CompareOne("order of precedence", Joined(earlier.order_of_precedence), Joined(later.order_of_precedence),
             notes);
  NoteClauses(before, after, notes);
  return notes;
}

}  // namespace proviso::terms::internal
