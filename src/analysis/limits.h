// Bounds of questions to a solver.
#pragma once

#include <cstddef>
#include <cstdint>

namespace proviso::analysis {

/// Most bytes that are read of a solver's answer; more is `unknown`.
inline constexpr std::size_t kSolverOutputBytesMax = 8U << 20U;

/// Of what it writes to stderr, for the reason; the rest is read and dropped.
inline constexpr std::size_t kSolverErrorsBytesMax = 2048;

/// Deepest nesting of an answer as it is written: a set nests as deep as it has elements.
inline constexpr std::size_t kAnswerDepthMax = 20'000;

/// Deepest nesting of a value.
inline constexpr std::size_t kValueDepthMax = 200;

/// Most parts of an answer as it is written, and of the values that it stands for (`let` may repeat them).
inline constexpr std::size_t kAnswerPartsMax = 500'000;

/// Patterns on strings that may be one another: beyond these bounds the solver's theory of strings is asked.
inline constexpr std::size_t kPatternsTogetherMax = 6;
inline constexpr std::size_t kPatternStatesMax = 2'000;
inline constexpr std::size_t kPatternPathsMax = 1'000;

/// The cache of answers: how many files, and how many bytes in all. The oldest go.
inline constexpr std::size_t kCachedAnswersMax = 20'000;
inline constexpr std::uintmax_t kCachedBytesMax = 256U << 20U;

}  // namespace proviso::analysis
