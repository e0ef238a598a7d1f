// A question in the making: what a clause says is written into it, so that it is satisfied, or is not.
//
//   Draft draft(package, Act::kCallTool);
//   draft.MakeTrue(tree.root());
//   const Question question = draft.Finished();
//
// A draft promises nothing: whoever makes one evaluates it, and asks a solver where it did not do. It reads
// comparisons of facts and names with constants, which is what most clauses are made of, and passes over
// the rest. It costs microseconds where a solver costs tens of milliseconds.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "cedar/core_tree.h"
#include "terms/internal/flat_question.h"
#include "terms/package.h"

namespace proviso::terms::internal {

class Draft {
 public:
  /// The plainest question of the act. Borrows `package`.
  Draft(const Package& package, Act act);
  /// Begins with `from`, and changes no other facts than `facts`, and no names.
  Draft(const Package& package, const Question& from, std::vector<std::string> facts);

  /// As far as it goes: makes a condition true, or false (or an error).
  void MakeTrue(const cedar::CoreNode& condition) { Make(condition, true); }
  void MakeFalse(const cedar::CoreNode& condition) { Make(condition, false); }
  /// As a gateway could put it: an effect has a tool of the catalogue, a purpose an application that may
  /// declare it, a signed authority a named issuer, a decision people of the agreement.
  [[nodiscard]] Question Finished() const;

 private:
  using Path = std::vector<std::string>;

  void Make(const cedar::CoreNode& condition, bool wanted);
  void MakeEqual(const cedar::CoreNode& left, const cedar::CoreNode& right, bool wanted);
  void MakeOrdered(const cedar::CoreNode& left, const cedar::CoreNode& right, bool or_equal, bool wanted);
  void MakeIn(const cedar::CoreNode& below, const cedar::CoreNode& above, bool wanted);
  void MakeContained(const cedar::CoreNode& set, const cedar::CoreNode& element, bool wanted);
  void MakeMatch(const cedar::CoreNode& text, const cedar::Pattern& pattern, bool wanted);
  void SetName(cedar::VariableName name, const cedar::EntityUid& uid);
  void PlaceUnder(const cedar::EntityUid& above);
  /// Sets, or with nothing takes out, what is at `path` in the context; what is required beside it is made.
  void Set(const Path& path, const std::optional<cedar::Value>& value);
  [[nodiscard]] const cedar::Value* Find(const Path& path) const;
  /// Of the same kind, and not this one; a purpose is one that the application may declare.
  [[nodiscard]] cedar::Value Other(const Path& path, const cedar::Value& than) const;
  [[nodiscard]] cedar::TypePtr TypeAt(const Path& path) const;

  const Package& package_;
  cedar::TypePtr context_;
  FlatQuestion flat_;
  std::optional<std::set<std::string>> only_;  ///< Facts that may change; nothing for all, and names.
};

}  // namespace proviso::terms::internal
