// What the record says of a case: the INTENT of each decision before its effect, the OUTCOME after.
// Values are salted commitments in the log (record/entry.h); no content stands here, only digests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "enforcement/case.h"
#include "oversight/desk.h"
#include "protocol/answer.h"
#include "record/entry.h"
#include "terms/decide.h"

namespace proviso::enforcement {

/// What is the same in every entry of one gateway.
struct Provenance {
  std::string build;
  std::string configuration_digest;
};

/// The decision on the request; with the release when people approved it (null otherwise).
[[nodiscard]] record::EntryDraft RequestIntent(const Case& the_case, const terms::Decision& decision,
                                               const oversight::Release* release,
                                               const Provenance& provenance);

/// The decision on one call; with the release when people approved it.
[[nodiscard]] record::EntryDraft CallIntent(const Case& the_case, const protocol::ToolCall& call,
                                            const terms::Decision& decision,
                                            const oversight::Release* release, const Provenance& provenance);

/// What became of it.
struct Effect {
  std::string what;  ///< answered, refused, released, withheld, denied, upstream_error, broken_answer, …
  const protocol::AnswerSummary* summary = nullptr;
  std::optional<base::Digest> response_digest = std::nullopt;
  std::size_t response_bytes = 0;
  std::string upstream_request_id = {};
};

/// The OUTCOME of the INTENT at `intent_index`. `now_ns` is monotonic.
[[nodiscard]] record::EntryDraft OutcomeOf(const Case& the_case, std::uint64_t intent_index,
                                           const Effect& effect, std::int64_t now_ns);

}  // namespace proviso::enforcement
