#include <map>

#include "base/file.h"
#include "cedar/internal/conformance_case.h"
#include "cedar/validate.h"

namespace proviso::cedar::internal {
namespace {

namespace fs = std::filesystem;
using base::Json;

/// Compares one verdict at a time, and keeps the count.
class VerdictComparer {
 public:
  VerdictComparer(const fs::path& path, const LoadedCase& loaded, ConformanceReport& report)
      : path_(path), loaded_(loaded), report_(report) {
    if (!loaded.schema) return;
    strict_ = Validate(*loaded.policies, *loaded.schema, {.mode = ValidationMode::kStrict});
    permissive_ = Validate(*loaded.policies, *loaded.schema, {.mode = ValidationMode::kPermissive});
  }

  void ComparePolicies(Json expected) {
    Compare("policies, strict", expected.Find("strict"), strict_.passed(), FirstError(strict_));
    Compare("policies, permissive", expected.Find("permissive"), permissive_.passed(),
            FirstError(permissive_));
    for (const auto& [key, verdicts] : expected.Find("perPolicy").members()) {
      const std::string id = key.text();
      Compare(id + ", strict", verdicts.Find("strict"), strict_.passed(id), FirstError(strict_));
      Compare(id + ", permissive", verdicts.Find("permissive"), permissive_.passed(id),
              FirstError(permissive_));
    }
  }

  void CompareSet(Json should_validate) {
    Compare("policies", should_validate, strict_.passed(), FirstError(strict_));
  }

  /// An entity without anything said about it is valid.
  void CompareEntities(Json expected) {
    std::map<std::string, const Entity*> entities;
    for (const Entity* entity : loaded_.entities.Sorted()) {
      entities.emplace(entity->uid.type() + "::" + entity->uid.id(), entity);
    }
    for (const auto& [key, errors] : expected.members()) {
      const auto found = entities.find(key.text());
      ++report_.verdicts;
      if (found == entities.end()) {
        Mismatch("entity " + key.text(), "a verdict", "no such entity");
        continue;
      }
      const auto status = ValidateEntity(*found->second, loaded_.entities, *loaded_.schema);
      const bool valid = errors.size() == 0;
      if (status.has_value() == valid) continue;
      Mismatch("entity " + key.text(), valid ? "valid" : "refused",
               status ? "valid" : status.error().message);
    }
  }

  /// One verdict on all entities together.
  void CompareAllEntities(Json expected) {
    const auto status = ValidateEntities(loaded_.entities, *loaded_.schema);
    Compare("entities", expected, status.has_value(), status ? "" : status.error().message);
  }

  void CompareRequest(std::size_t number, Json request, Json expected) {
    const auto read = ReadRequest(loaded_, request);
    base::Status status = read ? ValidateRequest(*read, *loaded_.schema) : std::unexpected(read.error());
    const std::string name = "request " + std::to_string(number);
    const std::string error = status ? "" : status.error().message;
    // Where a case does not ask for a valid request, it says nothing about it.
    if (request.Find("validateRequest").is_true()) {
      Compare(name, request.Find("validateRequest"), status.has_value(), error);
    }
    Compare(name + ", strict", expected.Find("strict"), status.has_value(), error);
    Compare(name + ", permissive", expected.Find("permissive"), status.has_value(), error);
  }

 private:
  static std::string FirstError(const ValidationReport& report) {
    for (const ValidationFinding& finding : report.findings) {
      if (finding.severity() == ValidationFinding::Severity::kError) return finding.Text();
    }
    return {};
  }

  void Compare(const std::string& what, Json expected, bool passed, const std::string& error) {
    if (!expected.is_bool()) return;
    ++report_.verdicts;
    if (expected.is_true() == passed) return;
    Mismatch(what, expected.is_true() ? "valid" : "refused", passed ? "valid" : error);
  }

  void Mismatch(const std::string& what, const std::string& expected, const std::string& got) {
    report_.mismatches.push_back(path_.string() + ": " + what + ": expected " + expected + ", got " + got);
  }

  const fs::path& path_;
  const LoadedCase& loaded_;
  ConformanceReport& report_;
  ValidationReport strict_;
  ValidationReport permissive_;
};

/// What stands beside the case; an empty document where there is nothing.
class VerdictFile {
 public:
  explicit VerdictFile(const fs::path& path) : path_(fs::path(path).replace_extension(".validation.json")) {
    if (!fs::exists(path_)) return;
    auto read = base::ReadFile(path_);
    if (read) text_ = std::move(*read);
    auto parsed = base::JsonDocument::Parse(text_);
    readable_ = read.has_value() && parsed.has_value();
    if (readable_) document_ = std::move(*parsed);
  }
  VerdictFile(const VerdictFile&) = delete;
  VerdictFile& operator=(const VerdictFile&) = delete;

  [[nodiscard]] bool readable() const { return readable_; }
  [[nodiscard]] Json root() const { return text_.empty() ? Json() : document_.root(); }
  [[nodiscard]] std::string name() const { return path_.string(); }

 private:
  fs::path path_;
  bool readable_ = true;
  std::string text_;  // the document points into it
  base::JsonDocument document_;
};

}  // namespace

bool ExpectsUnfitEntities(const fs::path& path) {
  const VerdictFile file(path);
  const Json all = file.root().Find("entityValidation").Find("all");
  return file.readable() && all.is_bool() && !all.is_true();
}

void CompareVerdicts(const fs::path& path, Json root, const LoadedCase& loaded, ConformanceReport& report) {
  if (!loaded.schema) return;
  VerdictComparer comparer(path, loaded, report);
  comparer.CompareSet(root.Find("shouldValidate"));
  const VerdictFile file(path);
  if (!file.readable()) {
    report.mismatches.push_back(file.name() + ": cannot be read as JSON");
    return;
  }
  const Json verdicts = file.root();
  comparer.ComparePolicies(verdicts.Find("policyValidation"));
  comparer.CompareEntities(verdicts.Find("entityValidation").Find("perEntity"));
  if (const Json all = verdicts.Find("entityValidation").Find("all"); all.is_bool()) {
    comparer.CompareAllEntities(all);
  }
  std::vector<Json> of_requests;
  for (const Json each : verdicts.Find("requestValidation").elements()) of_requests.push_back(each);
  std::size_t number = 0;
  for (const Json request : root.Find("requests").elements()) {
    comparer.CompareRequest(number, request, number < of_requests.size() ? of_requests[number] : Json());
    ++number;
  }
}

}  // namespace proviso::cedar::internal
