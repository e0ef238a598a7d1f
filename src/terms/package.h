// A terms package: an agreement with its clauses, loaded whole or not at all.
//
//   agreement.toml        the parties, facts, applications, tools, approvers (agreement.h)
//   schema.cedarschema    optional: entity and record types that the clauses add
//   entities.json         optional: entities that hold for every request (Cedar's JSON form)
//   clauses/*.cedar       the clauses
//   examples/*.toml       worked requests and the outcome that each must have (examples.h)
//
// A loaded package never changes; any number of threads may decide under it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "cedar/authorize.h"
#include "cedar/schema.h"
#include "terms/agreement.h"
#include "terms/clause.h"

namespace proviso::terms {

struct PackageFile {
  std::string path;  ///< Relative, with '/'.
  std::string content;
};

class Package {
 public:
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
  [[nodiscard]] const std::string& schema_text() const { return schema_text_; }
  /// Clauses that decide, and those that only advise.
  [[nodiscard]] const cedar::PolicySet& deciding() const { return deciding_; }
  [[nodiscard]] const cedar::PolicySet& advising() const { return advising_; }
  [[nodiscard]] const cedar::Entities& entities() const { return entities_; }
  /// The clause of a policy of either set.
  [[nodiscard]] const Clause& ClauseOf(const cedar::Policy& policy) const;
  /// In the order of the files.
  [[nodiscard]] const std::vector<Clause>& clauses() const { return clauses_; }
  /// Files below examples/.
  [[nodiscard]] const std::vector<PackageFile>& example_files() const { return example_files_; }

 private:
  Package() = default;
  void ReadClauses(const PackageFile& file, std::vector<std::string>& errors);
  void ReadSchema(std::string_view extension, std::vector<std::string>& errors);
  void ReadEntities(std::string_view json, std::vector<std::string>& errors);
  void CheckFacts(std::vector<std::string>& errors) const;

  Agreement agreement_;
  base::Digest digest_{};
  std::unique_ptr<cedar::Schema> schema_;
  std::string schema_text_;
  cedar::PolicySet deciding_;
  cedar::PolicySet advising_;
  cedar::Entities entities_;
  std::vector<Clause> clauses_;
  std::unordered_map<std::string, std::size_t> clause_index_;  // by policy id
  std::vector<PackageFile> example_files_;
};

}  // namespace proviso::terms
