// A small agreement for this room's tests: two parties, two applications, three approvers.
#pragma once

#include <map>
#include <string>

#include "keys/signing.h"
#include "terms/examples.h"
#include "terms/package.h"

namespace proviso::terms::internal {

/// One key for each name, the same all through one run.
inline const keys::SigningKey& KeyOf(const std::string& name) {
  static std::map<std::string, keys::SigningKey> made;
  const auto known = made.find(name);
  if (known != made.end()) return known->second;
  return made.emplace(name, keys::SigningKey::Generate(name).value()).first->second;
}

inline std::string Approver(const std::string& person, const std::string& roles, const std::string& key) {
  return "[[approver]]\nperson = \"" + person + "\"\nroles = " + roles + "\nkey = \"" +
         KeyOf(key).verifier().Text() + "\"\n";
}

/// `head` stands inside [agreement].
inline std::string AgreementToml(const std::string& head = "") {
  return "[agreement]\nname = \"test\"\nversion = \"1\"\nthird_parties = [\"court\"]\n" + head + R"(
[[party]]
id = "provider"
[[party]]
id = "customer"
[[application]]
id = "desk"
organization = "agency"
party = "customer"
purposes = ["translation", "logistics"]
[[application]]
id = "bare"
organization = "agency"
party = "customer"
[[tool]]
name = "look"
effect = "observe"
[[tool]]
name = "assign"
effect = "engage"
[[tool]]
name = "assign"
server = "field"
effect = "modify"
[[approver_profile]]
name = "two-commanders"
count = 2
roles = ["commander"]
[[approver_profile]]
name = "one-lawyer"
roles = ["lawyer"]
[[authority_issuer]]
id = "court"
key = ")" +
         KeyOf("court").verifier().Text() + "\"\n" + Approver("person-1", R"(["commander"])", "person-1") +
         Approver("person-2", R"(["commander", "lawyer"])", "person-2") +
         Approver("person-3", R"(["lawyer"])", "person-3");
}

inline base::Result<std::shared_ptr<const Package>> LoadClauses(
    const std::string& clauses, const std::string& agreement = AgreementToml(),
    std::vector<PackageFile> more = {}) {
  more.push_back({"agreement.toml", agreement});
  more.push_back({"clauses/a.cedar", clauses});
  return Package::FromFiles(std::move(more));
}

/// "desk" asks "model-a" of "provider-a" for a translation.
inline Question Generation() {
  Question question;
  question.act = Act::kGenerate;
  question.application = "desk";
  question.organization = "agency";
  question.provider = "provider-a";
  question.model = "model-a";
  question.facts.purpose = "translation";
  return question;
}

/// "desk" calls the tool "assign".
inline Question Engagement() {
  Question question = Generation();
  question.act = Act::kCallTool;
  question.tool = "assign";
  question.facts.effect = "engage";
  return question;
}

inline std::string Ids(const std::vector<Clause>& clauses) {
  std::string ids;
  for (const Clause& clause : clauses) ids += (ids.empty() ? "" : " ") + clause.id;
  return ids;
}

}  // namespace proviso::terms::internal
