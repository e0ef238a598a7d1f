// The words of packages: what their clauses compare facts with, and the entities that they name. A witness
// is made of them, so that its readers meet what they know.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cedar/value.h"
#include "terms/package.h"

namespace proviso::terms::internal {

class Vocabulary {
 public:
  /// Reads clauses and agreements in the order of the packages.
  explicit Vocabulary(std::span<const Package* const> packages);

  /// Values that stand beside `context.<path>` in a clause ("effect", "authority.kind"), and the
  /// agreement's own for the effect; in their order, each once. A member of an element of a set has the
  /// set's path before its own.
  [[nodiscard]] const std::vector<cedar::Value>& At(const std::string& path) const;
  /// Ids of the entities of this type that stand anywhere in clauses, agreements and entities.
  [[nodiscard]] const std::vector<std::string>& IdsOf(const std::string& entity_type) const;
  /// Whether a schema says which ids the type has, so that there are no others.
  [[nodiscard]] bool IsEnumerated(const std::string& entity_type) const {
    return enumerated_.contains(entity_type);
  }

 private:
  friend class VocabularyReader;
  void Add(const std::string& path, const cedar::Value& value);
  void AddId(const cedar::EntityUid& uid);

  std::map<std::string, std::vector<cedar::Value>> values_;
  std::map<std::string, std::vector<std::string>> ids_;
  std::set<std::string> enumerated_;
};

}  // namespace proviso::terms::internal
