// Plainer values: what a witness's facts may be replaced with, so that a reader sees only what matters.
#pragma once

#include <string>
#include <vector>

#include "cedar/schema.h"
#include "terms/internal/vocabulary.h"

namespace proviso::terms::internal {

/// Values one step plainer than `value`, the fact or member at `path` ("authority.kind"), plainest first:
/// a record without one of its optional members (those that `type` says; all of them where it is null), a
/// set with fewer elements, a member or an element plainer; a word of the vocabulary before any other
/// text, a shorter text before a longer, a number nearer to 0, an instant at a day's beginning. A chain of
/// such steps always ends.
[[nodiscard]] std::vector<cedar::Value> PlainerThan(const cedar::Value& value, const cedar::Type* type,
                                                    const std::string& path, const Vocabulary& words);

/// The same for the id of an entity: known ids of its type in their order, then "model-a", "model-b".
[[nodiscard]] std::vector<std::string> PlainerIds(const cedar::EntityUid& uid, const Vocabulary& words);

}  // namespace proviso::terms::internal
