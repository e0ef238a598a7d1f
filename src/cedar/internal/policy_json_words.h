// The keys of the JSON policy format that stand for operators: shared by its reader and its writer.
#pragma once

#include <array>
#include <string_view>

#include "cedar/expression.h"

namespace proviso::cedar::internal {

/// {key: {"left": …, "right": …}}
struct BinaryWord {
  std::string_view key;
  BinaryOperator op;
};
inline constexpr std::array<BinaryWord, 17> kBinaryWords = {{
    {"&&", BinaryOperator::kAnd},
    {"||", BinaryOperator::kOr},
    {"==", BinaryOperator::kEqual},
    {"!=", BinaryOperator::kNotEqual},
    {"<", BinaryOperator::kLess},
    {"<=", BinaryOperator::kLessOrEqual},
    {">", BinaryOperator::kGreater},
    {">=", BinaryOperator::kGreaterOrEqual},
    {"in", BinaryOperator::kIn},
    {"+", BinaryOperator::kAdd},
    {"-", BinaryOperator::kSubtract},
    {"*", BinaryOperator::kMultiply},
    {"contains", BinaryOperator::kContains},
    {"containsAll", BinaryOperator::kContainsAll},
    {"containsAny", BinaryOperator::kContainsAny},
    {"getTag", BinaryOperator::kGetTag},
    {"hasTag", BinaryOperator::kHasTag},
}};

/// {key: {"arg": …}}
struct UnaryWord {
  std::string_view key;
  UnaryOperator op;
};
inline constexpr std::array<UnaryWord, 3> kUnaryWords = {
    {{"!", UnaryOperator::kNot}, {"neg", UnaryOperator::kNegate}, {"isEmpty", UnaryOperator::kIsEmpty}}};

}  // namespace proviso::cedar::internal
