// One choice of an OpenAI Chat answer: `message` in a whole answer, `delta` in a chunk. Reading
// and withholding are the same for both.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "protocol/answer.h"
#include "protocol/internal/splice.h"

namespace proviso::protocol::internal {

/// A part of a call (of a chunk) or a whole one (of a message). Views nothing.
struct CallPart {
  /// Identity within the choice: `index`, or the rank in its array when there is none.
  std::size_t index = 0;
  std::string id;
  std::string name;
  std::string arguments;
  CallKind kind = CallKind::kFunction;
};

/// The legacy `function_call` has no index; it is the only call of its choice.
inline constexpr std::size_t kLegacyIndex = 0;

struct ChoiceText {
  std::size_t text_bytes = 0;
  std::size_t reasoning_bytes = 0;
  bool refused = false;  ///< `refusal` carries text.
};

/// Reads the calls of a message or delta. Fails as Broken on anything that might be read as a call
/// by one client and not by another.
[[nodiscard]] base::Result<std::vector<CallPart>> ReadCallParts(base::Json body, std::string_view where,
                                                                const AnswerLimits& limits);
[[nodiscard]] base::Result<ChoiceText> ReadText(base::Json body, std::string_view where);

/// Checks a choice's own member names, and gives its `index` (0 when absent).
[[nodiscard]] base::Result<std::size_t> ReadChoiceIndex(base::Json choice, std::string_view where);

/// The stop reason of a choice: "" when it goes on (null, absent or empty).
[[nodiscard]] base::Result<std::string> ReadFinish(base::Json choice, std::string_view where);
[[nodiscard]] StopClass ClassOfFinish(std::string_view finish, bool refused);

/// `id`, `model` and `usage` of an answer or chunk, when present. Fails when the provider reports
/// an error instead, or when a member's name is disguised.
[[nodiscard]] base::Status ReadTop(base::Json root, AnswerSummary& summary);

/// What became of the calls of one choice.
struct ChoiceRuling {
  /// By CallPart::index: the new index, or nothing when the call is withheld.
  std::map<std::size_t, std::optional<std::size_t>> fates;
  /// By index, the texts in the place of withheld calls that have not been written yet.
  std::map<std::size_t, std::string> pending_notices;
  bool any_released = false;
  bool any_withheld = false;
};

/// Numbers the survivors and collects notices. `calls` are one choice's, `indexes` beside them.
[[nodiscard]] ChoiceRuling RuleChoice(const std::vector<std::size_t>& indexes,
                                      const std::vector<const Ruling*>& rulings);

/// Adds the edits that withhold from one choice. `notice` is put at the end of the content when
/// not empty. Gives whether anything but an empty body is left in the choice.
enum class Remains : std::uint8_t { kSomething, kNothing };
Remains WithholdFromChoice(base::Json choice, std::string_view body_key, const ChoiceRuling& ruling,
                           std::string_view notice, Splice& splice);

}  // namespace proviso::protocol::internal
