// Policies made up from a seed, over one small schema with a type of every kind. Most pass strict
// validation but for attributes that are read unguarded: those that do not are left out.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "cedar/policy.h"
#include "cedar/schema.h"

namespace proviso::analysis::internal {

/// The schema of all of them: principals are Users, resources Docs, and for `edit` Folders.
[[nodiscard]] const cedar::Schema& SmallSchema();

class RandomPolicies {
 public:
  explicit RandomPolicies(std::uint32_t seed) : random_(seed) {}

  /// A policy that is valid but for unguarded attributes and tags.
  [[nodiscard]] cedar::PolicySet Next();
  /// A policy that parses, well typed or not.
  [[nodiscard]] cedar::PolicySet Any();
  /// The text of the last one.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  [[nodiscard]] std::size_t Below(std::size_t bound) { return random_() % bound; }
  [[nodiscard]] bool Chance(std::size_t one_in) { return Below(one_in) == 0; }
  [[nodiscard]] std::string Pick(const std::vector<std::string>& choices) {
    return choices[Below(choices.size())];
  }
  [[nodiscard]] std::string Policy();
  [[nodiscard]] std::string Bool(int depth);
  [[nodiscard]] std::string Contradiction(int depth);
  [[nodiscard]] std::string Guarded(int depth);
  [[nodiscard]] std::string Comparison(int depth);
  [[nodiscard]] std::string Membership(int depth);
  [[nodiscard]] std::string SetQuestion(int depth);
  [[nodiscard]] std::string ExtensionQuestion(int depth);
  [[nodiscard]] std::string Long(int depth);
  [[nodiscard]] std::string Text(int depth);
  [[nodiscard]] std::string User(int depth);
  [[nodiscard]] std::string Longs(int depth);
  [[nodiscard]] std::string Texts(int depth);
  [[nodiscard]] std::string Users(int depth);
  [[nodiscard]] std::string Point(int depth);
  [[nodiscard]] std::string Address();
  [[nodiscard]] std::string Time(int depth);
  [[nodiscard]] std::string Span(int depth);

  std::mt19937 random_;
  std::string text_;
};

}  // namespace proviso::analysis::internal
