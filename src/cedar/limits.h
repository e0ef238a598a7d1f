// Bounds of the Cedar engine against hostile text and data. Each is tested at its edge.
#pragma once

#include <cstddef>

namespace proviso::cedar {

/// Largest policy or schema text, in bytes.
inline constexpr std::size_t kTextBytesMax = 16U << 20U;

/// Deepest nesting of brackets, braces, parentheses and `if` in a policy, and of types in a schema.
/// Each level costs the parser several stack frames.
inline constexpr std::size_t kNestingMax = 200;

/// Greatest depth of an expression tree: long chains such as `a || b || c …` grow it by one a link.
inline constexpr std::size_t kExpressionDepthMax = 2'000;

/// Cedar's own bound on `!` or `-` written in a row.
inline constexpr std::size_t kUnaryOperatorsMax = 4;

/// Most syntax errors reported for one text.
inline constexpr std::size_t kSyntaxErrorsMax = 20;

/// Most tokens that one schema declaration with several names (`entity A, B, … = {…};`) stands for.
inline constexpr std::size_t kRepeatedTokensMax = 4'000'000;

/// Most policies, templates and links in one set.
inline constexpr std::size_t kPoliciesMax = 100'000;

/// Deepest nesting of one value from JSON.
inline constexpr std::size_t kValueDepthMax = 128;

/// Most expressions that one policy has when it is written as JSON, where `has a.b.c` is several.
inline constexpr std::size_t kJsonExpressionsMax = 2'000'000;

/// Deepest nesting of policies in JSON: an expression of kExpressionDepthMax takes two levels for each
/// operator, and what surrounds it a few.
inline constexpr std::size_t kPolicyJsonDepthMax = 2 * kExpressionDepthMax + 32;

/// Bounds of the formatter's options.
inline constexpr std::size_t kLineWidthMax = 10'000;
inline constexpr std::size_t kIndentWidthMax = 16;

/// Most (entity, ancestor) pairs that one entity set stores, counted over every path; it bounds both
/// the memory and the time of Entities::Build. Beyond it `in` walks the parents.
inline constexpr std::size_t kAncestorPairsMax = 10'000'000;

/// Most candidates that the index of compiled policies keeps for one thread, over all kinds of request:
/// beyond it, the index starts anew.
inline constexpr std::size_t kSliceCandidatesMax = 2'000'000;

/// Most operations of one policy that the validator takes, after `has a.b.c` and the like are spelt out.
inline constexpr std::size_t kCoreNodesMax = 1'000'000;

/// Most steps of one validation: about one for each operation of a policy in each kind of request that
/// the schema allows, and one for each attribute that is compared. A few seconds.
inline constexpr std::size_t kValidationStepsMax = 100'000'000;

/// Most findings about one policy, and most of one validation before each further policy gets one.
inline constexpr std::size_t kFindingsMax = 1'000;

}  // namespace proviso::cedar
