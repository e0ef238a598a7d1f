#include "protocol/internal/chat/answer_steps.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json_writer.h"
#include "protocol/internal/chat/request_parts.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/openai_choice.h"
#include "protocol/internal/reading.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;
using base::Status;
using Kind = AnswerDelta::Kind;

AnswerDelta Step(Kind kind, std::size_t choice) {
  AnswerDelta step;
  step.kind = kind;
  step.choice = choice;
  return step;
}

template <std::size_t N>
bool IsOneOf(std::string_view key, const std::array<std::string_view, N>& names) {
  return std::ranges::find(names, key) != names.end();
}

bool IsKnownAtTop(std::string_view key) {
  constexpr std::array<std::string_view, 8> kKnown = {"id",      "object", "created",     "model",
                                                      "choices", "usage",  "obfuscation", "error"};
  return IsOneOf(key, kKnown);
}

bool IsKnownInChoice(std::string_view key) {
  constexpr std::array<std::string_view, 7> kKnown = {
      "index", "delta", "message", "finish_reason", "native_finish_reason", "stop_reason", "logprobs"};
  return IsOneOf(key, kKnown);
}

bool IsKnownInBody(std::string_view key) {
  constexpr std::array<std::string_view, 12> kKnown = {"audio",
                                                       "role",
                                                       "content",
                                                       "refusal",
                                                       "reasoning_content",
                                                       "reasoning",
                                                       "reasoning_details",
                                                       "annotations",
                                                       "tool_calls",
                                                       "function_call",
                                                       "images",
                                                       "index"};
  return IsOneOf(key, kKnown);
}

/// JSON on one line, as an event's data is: a line end in JSON can only be space between tokens.
std::string OneLine(std::string_view json) {
  std::string line(json);
  std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line;
}

/// What a stop means when another dialect's word for it is known. `finish` is what it says in this one.
StopClass Refine(StopClass finish, std::string_view native) {
  if (native.empty()) return finish;
  for (const Dialect dialect : kDialects) {
    const StopClass stop = StopOf(dialect, native);
    const bool of_end =
        finish == StopClass::kEnd &&
        (stop == StopClass::kStopSequence || stop == StopClass::kPause || stop == StopClass::kRefusal);
    const bool of_filter = finish == StopClass::kContentFilter && stop == StopClass::kRefusal;
    if (of_end || of_filter) return stop;
  }
  return finish;
}

/// Whether usage says nothing beyond what TokenUsage holds.
bool IsPlainUsage(Json usage) {
  constexpr std::array<std::string_view, 5> kTyped = {"prompt_tokens", "completion_tokens", "total_tokens",
                                                      "prompt_tokens_details", "completion_tokens_details"};
  constexpr std::array<std::string_view, 2> kTypedDetails = {"cached_tokens", "reasoning_tokens"};
  const auto says = [](Json value) { return !Absent(value) && value.raw() != "0"; };
  for (const base::JsonMember member : usage.members()) {
    if (!IsOneOf(member.key.text(), kTyped) && says(member.value)) return false;
    for (const base::JsonMember detail : member.value.members()) {
      if (!IsOneOf(detail.key.text(), kTypedDetails) && says(detail.value)) return false;
    }
  }
  return true;
}

}  // namespace

Status ChatAnswerSteps::Read(Json root, Form form, std::vector<AnswerDelta>& out) {
  if (const Json error = root.Find("error"); !Absent(error)) return ProviderError(error);
  const Json choices = root.Find("choices");
  const std::string what = form == Form::kWhole ? "body" : "event";
  if (!choices.is_array()) return Broken(what, "no choices: this is no Chat Completions answer");
  if (form == Form::kWhole && choices.size() == 0) return Broken("choices", "missing or empty");
  if (id_.empty()) id_ = Shorten(root.Find("id").text(), kNameBytesMax);
  if (model_.empty()) model_ = Shorten(root.Find("model").text(), kNameBytesMax);
  if (created_s_ == 0) created_s_ = CountOf(root, "created");
  KeepMembers(root, "", IsKnownAtTop);
  std::size_t rank = 0;
  for (const Json entry : choices.elements()) {
    if (auto read = ReadChoice(entry, form, rank++, out); !read) return read;
  }
  ReadUsageMember(root, out);
  return {};
}

void ChatAnswerSteps::ReadUsageMember(Json root, std::vector<AnswerDelta>& out) {
  const Json usage = root.Find("usage");
  if (!usage.is_object()) return;
  Begin(out);
  out.push_back(Step(Kind::kUsage, 0));
  out.back().usage = ReadUsage(Dialect::kOpenAiChat, usage);
  if (!IsPlainUsage(usage)) others_["usage"] = OneLine(usage.raw());
}

void ChatAnswerSteps::Begin(std::vector<AnswerDelta>& out) {
  if (std::exchange(begun_, true)) return;
  out.push_back(Step(Kind::kStart, 0));
  out.back().id = id_;
  out.back().model = model_;
  out.back().created_s = created_s_;
}

void ChatAnswerSteps::KeepMembers(Json object, std::string_view path, bool (*known)(std::string_view)) {
  for (const base::JsonMember member : object.members()) {
    if (member.value.is_null()) continue;
    const std::string key = member.key.text();
    if (known(key) || (member.value.is_object() && member.value.size() == 0)) continue;
    others_[std::string(path) + key] = OneLine(member.value.raw());
  }
}

Status ChatAnswerSteps::ReadChoice(Json entry, Form form, std::size_t rank, std::vector<AnswerDelta>& out) {
  const std::string where = At("choices", rank);
  const auto index = ReadChoiceIndex(entry, where);
  if (!index) return std::unexpected(index.error());
  const std::string_view key = form == Form::kWhole ? "message" : "delta";
  if (!Absent(entry.Find(form == Form::kWhole ? "delta" : "message")))
    return Broken(where, "a message in a chunk, or a delta in a whole answer");
  const Json body = entry.Find(key);
  const std::string body_where = where + "." + std::string(key);
  if (!body.is_object() && (form == Form::kWhole || !Absent(body)))
    return Broken(body_where, "not an object");
  Begin(out);
  if (auto read = ReadBody(body, body_where, form, *index, out); !read) return read;
  auto finish = ReadFinish(entry, where);
  if (!finish) return std::unexpected(finish.error());
  Choice& choice = choices_[*index];
  ReadLogProbabilities(entry.Find("logprobs"), choice);
  ReadAudio(body.Find("audio"), *index);
  KeepMembers(entry, At("choices", *index) + ".", IsKnownInChoice);
  KeepMembers(body, At("choices", *index) + ".message.", IsKnownInBody);
  if (choice.finished) {
    if (!finish->empty() && *finish != choice.finish) return Broken(where, "a second finish_reason");
    return {};
  }
  if (finish->empty() && form == Form::kChunk) return {};
  return Finish(entry, std::move(*finish), *index, where, out);
}

Status ChatAnswerSteps::ReadBody(Json body, const std::string& where, Form form, std::size_t index,
                                 std::vector<AnswerDelta>& out) {
  Choice& choice = choices_[index];
  const std::size_t before = out.size();
  if (auto read = ReadReasoning(body, where, form, index, out); !read) return read;
  if (auto read = ReadContent(body.Find("content"), where + ".content", index, out); !read) return read;
  const Json refusal = body.Find("refusal");
  if (!Absent(refusal) && !refusal.is_string()) return Broken(where + ".refusal", "not a string");
  if (std::string text = refusal.text(); !text.empty()) {
    choice.refused = true;
    AddPiece(index, Open::kRefusal, std::move(text), out);
  }
  if (auto read = ReadImages(body.Find("images"), where + ".images", index, out); !read) return read;
  for (const Json annotation : body.Find("annotations").elements())
    choice.annotations.push_back(OneLine(annotation.raw()));
  const std::size_t calls = choice.calls.size();
  if (auto read = ReadCalls(body, where, index); !read) return read;
  if (choice.finished && (out.size() != before || choice.calls.size() != calls))
    return Broken(where, "content after the choice's finish_reason");
  return {};
}

Status ChatAnswerSteps::ReadReasoning(Json body, const std::string& where, Form form, std::size_t index,
                                      std::vector<AnswerDelta>& out) {
  Choice& choice = choices_[index];
  const Json details = body.Find("reasoning_details");
  if (!Absent(details) && !details.is_array()) return Broken(where + ".reasoning_details", "not an array");
  const bool from_details = form == Form::kWhole && details.size() != 0;
  for (const std::string_view key : {"reasoning_content", "reasoning"}) {
    const Json words = body.Find(key);
    if (Absent(words) || words.is_object()) continue;
    if (!words.is_string()) return Broken(where + "." + std::string(key), "not a string");
    if (from_details || words.raw().size() == 2) continue;
    choice.has_words = true;
    AddPiece(index, Open::kReasoning, words.text(), out);
    break;
  }
  for (const Json entry : details.elements()) {
    if (!entry.is_object()) return Broken(where + ".reasoning_details", "an entry that is not an object");
    ReadDetail(entry, form, index, out);
  }
  return {};
}

/// On a stream the words of an entry are those that came as plain reasoning, if any did; a signature
/// ends its block.
void ChatAnswerSteps::ReadDetail(Json entry, Form form, std::size_t index, std::vector<AnswerDelta>& out) {
  auto read = ReadReasoningDetail(entry, "");
  if (!read) return;
  Choice& choice = choices_[index];
  const bool redacted = read->form == ReasoningBlock::Form::kRedacted;
  if (form == Form::kWhole || redacted) {
    GiveWhole(index, MakeBlock(std::move(*read)), out);
    return;
  }
  if (choice.open != Open::kReasoning) {
    if (choice.has_words && read->signature.empty()) return;
    CloseBlock(index, out);
    AddPiece(index, Open::kReasoning, std::move(read->text), out);
  } else if (!choice.has_words) {
    AddPiece(index, Open::kReasoning, std::move(read->text), out);
  }
  if (read->signature.empty()) return;
  if (choice.open != Open::kReasoning) AddPiece(index, Open::kReasoning, "", out);
  out.push_back(Step(Kind::kSignature, index));
  out.back().text = std::move(read->signature);
  CloseBlock(index, out);
  choice.has_words = false;
}

Status ChatAnswerSteps::ReadContent(Json content, const std::string& where, std::size_t index,
                                    std::vector<AnswerDelta>& out) {
  if (Absent(content)) return {};
  if (content.is_string()) {
    if (content.raw().size() > 2) AddPiece(index, Open::kText, content.text(), out);
    return {};
  }
  if (!content.is_array()) return Broken(where, "neither a string nor an array");
  for (const Json part : content.elements()) {
    const std::string type = part.Find("type").text();
    if (type == "text") {
      AddPiece(index, Open::kText, part.Find("text").text(), out);
    } else if (type == "thinking") {
      for (const Json thought : part.Find("thinking").elements())
        AddPiece(index, Open::kReasoning, thought.Find("text").text(), out);
    } else if (type == "reference") {
      choices_[index].annotations.push_back(OneLine(part.raw()));
    } else {
      Block block = MakeBlock(OpaqueBlock{type});
      block.original = OneLine(part.raw());
      GiveWhole(index, std::move(block), out);
    }
  }
  return {};
}

Status ChatAnswerSteps::ReadCalls(Json body, const std::string& where, std::size_t index) {
  auto parts = ReadCallParts(body, where, AnswerLimits{});
  if (!parts) return std::unexpected(parts.error());
  Choice& choice = choices_[index];
  std::vector<std::string> signatures;
  for (const Json call : body.Find("tool_calls").elements()) signatures.push_back(CallSignature(call));
  for (std::size_t i = 0; i < parts->size(); ++i) {
    CallPart& part = (*parts)[i];
    const auto [entry, fresh] = choice.calls.try_emplace(part.index);
    CallBlock& call = entry->second;
    if (fresh) call.kind = part.kind;
    if (call.id.empty()) call.id = std::move(part.id);
    if (call.name.empty()) call.name = std::move(part.name);
    call.arguments += part.arguments;
    if (i < signatures.size()) call.signature += signatures[i];
  }
  return choice.calls.size() > AnswerLimits{}.calls_max ? Broken(where, "more tool calls than the limit")
                                                        : Status{};
}

Status ChatAnswerSteps::ReadImages(Json images, const std::string& where, std::size_t index,
                                   std::vector<AnswerDelta>& out) {
  for (const Json image : images.elements()) {
    auto media = MediaFromUrl(image.Find("image_url").Find("url").text(), MediaBlock::Kind::kImage);
    if (!media) return Broken(where, media.error().message);
    GiveWhole(index, MakeBlock(std::move(*media)), out);
  }
  return {};
}

void ChatAnswerSteps::ReadLogProbabilities(Json value, Choice& choice) {
  constexpr std::array<std::string_view, 2> kLists = {"content", "refusal"};
  for (std::size_t i = 0; i < kLists.size(); ++i) {
    std::string& all = choice.log_probabilities[i];
    for (const Json entry : value.Find(kLists[i]).elements())
      all.append(all.empty() ? "" : ",").append(OneLine(entry.raw()));
  }
}

/// `audio` is kept as one object: its id and expiry as they come last, its data and transcript joined.
void ChatAnswerSteps::ReadAudio(Json audio, std::size_t index) {
  if (!audio.is_object()) return;
  Choice& choice = choices_[index];
  choice.audio_data += audio.Find("data").text();
  choice.audio_transcript += audio.Find("transcript").text();
  std::string& kept = others_[At("choices", index) + ".message.audio"];
  const auto before = base::JsonDocument::Parse(kept.empty() ? "{}" : std::string_view(kept));
  base::JsonWriter json;
  json.BeginObject();
  for (const std::string_view key : {"id", "expires_at"}) {
    Json value = audio.Find(key);
    if (Absent(value) && before) value = before->root().Find(key);
    if (!Absent(value)) json.Key(key).Raw(value.raw());
  }
  json.Key("data").String(choice.audio_data).Key("transcript").String(choice.audio_transcript);
  kept = json.EndObject().Take();
}

Status ChatAnswerSteps::Finish(Json entry, std::string finish, std::size_t index, const std::string& where,
                               std::vector<AnswerDelta>& out) {
  Choice& choice = choices_[index];
  CloseBlock(index, out);
  const bool called = !choice.calls.empty();
  if (auto given = GiveCalls(index, where, out); !given) return given;
  choice.finished = true;
  choice.finish = finish;
  AnswerChoice stop;
  stop.stop = StopOf(Dialect::kOpenAiChat, finish);
  // Some servers say "stop" beside calls, and some "tool_calls" beside none.
  if (stop.stop == StopClass::kEnd && called) stop.stop = StopClass::kToolCall;
  if (stop.stop == StopClass::kToolCall && !called) stop.stop = StopClass::kEnd;
  stop.stop = Refine(stop.stop, entry.Find("native_finish_reason").text());
  if (stop.stop == StopClass::kEnd && choice.refused) stop.stop = StopClass::kRefusal;
  if (const Json sequence = entry.Find("stop_reason");
      sequence.is_string() && (stop.stop == StopClass::kEnd || stop.stop == StopClass::kStopSequence)) {
    stop.stop = StopClass::kStopSequence;
    stop.stop_sequence = sequence.text();
  }
  stop.stop_raw = std::move(finish);
  if (!choice.log_probabilities[0].empty() || !choice.log_probabilities[1].empty()) {
    others_[At("choices", index) + ".logprobs"] = R"({"content":[)" + choice.log_probabilities[0] +
                                                  R"(],"refusal":[)" + choice.log_probabilities[1] + "]}";
  }
  out.push_back(Step(Kind::kStop, index));
  out.back().stop = std::move(stop);
  return {};
}

Status ChatAnswerSteps::GiveCalls(std::size_t index, const std::string& where,
                                  std::vector<AnswerDelta>& out) {
  std::size_t position = 0;
  for (auto& [own, call] : choices_[index].calls) {
    if (call.name.empty()) return Broken(where, "a call without a name");
    if (call.id.empty()) call.id = InventCallId(id_, position, call.name, call.arguments);
    ++position;
    GiveWhole(index, MakeBlock(call), out);
  }
  return {};
}

void ChatAnswerSteps::AddPiece(std::size_t index, Open kind, std::string text,
                               std::vector<AnswerDelta>& out) {
  Choice& choice = choices_[index];
  if (choice.open != kind) {
    CloseBlock(index, out);
    out.push_back(Step(Kind::kBlockBegin, index));
    out.back().block.model = model_;
    if (kind == Open::kReasoning) out.back().block.content = ReasoningBlock{};
    if (kind == Open::kRefusal) out.back().block.content = RefusalBlock{};
    choice.open = kind;
  }
  if (text.empty()) return;
  if (kind == Open::kText) choice.text += text;
  out.push_back(Step(Kind::kText, index));
  out.back().text = std::move(text);
}

void ChatAnswerSteps::CloseBlock(std::size_t index, std::vector<AnswerDelta>& out) {
  Choice& choice = choices_[index];
  if (choice.open == Open::kNone) return;
  if (choice.open == Open::kText) {
    for (const std::string& annotation : choice.annotations) {
      const auto document = base::JsonDocument::Parse(annotation);
      if (!document) continue;
      out.push_back(Step(Kind::kCitation, index));
      out.back().citation = ReadAnnotation(document->root(), choice.text);
    }
    choice.annotations.clear();
    choice.text.clear();
  }
  choice.open = Open::kNone;
  out.push_back(Step(Kind::kBlockEnd, index));
}

void ChatAnswerSteps::GiveWhole(std::size_t index, Block block, std::vector<AnswerDelta>& out) {
  CloseBlock(index, out);
  block.model = model_;
  ExchangeAnswer one;
  one.choices.resize(index + 1);
  one.choices[index].blocks.push_back(std::move(block));
  for (AnswerDelta& step : DeltasOf(one)) {
    const bool of_block = step.kind == Kind::kBlockBegin || step.kind == Kind::kText ||
                          step.kind == Kind::kSignature || step.kind == Kind::kBlockEnd;
    if (of_block && step.choice == index) out.push_back(std::move(step));
  }
}

Status ChatAnswerSteps::End(Form form, std::vector<AnswerDelta>& out) {
  if (choices_.empty())
    return Broken(form == Form::kWhole ? "choices" : "[DONE]", "the answer has no choice");
  for (const auto& [index, choice] : choices_) {
    if (!choice.finished) return Broken(At("choices", index), "the answer ended before its finish_reason");
  }
  for (auto& [path, json] : others_) {
    out.push_back(Step(Kind::kOther, 0));
    out.back().member = {path, std::move(json), {}};
  }
  out.push_back(Step(Kind::kEnd, 0));
  return {};
}

}  // namespace proviso::protocol::internal
