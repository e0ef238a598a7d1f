// The conformance cases that come with the project's shared data, for tests of the analysis.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "cedar/authorize.h"
#include "cedar/schema.h"

namespace proviso::analysis::internal {

/// One case: all that its requests share, and these.
struct CorpusCase {
  std::string name;
  cedar::Schema schema;
  cedar::PolicySet policies;
  cedar::Entities entities;
  std::vector<cedar::Request> requests;  ///< those that are as the schema says

  /// Each policy that is valid (but for reading unguarded attributes), alone.
  [[nodiscard]] std::vector<std::shared_ptr<const cedar::PolicySet>> ValidPolicies() const;
};

/// Whether all that strict validation finds is what the analysis can do with: unguarded attributes.
[[nodiscard]] bool IsValidForAnalysis(const cedar::PolicySet& policies, const cedar::Schema& schema);

/// The cases, unpacked into a folder that goes when this does.
class Corpus {
 public:
  Corpus();
  ~Corpus();
  Corpus(const Corpus&) = delete;
  Corpus& operator=(const Corpus&) = delete;

  /// How many cases there are; 0 where the data is not here.
  [[nodiscard]] std::size_t size() const { return schemas_.size(); }
  /// A case; nothing where its files do not read, or its entities are not as its schema says.
  [[nodiscard]] std::optional<CorpusCase> Load(std::size_t index) const;

 private:
  std::filesystem::path path_;
  std::vector<std::filesystem::path> schemas_;
};

}  // namespace proviso::analysis::internal
