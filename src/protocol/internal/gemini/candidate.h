// One candidate of a Gemini answer, over the events that it comes in (one, when it comes whole).
// Reading and withholding are the same for a stream, an array and a whole answer.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "protocol/answer.h"
#include "protocol/internal/gemini/partial_arguments.h"
#include "protocol/internal/splice.h"

namespace proviso::protocol::internal::gemini {

/// The stop reason in the place of "STOP" when all calls of a candidate were withheld.
inline constexpr std::string_view kWithheldWord = "PROHIBITED_CONTENT";

/// Google's word for why a candidate ended; calls end with "STOP", too.
[[nodiscard]] StopClass StopOfCandidate(std::string_view word, bool had_calls);

/// A call that goes on.
struct OpenCall {
  ToolCall call;
  PartialArguments partial;
  bool has_arguments = false;
  bool has_partial = false;
};

class Candidate {
 public:
  struct Seen {
    std::vector<ToolCall> whole;  ///< Calls that became whole; position and choice are set.
    bool call = false;            ///< A part of a call stands here.
    bool finish = false;          ///< The stop reason stands here.
  };

  /// Reads what one event says of the candidate, and counts it. Fails as Broken on what might be
  /// read as a call by one client and not by another, and on calls or text after the stop reason.
  [[nodiscard]] base::Result<Seen> Read(base::Json entry, std::size_t choice, const std::string& where,
                                        AnswerSummary& summary);

  [[nodiscard]] bool has_open_call() const { return open_.has_value(); }
  [[nodiscard]] bool had_calls() const { return calls_ != 0; }
  [[nodiscard]] const std::string& finish() const { return finish_; }

  /// Takes the ruling on the next call proposed; Withhold then applies to the events that hold it.
  void Hear(const Ruling& ruling);
  /// Whether something of the entry must be rewritten although no call stands in it.
  [[nodiscard]] bool MustRewrite(base::Json entry) const;
  /// Adds the edits that withhold. Asked once for each event kept back, in their order.
  void Withhold(base::Json entry, Splice& splice);
  /// The rulings no longer apply to what follows.
  void Settled();

 private:
  [[nodiscard]] base::Status ReadPart(base::Json part, const std::string& where, Seen& seen,
                                      AnswerSummary& summary);
  [[nodiscard]] base::Status ReadCall(base::Json call, const std::string& where, Seen& seen);
  [[nodiscard]] base::Status AddArguments(base::Json call, const std::string& where);
  [[nodiscard]] base::Status CloseCall(const std::string& where, Seen& seen);
  [[nodiscard]] std::string NoticePart(const std::string& notice);

  std::size_t choice_ = 0;
  std::optional<OpenCall> open_;
  std::size_t calls_ = 0;
  std::string finish_;
  bool has_text_ = false;

  bool any_released_ = false;
  bool any_withheld_ = false;
  std::vector<Ruling> rulings_;  // on the calls whose events are kept back
  std::size_t begun_ = 0;        // of those, how many Withhold has met
};

/// All candidates of one answer, by index.
class Candidates {
 public:
  /// Reads one GenerateContentResponse. Fails also when the provider reports an error instead.
  [[nodiscard]] base::Result<Candidate::Seen> Read(base::Json root, AnswerSummary& summary);

  [[nodiscard]] bool has_open_call() const;
  /// Every candidate that appeared has its stop reason, or the prompt was blocked.
  [[nodiscard]] bool finished() const;

  void Hear(std::span<const ToolCall> calls, std::span<const Ruling> rulings);
  [[nodiscard]] bool MustRewrite(base::Json root) const;
  void Withhold(base::Json root, Splice& splice);
  void Settled();

 private:
  std::map<std::size_t, Candidate> by_index_;
  bool blocked_ = false;
};

}  // namespace proviso::protocol::internal::gemini
