// Policies, entities and requests made up from a seed, of every kind of expression, well typed or not:
// for tests that two evaluators agree.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "cedar/authorize.h"

namespace proviso::cedar::internal {

class RandomCase {
 public:
  explicit RandomCase(std::uint32_t seed) : random_(seed) {}

  /// Up to `count` policies as text.
  [[nodiscard]] std::string Policies(std::size_t count);
  [[nodiscard]] Entities MakeEntities();
  [[nodiscard]] Request MakeRequest();

 private:
  [[nodiscard]] std::size_t Below(std::size_t bound) { return random_() % bound; }
  [[nodiscard]] bool Chance(std::size_t one_in) { return Below(one_in) == 0; }
  [[nodiscard]] std::string Pick(const std::vector<std::string>& choices) {
    return choices[Below(choices.size())];
  }
  [[nodiscard]] std::string Policy();
  [[nodiscard]] std::string Scope(const std::string& variable);
  [[nodiscard]] std::string Bool(int depth);
  [[nodiscard]] std::string Long(int depth);
  [[nodiscard]] std::string Text(int depth);
  [[nodiscard]] std::string EntityText(int depth);
  [[nodiscard]] std::string SetText(int depth);
  [[nodiscard]] std::string RecordText(int depth);
  [[nodiscard]] std::string Time(int depth);
  [[nodiscard]] std::string Extension(int depth);
  /// Of any kind: what a bool is not allowed to be comes through here.
  [[nodiscard]] std::string Any(int depth);
  [[nodiscard]] Value RandomValue(int depth);
  [[nodiscard]] Record RandomRecord(int depth);
  [[nodiscard]] EntityUid Uid();

  std::mt19937 random_;
};

}  // namespace proviso::cedar::internal
