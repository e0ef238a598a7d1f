// The gate that a provider's answer passes through: text flows on at once, tool calls wait.
//
// The caller of this class (the gateway) feeds it the provider's bytes as they come, in any
// pieces, and sends on what it appends to `out`: the provider's own bytes, never rewritten, except
// where a call is withheld. A tool call is kept back, every byte of it, until it is whole and a
// ruling is given. The terminal bytes are kept back until Finish, so that the outcome can be made
// durable before the caller of the API can believe that the answer is complete.
//
//   auto gate = MakeGate(dialect, delivery);
//   while (auto bytes = co_await upstream.Read()) {
//     if (auto fed = gate->Feed(*bytes, out); !fed) return BreakOff(fed.error());
//     while (!gate->pending().empty()) {
//       const std::vector<Ruling> rulings = Decide(gate->pending());
//       if (auto ruled = gate->Rule(rulings, out); !ruled) return BreakOff(ruled.error());
//     }
//     Send(out);
//     if (gate->ended()) break;
//   }
//   MakeOutcomeDurable(gate->summary());
//   if (auto finished = gate->Finish(out); !finished) return BreakOff(finished.error());
//
// After an error the gate stays broken: each later call gives the same error and appends nothing.
// What was appended before the error may be sent; then the dialect's error (refusal.h) ends it.
//
// Any split of the same bytes gives the same `out` in total, the same calls, the same summary.
//
// What counts as a call is what the dialect says is one, whatever the caller offered:
//   OpenAI     `tool_calls` elements and the legacy `function_call`. `tool_calls: []` is none.
//   Anthropic  `tool_use` blocks. Tools that the provider itself runs (`server_tool_use`,
//              `mcp_tool_use`) were decided when they were offered; they pass and are counted.
// What could be a call under another name is refused: see the table in README.md.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "protocol/dialect.h"
#include "protocol/limits.h"

namespace proviso::protocol {

enum class CallKind : std::uint8_t {
  kFunction,        ///< OpenAI `type: function`, Anthropic `tool_use`.
  kCustom,          ///< OpenAI `type: custom`: the arguments are free text, not JSON.
  kLegacyFunction,  ///< OpenAI `function_call`: no id, at most one a choice.
};

/// One call that a model proposes. Copies; the answer's bytes may go.
struct ToolCall {
  std::string id;
  std::string name;
  /// Exactly the text that the model gave. It is *meant* to be JSON and may not be: a call with
  /// broken arguments is still a call, and whoever decides must treat it as undecidable.
  std::string arguments;
  CallKind kind = CallKind::kFunction;
  /// Which of the `n` answers it belongs to; always 0 for Anthropic.
  std::size_t choice = 0;
  /// Its rank among the calls of that choice, from 0, in the provider's order.
  std::size_t position = 0;

  bool operator==(const ToolCall&) const = default;
};

/// Why the model stopped, across dialects; AnswerSummary::stop_raw keeps the provider's word.
enum class StopClass : std::uint8_t {
  kNone,           ///< No stop reason was seen (yet).
  kEnd,            ///< The model was done.
  kLength,         ///< A token limit or the context window.
  kStopSequence,   ///< A stop sequence of the request.
  kToolCall,       ///< It waits for the results of calls.
  kContentFilter,  ///< The provider's filter.
  kRefusal,        ///< The model declined.
  kPause,          ///< A long turn was paused; the caller may go on.
  kOther,          ///< A word that we do not know.
};

/// Tokens as the provider counted them; 0 where it says nothing.
struct Usage {
  std::int64_t input_tokens = 0;  ///< As reported: OpenAI includes cached tokens, Anthropic does not.
  std::int64_t output_tokens = 0;
  std::int64_t cached_tokens = 0;         ///< Read from the provider's prompt cache.
  std::int64_t cache_written_tokens = 0;  ///< Written to it (Anthropic).
  std::int64_t reasoning_tokens = 0;

  bool operator==(const Usage&) const = default;
};

/// What the answer was, for the record. Of the provider's answer, before anything was withheld.
struct AnswerSummary {
  std::string id;
  std::string model;                  ///< As answered, which may be more exact than as asked.
  StopClass stop = StopClass::kNone;  ///< Of the first choice.
  std::string stop_raw;
  Usage usage;
  std::size_t text_bytes = 0;       ///< Of text meant for the reader, unescaped, all choices.
  std::size_t reasoning_bytes = 0;  ///< Of readable reasoning.
  std::size_t choices = 0;
  std::size_t calls = 0;
  std::size_t calls_withheld = 0;
  std::size_t server_calls = 0;  ///< Calls that the provider ran itself.
  /// Types of blocks that the caller's dialect has no place for, each once; only of translations.
  std::set<std::string> left_out = {};

  bool operator==(const AnswerSummary&) const = default;
};

/// What becomes of one pending call.
struct Ruling {
  enum class Kind : std::uint8_t { kRelease, kWithhold };
  Kind kind = Kind::kWithhold;
  /// The text that the client sees in the place of a withheld call. UTF-8.
  std::string notice;
};

/// The gate for one answer. Not thread-safe; no I/O; never blocks.
class AnswerGate {
 public:
  virtual ~AnswerGate() = default;

  /// Takes the next bytes of the answer's body and appends to `out` what may leave now. While
  /// calls pend the bytes are only kept. Fails with kInvalid or kCorrupt (the provider broke its
  /// dialect, or hid a call), kLimit, or kUnavailable (the provider reported an error in
  /// mid-stream; the message quotes it).
  [[nodiscard]] base::Status Feed(std::string_view bytes, std::string& out);

  /// The calls that are whole and await a ruling, in order. Valid until the next call of Rule.
  [[nodiscard]] std::span<const ToolCall> pending() const { return pending_; }

  /// Gives one ruling for each pending call, in order, then goes on with the bytes kept since;
  /// those may bring the next pending calls. kInternal when the counts differ.
  [[nodiscard]] base::Status Rule(std::span<const Ruling> rulings, std::string& out);

  /// The terminal event ([DONE], message_stop), or the last byte of a whole answer, has been seen
  /// and no call pends: nothing more is to come.
  [[nodiscard]] bool ended() const { return !failed_ && pending_.empty() && Complete(); }

  /// Appends the last bytes: of a stream, the terminal event; of a whole answer, all of it. Call
  /// once, when ended(), or when the upstream's body ended: an answer that is not complete by
  /// then is kCorrupt, never a success.
  [[nodiscard]] base::Status Finish(std::string& out);

  [[nodiscard]] const AnswerSummary& summary() const { return summary_; }

 protected:
  explicit AnswerGate(AnswerLimits limits) : limits_(limits) {}

  [[nodiscard]] virtual base::Status Take(std::string_view bytes, std::string& out) = 0;
  [[nodiscard]] virtual base::Status Settle(std::span<const ToolCall> calls, std::span<const Ruling> rulings,
                                            std::string& out) = 0;
  [[nodiscard]] virtual base::Status Close(std::string& out) = 0;
  [[nodiscard]] virtual bool Complete() const = 0;

  /// Puts whole calls up for ruling. Fails when there are more than the limit, and when two calls
  /// of one choice share an id: a result could then be taken for the other's.
  [[nodiscard]] base::Status Propose(std::vector<ToolCall> calls);

  const AnswerLimits limits_;
  AnswerSummary summary_;

 private:
  [[nodiscard]] base::Status Remember(base::Status status);

  std::vector<ToolCall> pending_;
  std::set<std::pair<std::size_t, std::string>> proposed_ids_;  // choice and id
  bool failed_ = false;
  bool finished_ = false;
  base::Error failure_;
};

/// A gate for one answer in this dialect and delivery.
[[nodiscard]] std::unique_ptr<AnswerGate> MakeGate(Dialect dialect, Delivery delivery,
                                                   AnswerLimits limits = {});

}  // namespace proviso::protocol
