// The Exchange: what was asked and what was answered, in one form for all dialects.
//
// n readers and n writers meet here, so that no pair of dialects needs code of its own:
//
//   auto exchange = ReadExchange(Inbound{Dialect::kAnthropicMessages}, body);     // translate.h
//   auto sent = WriteExchange(*exchange, Dialect::kGemini, …);
//
// It loses nothing: what a decision or a translation needs is typed, and everything else is kept
// as the bytes it came in (Block::original, Member), with the place where they stand. A translation
// goes through the table of capabilities.h: what the target cannot express is named, never dropped
// in silence. Between equal dialects nothing is translated: the original bytes travel.
//
// All values own their bytes. Texts are UTF-8. "JSON" members hold one JSON value as text.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/answer.h"
#include "protocol/dialect.h"

namespace proviso::protocol {

/// Where something stands in the bytes that it was read from; 0 to 0 when it was folded out of
/// several events.
struct SourceRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// A member that no other dialect has a name for, and that the writer of the same dialect needs:
/// kept as it came.
struct Member {
  std::string path;  ///< As the reader names it: "metadata.team", "messages[2].name".
  std::string json;
  SourceRange source;
};

// ---- Blocks: the pieces of a turn or an answer, in order -------------------------------------

/// Where a statement comes from.
struct Citation {
  enum class Kind : std::uint8_t { kUrl, kDocument, kOther };
  Kind kind = Kind::kOther;
  std::string title;
  std::string url;
  std::string quoted;  ///< The words of the source.
  /// Which bytes of the block's text it supports; equal when the dialect does not say.
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string original;  ///< JSON in the dialect it came in.

  bool operator==(const Citation&) const = default;
};

struct TextBlock {
  std::string text;
  std::vector<Citation> citations;
};

/// A model's reasoning, in words, as a summary, or only as an opaque token.
struct ReasoningBlock {
  std::string text;  ///< Readable; a summary where the provider gives only that. May be empty.
  enum class Form : std::uint8_t { kFull, kSummary, kRedacted };
  Form form = Form::kFull;
  /// Opaque, to be given back unchanged: Anthropic's `signature` or `redacted_thinking.data`,
  /// Gemini's `thoughtSignature`, Bedrock's `signature` or `redactedContent`, the Responses API's
  /// `encrypted_content`. "" when there is none.
  std::string signature;
  std::string id;  ///< The Responses API's item id ("rs_…"); "" elsewhere.
};

/// The model declines, in its own words (OpenAI's `refusal`).
struct RefusalBlock {
  std::string text;
};

/// A call that the model proposes; the caller runs it.
struct CallBlock {
  std::string id;
  std::string name;
  std::string arguments;  ///< The model's own text, meant to be a JSON object (free text for kCustom).
  CallKind kind = CallKind::kFunction;
  std::string signature;  ///< Opaque reasoning that is bound to the call (Gemini); "" elsewhere.
  std::string item_id;    ///< The Responses API's ("fc_…"); "" elsewhere.
};

struct MediaBlock {
  enum class Kind : std::uint8_t { kImage, kDocument, kAudio, kVideo };
  Kind kind = Kind::kImage;
  std::string media_type;  ///< "image/png"; "" when only a URL is known.
  /// Exactly one of the three is set.
  std::string base64;
  std::string url;
  std::string file_id;  ///< Of the provider's own file store, which no other provider can read.
  std::string name;     ///< A document's name or title; "" for none.
  std::string detail;   ///< OpenAI's: low, high, auto; "" for none.
};

struct Block;

/// What a call gave, as the caller tells the model.
struct ResultBlock {
  std::string call_id;
  std::string name;  ///< The tool's, where the dialect repeats it (Gemini); "" elsewhere.
  enum class Status : std::uint8_t { kUnsaid, kOk, kError };
  Status status = Status::kUnsaid;
  std::vector<Block> content;  ///< Text and media.
  /// When the result is a JSON object and not text (Gemini's `response`, Bedrock's `json`); "".
  std::string json;
};

/// What only its own dialect has: a search that the provider ran, its result, a container upload,
/// an item type of next year. Travels in Block::original, to its own dialect only.
struct OpaqueBlock {
  std::string type;  ///< As the dialect names it: "server_tool_use", "web_search_call".
};

struct Block {
  std::variant<TextBlock, ReasoningBlock, RefusalBlock, CallBlock, ResultBlock, MediaBlock, OpaqueBlock>
      content;
  /// The model that produced it, as its provider names it; "" for what a person or an application
  /// wrote, and where it is not known.
  std::string model;
  /// The block in its own dialect, JSON, when it says more than `content` does (always for
  /// OpaqueBlock); "" otherwise.
  std::string original;
  SourceRange source;
  /// A prompt-cache mark: its lifetime in seconds, or 0 for none.
  std::int64_t cache_s = 0;
};

// ---- The request --------------------------------------------------------------------------------

enum class Role : std::uint8_t { kSystem, kDeveloper, kUser, kAssistant, kTool };

struct Turn {
  Role role = Role::kUser;
  std::vector<Block> blocks;
  std::string name;  ///< The participant's name (OpenAI); "" for none.
  SourceRange source;
};

struct ToolDefinition {
  std::string name;
  std::string description;
  CallKind kind = CallKind::kFunction;
  /// A tool that the provider defines or runs, as its dialect spells the type; "" for the caller's own.
  std::string provider_type;
  std::string schema;  ///< JSON Schema of the input, as given; for kCustom the format; "" for none.
  std::optional<bool> strict;
  std::int64_t cache_s = 0;
  std::string original;  ///< JSON in its own dialect; always for provider_type.
};

struct ToolChoice {
  enum class Kind : std::uint8_t { kUnsaid, kAuto, kNone, kAny, kNamed };
  Kind kind = Kind::kUnsaid;
  std::vector<std::string> names;  ///< One for kNamed; for kAny or kAuto those allowed, if not all.
  std::optional<bool> parallel;
};

struct AnswerFormat {
  enum class Kind : std::uint8_t { kText, kJson, kSchema };
  Kind kind = Kind::kText;
  std::string name;
  std::string description;
  std::string schema;
  std::optional<bool> strict;
};

struct ReasoningChoice {
  /// "", "none", "minimal", "low", "medium", "high", "xhigh": the effort asked for.
  std::string effort;
  std::optional<std::int64_t> budget_tokens;
  enum class Mode : std::uint8_t { kUnsaid, kOff, kOn, kAdaptive };
  Mode mode = Mode::kUnsaid;
  enum class Show : std::uint8_t { kUnsaid, kHidden, kSummary };
  Show show = Show::kUnsaid;
};

struct Sampling {
  std::optional<std::int64_t> output_tokens_max;
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<std::int64_t> top_k;
  std::optional<double> presence_penalty;
  std::optional<double> frequency_penalty;
  std::optional<std::int64_t> seed;
  std::vector<std::string> stop;
  std::int64_t choices = 1;
  std::optional<std::int64_t> log_probabilities;  ///< How many alternatives; 0 for only the chosen.
};

struct ExchangeRequest {
  Dialect dialect = Dialect::kOpenAiChat;
  std::string model;
  Delivery delivery = Delivery::kWhole;
  std::vector<Turn> turns;  ///< System prompts stand first as turns of their role.
  std::vector<ToolDefinition> tools;
  ToolChoice tool_choice;
  AnswerFormat format;
  ReasoningChoice reasoning;
  Sampling sampling;
  std::string user;  ///< The end user as declared.
  std::map<std::string, std::string> metadata;
  /// Whether a stream shall end with usage (OpenAI's stream_options.include_usage).
  std::optional<bool> stream_usage;
  std::vector<Member> others;
};

// ---- The answer ---------------------------------------------------------------------------------

/// Tokens, counted alike for all: input with what was read from and written to a cache, output with
/// reasoning. The writers and readers convert.
struct TokenUsage {
  std::int64_t input = 0;
  std::int64_t output = 0;
  std::int64_t cached = 0;         ///< Of input, read from the provider's prompt cache.
  std::int64_t cache_written = 0;  ///< Of input, written to it.
  std::int64_t reasoning = 0;      ///< Of output.
  std::int64_t total = 0;          ///< As the provider says; input + output when it does not.

  bool operator==(const TokenUsage&) const = default;
};

struct AnswerChoice {
  std::vector<Block> blocks;
  StopClass stop = StopClass::kNone;
  std::string stop_raw;       ///< The provider's word.
  std::string stop_sequence;  ///< Which one, where the provider says.
  std::string stop_details;   ///< JSON that explains the stop (safety ratings, refusal details); "".
};

struct ExchangeAnswer {
  Dialect dialect = Dialect::kOpenAiChat;
  std::string id;
  std::string model;
  std::int64_t created_s = 0;
  std::vector<AnswerChoice> choices;
  std::optional<TokenUsage> usage;
  std::vector<Member> others;
};

// ---- The answer as a stream -----------------------------------------------------------------------

/// One step of an answer. Blocks of one choice come in order; a block's pieces come between its
/// begin and its end, and nothing of another block of the same choice in between.
struct AnswerDelta {
  enum class Kind : std::uint8_t {
    kStart,       ///< id, model, created_s.
    kBlockBegin,  ///< `block`: its kind and what is known at once (a call's id and name).
    kText,        ///< `text` more of the block's text, reasoning, refusal or arguments.
    kSignature,   ///< `text` more of a reasoning block's or call's signature.
    kCitation,    ///< `citation` of the text block.
    kBlockEnd,    ///< `block` holds the block whole where the provider repeats or only then gives it
                  ///< (its text is then the block's whole text); otherwise its content is to be
                  ///< ignored and only `original` counts.
    kUsage,       ///< `usage`, the latest in full.
    kStop,        ///< `stop` of a choice.
    kOther,       ///< `member`: something about the answer that only its own dialect has.
    kEnd,         ///< The answer is complete.
  };
  Kind kind = Kind::kText;
  std::size_t choice = 0;
  std::string text;
  Block block;
  enum class Whole : std::uint8_t { kNo, kYes };
  Whole whole = Whole::kNo;  ///< For kBlockEnd: whether `block` holds it whole.
  Citation citation;
  TokenUsage usage;
  AnswerChoice stop;  ///< Without blocks.
  Member member;
  std::string id;
  std::string model;
  std::int64_t created_s = 0;
};

/// Puts deltas together to the answer that they are. The same answer comes of a stream as of the
/// whole body.
class AnswerFold {
 public:
  explicit AnswerFold(Dialect dialect) { answer_.dialect = dialect; }
  /// kCorrupt when the steps come in an order that AnswerDelta does not allow.
  [[nodiscard]] base::Status Add(const AnswerDelta& delta);
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] const ExchangeAnswer& answer() const { return answer_; }
  [[nodiscard]] ExchangeAnswer Take() { return std::move(answer_); }

 private:
  [[nodiscard]] base::Result<Block*> Open(std::size_t choice);
  ExchangeAnswer answer_;
  std::vector<bool> open_;  // by choice: its last block is not ended
  bool ended_ = false;
};

/// The steps of a whole answer, for a writer of streams.
[[nodiscard]] std::vector<AnswerDelta> DeltasOf(const ExchangeAnswer& answer);

// ---- For people -----------------------------------------------------------------------------------

/// Canonical JSON (docs/formats/exchange.md): the same for the same content whatever the dialect, but
/// for `dialect` itself and `original`. Pretty for reading.
[[nodiscard]] std::string ToJson(const ExchangeRequest& request);
[[nodiscard]] std::string ToJson(const ExchangeAnswer& answer);

}  // namespace proviso::protocol
