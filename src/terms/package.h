// A terms package: an agreement with its clauses, loaded whole or not at all.
//
//   agreement.toml        the parties, facts, applications, tools, approvers (agreement.h)
//   schema.cedarschema    optional: entity and record types that the clauses add
//   entities.json         optional: entities that hold for every request (Cedar's JSON form)
//   clauses/*.cedar       the clauses
//   safeguards/*.cedar    what must hold whatever the clauses say (clause.h)
//   examples/*.toml       worked requests and the outcome that each must have (examples.h)
//
// Every clause passes strict validation against the schema (cedar/validate.h), but that it may read what
// need not be there: a forbid that misses a fact forbids, and a permit does not permit.
//
// Anything else that looks like a part (another .cedar, .cedarschema, .toml or .json) is an error, so
// that a clause in a misspelt directory is not a clause forgotten. Other files are no part of it.
//
// A loaded package never changes; any number of threads may decide under it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/bytes.h"
#include "cedar/compiled.h"
#include "cedar/schema.h"
#include "terms/agreement.h"
#include "terms/clause.h"
#include "terms/facts.h"

namespace proviso::terms {

struct Example;  // examples.h

struct PackageFile {
  std::string path;  ///< Relative, with '/'.
  std::string content;
};

/// The parts of a package in a directory, sorted by path, as Package::Load would read them; not yet checked.
[[nodiscard]] base::Result<std::vector<PackageFile>> ReadPackageFiles(const std::filesystem::path& directory);
/// What Package::digest() is of these files, which are sorted by path.
[[nodiscard]] base::Digest DigestOfFiles(const std::vector<PackageFile>& sorted);

class Package {
 public:
  ~Package();
  Package(const Package&) = delete;
  Package& operator=(const Package&) = delete;

  /// Loads a directory. On failure the error's message has one line for each thing that is wrong, in
  /// all files; nothing of a package with an error is ever used.
  [[nodiscard]] static base::Result<std::shared_ptr<const Package>> Load(
      const std::filesystem::path& directory);
  /// The same from files in memory.
  [[nodiscard]] static base::Result<std::shared_ptr<const Package>> FromFiles(std::vector<PackageFile> files);

  [[nodiscard]] const Agreement& agreement() const { return agreement_; }
  /// SHA-256 of the lines "<sha256 of the file>  <path>\n", sorted by path: `sha256sum` makes the same.
  [[nodiscard]] const base::Digest& digest() const { return digest_; }
  /// "sha256:<hex>"
  [[nodiscard]] std::string DigestText() const;
  [[nodiscard]] const cedar::Schema& schema() const { return *schema_; }
  /// The record type of every act's context.
  [[nodiscard]] const cedar::Type& facts_type() const { return *facts_type_; }
  [[nodiscard]] const std::string& schema_text() const { return schema_text_; }
  /// Clauses that decide, and those that only advise.
  [[nodiscard]] const cedar::PolicySet& deciding() const { return *deciding_; }
  [[nodiscard]] const cedar::PolicySet& advising() const { return *advising_; }
  /// The same, as decisions are made with them.
  [[nodiscard]] const cedar::CompiledPolicies& compiled_deciding() const { return *compiled_deciding_; }
  [[nodiscard]] const cedar::CompiledPolicies& compiled_advising() const { return *compiled_advising_; }
  [[nodiscard]] const cedar::Entities& entities() const { return entities_; }
  /// The clause of a policy of either set.
  [[nodiscard]] const Clause& ClauseOf(const cedar::Policy& policy) const;
  /// In the order of the files.
  [[nodiscard]] const std::vector<Clause>& clauses() const { return clauses_; }
  /// In the order of the files.
  [[nodiscard]] const std::vector<Safeguard>& safeguards() const { return safeguards_; }
  /// Their scopes, as permits under their names. They decide nothing.
  [[nodiscard]] const cedar::PolicySet& safeguard_policies() const { return *safeguard_policies_; }
  /// Who asserts a fact: "gateway", "detector", "ledger", "person", "party" (the application's), or the id of
  /// a party or third party; "" for a name that is no fact of the schema.
  [[nodiscard]] std::string_view AsserterOf(std::string_view fact) const;
  /// In the order of the files.
  [[nodiscard]] const std::vector<Example>& examples() const { return examples_; }

  /// Whether a people's decision can change what this policy says.
  [[nodiscard]] bool ReadsDecision(const cedar::Policy& policy) const {
    return reads_decision_.contains(&policy);
  }
  /// Whether the call's arguments can change what this policy says.
  [[nodiscard]] bool ReadsInput(const cedar::Policy& policy) const { return reads_input_.contains(&policy); }
  /// Whether some permit among the deciding clauses reads the people's decision.
  [[nodiscard]] bool PeopleCanPermit() const { return people_can_permit_; }
  /// The decisions that the people of agreement().approver_profiles[profile] could give.
  [[nodiscard]] const std::vector<DecisionFact>& PossibleDecisions(std::size_t profile) const {
    return possible_decisions_[profile];
  }

 private:
  Package();
  void ReadClauses(const PackageFile& file, std::vector<std::string>& errors);
  void ReadSafeguards(const PackageFile& file, std::vector<std::string>& errors);
  void ReadSchema(std::string_view extension, std::vector<std::string>& errors);
  void CheckEntities(std::vector<std::string>& errors) const;
  void ReadEntities(std::string_view json, std::vector<std::string>& errors);
  void ReadExamplesOf(const PackageFile& file, std::vector<std::string>& errors);
  void CheckFacts(std::vector<std::string>& errors) const;
  void CheckFactsOf(const cedar::Policy& policy, const std::string& where,
                    std::vector<std::string>& errors) const;
  void CheckTypes(std::vector<std::string>& errors) const;
  void PrepareDecisions();

  Agreement agreement_;
  base::Digest digest_{};
  std::unique_ptr<cedar::Schema> schema_;
  std::string schema_text_;
  cedar::TypePtr facts_type_;
  std::shared_ptr<cedar::PolicySet> deciding_ = std::make_shared<cedar::PolicySet>();
  std::shared_ptr<cedar::PolicySet> advising_ = std::make_shared<cedar::PolicySet>();
  std::unique_ptr<const cedar::CompiledPolicies> compiled_deciding_;
  std::unique_ptr<const cedar::CompiledPolicies> compiled_advising_;
  cedar::Entities entities_;
  std::vector<Clause> clauses_;
  std::shared_ptr<cedar::PolicySet> safeguard_policies_ = std::make_shared<cedar::PolicySet>();
  std::vector<Safeguard> safeguards_;
  std::map<std::string, std::string, std::less<>> asserters_;  // by fact
  std::unordered_map<std::string, std::size_t> clause_index_;  // by policy id
  std::vector<Example> examples_;
  std::unordered_set<const cedar::Policy*> reads_decision_;
  std::unordered_set<const cedar::Policy*> reads_input_;
  bool people_can_permit_ = false;
  std::vector<std::vector<DecisionFact>> possible_decisions_;  // by profile
};

}  // namespace proviso::terms
