// Bounds of the analysis: what a hostile schema, policy or set of entities can make it build.
#pragma once

#include <cstddef>

namespace proviso::analysis {

/// Most parts of one type: records in records, written out. Common types that double in size at each use
/// end here.
inline constexpr std::size_t kTypePartsMax = 20'000;

/// Most terms that one Compiler makes.
inline constexpr std::size_t kTermsMax = 2'000'000;

/// Most entities of a closed world that one read or one `in` looks through.
inline constexpr std::size_t kEntitiesOfTypeMax = 20'000;

/// Most pairs of a member and a container that one `in` is spelt out to in a closed world.
inline constexpr std::size_t kMembershipPairsMax = 200'000;

/// Most entity terms of an open world whose ancestors are asked for: transitivity is said for each pair.
inline constexpr std::size_t kOpenMembersMax = 200;

/// Most values of a finite type that the elements of a set are bounded by.
inline constexpr std::size_t kFiniteValuesMax = 64;

}  // namespace proviso::analysis
