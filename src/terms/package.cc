#include "terms/package.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/fields.h"
#include "base/file.h"
#include "cedar/parse.h"
#include "cedar/validate.h"
#include "keys/digest.h"
#include "terms/examples.h"
#include "terms/internal/package_checks.h"
#include "terms/internal/possible_decisions.h"
#include "terms/limits.h"
#include "terms/schema.h"

namespace proviso::terms {
namespace {

using base::ErrorCode;
using base::Fail;
using cedar::Entity;
using cedar::EntityUid;

struct Place {
  std::string_view directory;
  std::string_view suffix;
};
constexpr Place kClauses{"clauses/", ".cedar"};
constexpr Place kSafeguards{"safeguards/", ".cedar"};
constexpr Place kExamples{"examples/", ".toml"};

bool IsBelow(const std::string& path, const Place& place) {
  return path.starts_with(place.directory) && path.ends_with(place.suffix);
}

bool IsPart(const std::string& path) {
  return path == "agreement.toml" || path == "schema.cedarschema" || path == "entities.json" ||
         IsBelow(path, kClauses) || IsBelow(path, kSafeguards) || IsBelow(path, kExamples);
}

bool LooksLikeAPart(const std::string& path) {
  constexpr std::array<std::string_view, 4> kSuffixes{".cedar", ".cedarschema", ".toml", ".json"};
  return std::ranges::any_of(kSuffixes, [&path](std::string_view suffix) { return path.ends_with(suffix); });
}

base::Status CheckSizes(const std::vector<PackageFile>& files) {
  if (files.size() > kPackageFilesMax) {
    return Fail(ErrorCode::kLimit, "more than " + std::to_string(kPackageFilesMax) + " files");
  }
  std::size_t bytes = 0;
  for (const PackageFile& file : files) bytes += file.content.size();
  if (bytes > kPackageBytesMax)
    return Fail(ErrorCode::kLimit, "more than " + std::to_string(kPackageBytesMax) + " bytes in all");
  return {};
}

void CheckPaths(const std::vector<PackageFile>& sorted, std::vector<std::string>& errors) {
  for (const PackageFile& file : sorted) {
    if (IsPart(file.path)) continue;
    errors.push_back(file.path +
                     ": not a part of a package; parts are agreement.toml, schema.cedarschema, "
                     "entities.json, clauses/*.cedar, safeguards/*.cedar and examples/*.toml");
  }
  const auto twice = std::ranges::adjacent_find(sorted, {}, &PackageFile::path);
  if (twice != sorted.end()) errors.push_back(twice->path + ": the file is given twice");
}

/// The entities that agreement.toml names, so that clauses can say `in Role::"commander"`.
std::vector<Entity> EntitiesOf(const Agreement& agreement) {
  std::vector<Entity> entities;
  std::set<EntityUid> roles;
  std::map<std::string, std::set<std::string>> roles_of_person;
  for (const NamedApprover& approver : agreement.approvers) {
    roles_of_person[approver.person].insert(approver.roles.begin(), approver.roles.end());
  }
  for (const auto& [person, held] : roles_of_person) {
    std::vector<EntityUid> parents;
    for (const std::string& role : held) parents.emplace_back("Role", role);
    roles.insert(parents.begin(), parents.end());
    entities.push_back({EntityUid("Person", person), std::move(parents), {}, {}});
  }
  for (const EntityUid& role : roles) entities.push_back({role, {}, {}, {}});
  for (const ApplicationTerms& application : agreement.applications) {
    entities.push_back({EntityUid("Application", application.id),
                        {EntityUid("Organization", application.organization)},
                        {},
                        {}});
  }
  return entities;
}

void RefuseSlots(const cedar::PolicySet& parsed, const PackageFile& file, std::vector<std::string>& errors) {
  for (const cedar::Template& with_slots : parsed.templates()) {
    errors.push_back(file.path + ":" + std::to_string(with_slots.body->position.line) +
                     ": a clause with a slot decides nothing; write the principal or resource out");
  }
}

/// A clause may read what need not be there: a forbid then forbids, and a permit does not permit. A
/// clause that no request can satisfy may be a draft's, and harms nobody.
bool IsDefinedByTerms(const cedar::ValidationFinding& finding) {
  return finding.kind == cedar::FindingKind::kUnguardedAttribute ||
         finding.kind == cedar::FindingKind::kUnguardedTag ||
         finding.severity() == cedar::ValidationFinding::Severity::kWarning;
}

}  // namespace

Package::Package() = default;
Package::~Package() = default;

base::Result<std::vector<PackageFile>> ReadPackageFiles(const std::filesystem::path& directory) {
  const auto paths = base::ListFiles(directory, "");
  if (!paths) return std::unexpected(paths.error());
  std::vector<PackageFile> files;
  std::size_t bytes = 0;
  for (const std::filesystem::path& path : *paths) {
    const std::string relative = path.lexically_relative(directory).generic_string();
    if (!LooksLikeAPart(relative)) continue;
    auto content = base::ReadFile(path, kPackageFileBytesMax);
    if (!content) return std::unexpected(content.error());
    bytes += content->size();
    files.push_back({relative, std::move(*content)});
    if (files.size() > kPackageFilesMax || bytes > kPackageBytesMax) break;  // refused by FromFiles
  }
  std::ranges::sort(files, {}, &PackageFile::path);
  return files;
}

base::Digest DigestOfFiles(const std::vector<PackageFile>& sorted) {
  std::string lines;
  for (const PackageFile& file : sorted) {
    lines += base::ToHex(keys::Sha256(file.content)) + "  " + file.path + "\n";
  }
  return keys::Sha256(lines);
}

base::Result<std::shared_ptr<const Package>> Package::Load(const std::filesystem::path& directory) {
  auto files = ReadPackageFiles(directory);
  if (!files) return std::unexpected(files.error());
  auto package = FromFiles(std::move(*files));
  if (!package)
    return Fail(package.error().code, directory.string() + " is refused:\n" + package.error().message);
  return package;
}

base::Result<std::shared_ptr<const Package>> Package::FromFiles(std::vector<PackageFile> files) {
  if (auto within = CheckSizes(files); !within) return std::unexpected(within.error());
  std::ranges::sort(files, {}, &PackageFile::path);
  std::vector<std::string> errors;
  CheckPaths(files, errors);
  std::shared_ptr<Package> package(
      new Package());  // shared: requests in flight keep the terms they began under
  package->digest_ = DigestOfFiles(files);
  const auto content = [&files](std::string_view path) {
    const auto found = std::ranges::find(files, path, &PackageFile::path);
    return found == files.end() ? std::string_view() : std::string_view(found->content);
  };
  if (content("agreement.toml").empty()) {
    errors.emplace_back("agreement.toml is missing or empty");
  } else {
    package->agreement_ = ReadAgreement(content("agreement.toml"), errors);
  }
  package->ReadSchema(content("schema.cedarschema"), errors);
  package->ReadEntities(content("entities.json"), errors);
  for (const PackageFile& file : files) {
    if (IsBelow(file.path, kClauses)) package->ReadClauses(file, errors);
  }
  for (const PackageFile& file : files) {
    if (IsBelow(file.path, kSafeguards)) package->ReadSafeguards(file, errors);
  }
  if (package->clauses_.empty())
    errors.emplace_back("clauses/: no clause; without a permit everything is forbidden");
  package->CheckFacts(errors);
  internal::CheckSubjects(*package, errors);
  package->CheckTypes(errors);
  for (const PackageFile& file : files) {
    if (IsBelow(file.path, kExamples)) package->ReadExamplesOf(file, errors);
  }
  if (!errors.empty()) return Fail(ErrorCode::kInvalid, base::JoinLines(errors));
  package->PrepareDecisions();
  return package;
}

void Package::ReadSchema(std::string_view extension, std::vector<std::string>& errors) {
  schema_text_ = SchemaText(agreement_.facts, extension);
  auto schema = cedar::Schema::Parse(schema_text_, "schema (built in, with schema.cedarschema and [[fact]])");
  if (schema) {
    schema_ = std::make_unique<cedar::Schema>(std::move(*schema));
    facts_type_ = schema_->common_types().at("Facts");
    asserters_ = internal::ReadAsserters(agreement_, *schema_, errors);
  } else {
    errors.push_back(schema.error().message);
  }
}

void Package::ReadEntities(std::string_view json, std::vector<std::string>& errors) {
  std::vector<Entity> entities;
  if (!json.empty()) {
    const auto read = cedar::EntitiesFromJson(json, "entities.json", nullptr);
    if (!read) {
      errors.push_back(read.error().message);
      return;
    }
    for (const Entity* entity : read->Sorted()) entities.push_back(*entity);
  }
  for (Entity& entity : EntitiesOf(agreement_)) {
    const bool given = std::ranges::any_of(entities, [&](const Entity& e) { return e.uid == entity.uid; });
    if (!given) entities.push_back(std::move(entity));
  }
  auto built = cedar::Entities::Build(std::move(entities));
  if (built) {
    entities_ = std::move(*built);
    CheckEntities(errors);
  } else {
    errors.push_back("entities.json: " + built.error().message);
  }
}

/// Entities that are not as the schema says would make clauses mean what nobody checked.
void Package::CheckEntities(std::vector<std::string>& errors) const {
  if (schema_ == nullptr) return;  // already an error
  for (const Entity* entity : entities_.Sorted()) {
    if (auto valid = cedar::ValidateEntity(*entity, entities_, *schema_); !valid)
      errors.push_back("entities.json: " + valid.error().message);
  }
}

void Package::ReadClauses(const PackageFile& file, std::vector<std::string>& errors) {
  auto parsed = cedar::ParsePolicies(file.content, file.path);
  if (!parsed) {
    errors.push_back(parsed.error().message);
    return;
  }
  RefuseSlots(*parsed, file, errors);
  for (const cedar::Policy& policy : parsed->policies()) {
    Clause clause = ReadClause(policy, errors);
    if (clauses_.size() >= kClausesMax) {
      errors.push_back(file.path + ": more than " + std::to_string(kClausesMax) + " clauses");
      return;
    }
    cedar::PolicySet& set = clause.modality == Modality::kShall ? *deciding_ : *advising_;
    const std::string& policy_id = clause.id;
    const auto twice = clause_index_.find(policy_id);
    if (policy_id.empty()) continue;
    if (twice != clause_index_.end()) {
      errors.push_back(clause.file + ": clause " + policy_id + " stands already at " +
                       clauses_[twice->second].file);
      continue;
    }
    if (auto added = set.Add(policy_id, policy.body()); !added) {
      errors.push_back(clause.file + ": " + added.error().message);
      continue;
    }
    internal::CheckClause(clause, agreement_, errors);
    clause_index_.emplace(policy_id, clauses_.size());
    clauses_.push_back(std::move(clause));
  }
}

void Package::ReadSafeguards(const PackageFile& file, std::vector<std::string>& errors) {
  const auto parsed = cedar::ParsePolicies(file.content, file.path);
  if (!parsed) {
    errors.push_back(parsed.error().message);
    return;
  }
  RefuseSlots(*parsed, file, errors);
  for (const cedar::Policy& policy : parsed->policies()) {
    Safeguard safeguard = ReadSafeguard(policy, errors);
    if (safeguards_.size() >= kSafeguardsMax) {
      errors.push_back(file.path + ": more than " + std::to_string(kSafeguardsMax) + " safeguards");
      return;
    }
    if (safeguard.name.empty()) continue;
    const auto twice = std::ranges::find(safeguards_, safeguard.name, &Safeguard::name);
    if (twice != safeguards_.end()) {
      errors.push_back(safeguard.file + ": safeguard " + safeguard.name + " stands already at " +
                       twice->file);
    } else if (clause_index_.contains(safeguard.name)) {
      errors.push_back(safeguard.file + ": safeguard " + safeguard.name +
                       ": a clause has this as its number; give the safeguard another name");
    } else if (auto added = safeguard_policies_->Add(safeguard.name, policy.body()); !added) {
      errors.push_back(safeguard.file + ": " + added.error().message);
    } else {
      safeguards_.push_back(std::move(safeguard));
    }
  }
}

void Package::CheckFacts(std::vector<std::string>& errors) const {
  for (const FactDeclaration& fact : agreement_.facts) {
    if (!fact.type.empty() && !MayBeRetyped(fact.name)) {
      errors.push_back("agreement.toml: fact " + fact.name +
                       " is built in; name only its source, not a type");
    } else if (fact.type.empty() && schema_ != nullptr && !asserters_.contains(fact.name)) {
      errors.push_back("agreement.toml: fact " + fact.name + " needs a type, such as \"Bool\" or \"String\"");
    }
  }
  for (const cedar::PolicySet* set : {deciding_.get(), advising_.get()}) {
    for (const cedar::Policy& policy : set->policies())
      CheckFactsOf(policy, ClauseOf(policy).file + ": clause " + policy.id(), errors);
  }
  for (const cedar::Policy& policy : safeguard_policies_->policies())
    CheckFactsOf(policy, policy.body().source_name + ": safeguard " + policy.id(), errors);
}

void Package::CheckFactsOf(const cedar::Policy& policy, const std::string& where,
                           std::vector<std::string>& errors) const {
  const FactsRead read = FactsReadBy(policy);
  if (read.extent == FactsRead::Extent::kWholeContext) {
    errors.push_back(where +
                     " reads context as a whole; name each fact, context.purpose, so that its source "
                     "is known");
  }
  if (schema_ == nullptr) return;  // already an error, and no fact is known
  for (const std::string& name : read.names) {
    if (asserters_.contains(name)) continue;
    std::vector<std::string> known;
    for (const auto& [fact, asserter] : asserters_) known.push_back(fact);
    const std::string meant = base::DidYouMean(name, known);
    errors.push_back(
        where + " reads context." + name + ", a fact that nobody declared a source for" +
        (meant.empty() ? "; add it to agreement.toml as [[fact]]" : "; did you mean " + meant + "?"));
  }
}

void Package::CheckTypes(std::vector<std::string>& errors) const {
  if (!errors.empty()) return;  // what is wrong with names and facts would be said again
  for (const cedar::PolicySet* set : {deciding_.get(), advising_.get(), safeguard_policies_.get()}) {
    const cedar::ValidationReport report = cedar::Validate(*set, *schema_);
    for (const cedar::ValidationFinding& finding : report.findings) {
      if (!IsDefinedByTerms(finding)) errors.push_back(finding.Text());
    }
  }
}

void Package::ReadExamplesOf(const PackageFile& file, std::vector<std::string>& errors) {
  if (schema_ == nullptr) return;  // already an error, and no fact could be typed
  std::vector<Example> read = ReadExamples(file.content, file.path, agreement_, *schema_, errors);
  for (Example& example : read) {
    const auto same = std::ranges::find(examples_, example.name, &Example::name);
    if (same != examples_.end())
      errors.push_back(example.where + ": the name " + example.name + " stands already at " + same->where);
    if (examples_.size() == kExamplesMax) {
      errors.push_back(file.path + ": more than " + std::to_string(kExamplesMax) + " examples");
      return;
    }
    examples_.push_back(std::move(example));
  }
}

/// Addresses of policies are stable from here on: a Package never changes and never moves.
void Package::PrepareDecisions() {
  compiled_deciding_ = std::make_unique<const cedar::CompiledPolicies>(deciding_);
  compiled_advising_ = std::make_unique<const cedar::CompiledPolicies>(advising_);
  for (const cedar::Policy& policy : deciding_->policies()) {
    const std::vector<std::string> names = FactsReadBy(policy).names;
    if (std::ranges::find(names, "input") != names.end()) reads_input_.insert(&policy);
    if (std::ranges::find(names, "decision") == names.end()) continue;
    reads_decision_.insert(&policy);
    if (policy.effect() == cedar::Effect::kPermit) people_can_permit_ = true;
  }
  for (const ApproverProfile& profile : agreement_.approver_profiles) {
    possible_decisions_.push_back(internal::PossibleDecisions(agreement_, profile));
  }
}

std::string Package::DigestText() const {
  return "sha256:" + base::ToHex(digest_);
}

std::string_view Package::AsserterOf(std::string_view fact) const {
  const auto found = asserters_.find(fact);
  return found == asserters_.end() ? std::string_view() : std::string_view(found->second);
}

const Clause& Package::ClauseOf(const cedar::Policy& policy) const {
  return clauses_[clause_index_.at(policy.id())];
}

}  // namespace proviso::terms
