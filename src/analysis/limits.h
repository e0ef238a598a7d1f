// Bounds of the analysis: what a hostile schema, policy or set of entities can make it build, and what is
// taken from a solver.
#pragma once

#include <cstddef>
#include <cstdint>

namespace proviso::analysis {

/// Most parts of one type: records in records, written out. Common types that double in size at each use
/// end here.
inline constexpr std::size_t kTypePartsMax = 20'000;

/// Most terms that one policy makes.
inline constexpr std::size_t kTermsMax = 200'000;

/// Most operands of one chain of `&&` or `||` that may err: terms are as deep.
inline constexpr std::size_t kErringOperandsMax = 500;

/// Most entities of a closed world that one read or one `in` looks through.
inline constexpr std::size_t kEntitiesOfTypeMax = 20'000;

/// Most pairs of a member and a container that one `in` is spelt out to in a closed world.
inline constexpr std::size_t kMembershipPairsMax = 200'000;

/// Most entity terms of an open world whose ancestors are asked for: transitivity is said for each pair.
inline constexpr std::size_t kOpenMembersMax = 200;

/// Most values of a finite type that the elements of a set are bounded by.
inline constexpr std::size_t kFiniteValuesMax = 64;

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
