// The greedy search for a smaller witness, over one question or a pair.
#pragma once

#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "terms/internal/flat_question.h"
#include "terms/internal/vocabulary.h"
#include "terms/package.h"

namespace proviso::terms::internal {

/// One question, or two that are equal but for their free facts.
using Sides = std::vector<FlatQuestion>;

class Smaller {
 public:
  /// Borrows all of them. `packages` is not empty.
  Smaller(std::span<const Package* const> packages, std::set<std::string> free_facts,
          std::function<bool(const Sides&)> still);

  /// What nothing can be left out of, and nothing made plainer in. `still(from)` must be true.
  [[nodiscard]] Sides Of(Sides from);

 private:
  /// Whether a step was made.
  bool DropFacts();
  bool DropNames();
  bool PlainApplication();
  bool PlainTool();
  bool PlainModel();
  bool PlainFacts();
  bool EvenOutFreeFacts();
  bool PlainFact(const std::string& name);
  bool PlainFreeFact(const std::string& name);
  bool Rename(std::string Question::* name, const std::vector<std::string>& plainer);
  bool Try(Sides candidate);
  [[nodiscard]] std::vector<cedar::Value> OneToolOffered() const;
  [[nodiscard]] std::vector<cedar::Value> PlainerDecisions() const;
  [[nodiscard]] std::vector<std::string> FactNames() const;
  [[nodiscard]] const cedar::Type* TypeOf(const std::string& fact) const;

  std::span<const Package* const> packages_;
  std::set<std::string> free_facts_;
  std::function<bool(const Sides&)> still_;
  Vocabulary words_;
  Sides now_;
  std::size_t steps_left_;
};

}  // namespace proviso::terms::internal
