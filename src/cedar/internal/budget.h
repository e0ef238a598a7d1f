// How much one validation may cost: every node that is typed, every attribute that is compared and
// every capability that is copied takes a step, so that no schema and no policy can hold it up.
#pragma once

#include <cstdint>

namespace proviso::cedar::internal {

class Budget {
 public:
  explicit Budget(std::uint64_t steps) : steps_left_(steps) {}

  /// Takes `steps`. Once there are not enough it is spent, and stays so.
  void Spend(std::uint64_t steps) { steps_left_ = steps < steps_left_ ? steps_left_ - steps : 0; }
  [[nodiscard]] bool spent() const { return steps_left_ == 0; }

 private:
  std::uint64_t steps_left_;
};

}  // namespace proviso::cedar::internal
