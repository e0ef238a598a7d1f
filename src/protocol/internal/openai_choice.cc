#include "protocol/internal/openai_choice.h"

#include <algorithm>
#include <array>

#include "base/json_writer.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/stop_words.h"
#include "protocol/limits.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;
using base::Status;

/// A string, or "" for a missing or null one; anything else is no OpenAI answer.
Result<std::string> OptionalText(Json object, std::string_view key, std::string_view where) {
  const Json value = object.Find(key);
  if (Absent(value)) return std::string();
  if (!value.is_string()) return Broken(std::string(where) + "." + std::string(key), "not a string");
  return value.text();
}

Result<CallPart> ReadFunction(Json function, std::string_view arguments_key, std::string_view where) {
  CallPart part;
  if (Absent(function)) return part;
  if (!function.is_object()) return Broken(where, "not an object");
  if (auto names = CheckNames(function, {"name", "arguments", "input"}, where); !names) {
    return std::unexpected(names.error());
  }
  auto name = OptionalText(function, "name", where);
  if (!name) return std::unexpected(name.error());
  auto arguments = OptionalText(function, arguments_key, where);
  if (!arguments) return std::unexpected(arguments.error());
  if (name->size() > kNameBytesMax) return Broken(where, "a name larger than the limit");
  part.name = std::move(*name);
  part.arguments = std::move(*arguments);
  return part;
}

Result<CallPart> ReadElement(Json element, std::size_t rank, std::string_view where,
                             const AnswerLimits& limits) {
  if (!element.is_object()) return Broken(where, "not an object");
  if (auto names = CheckNames(element, {"index", "id", "type", "function", "custom"}, where); !names) {
    return std::unexpected(names.error());
  }
  const auto type = OptionalText(element, "type", where);
  if (!type) return std::unexpected(type.error());
  const bool custom = *type == "custom" || (type->empty() && !Absent(element.Find("custom")));
  if (!type->empty() && *type != "function" && *type != "custom") {
    return Broken(where, "a call of an unknown type; it cannot be decided");
  }
  if (!Absent(element.Find(custom ? "function" : "custom"))) {
    return Broken(where, "a call that is both a function and a custom one");
  }
  auto part = custom ? ReadFunction(element.Find("custom"), "input", std::string(where) + ".custom")
                     : ReadFunction(element.Find("function"), "arguments", std::string(where) + ".function");
  if (!part) return part;
  if (custom) part->kind = CallKind::kCustom;
  const auto id = OptionalText(element, "id", where);
  if (!id) return std::unexpected(id.error());
  if (id->size() > kNameBytesMax) return Broken(where, "an id larger than the limit");
  part->id = *id;
  part->index = rank;
  if (const Json index = element.Find("index"); !Absent(index)) {
    const auto value = index.integer();
    if (!value || *value < 0 || static_cast<std::size_t>(*value) >= limits.calls_max) {
      return Broken(where, "an index that is not a number below the limit of calls");
    }
    part->index = static_cast<std::size_t>(*value);
  }
  return part;
}

/// Calls stand in a message or delta, nowhere else.
Status RefuseStrayCalls(Json object, std::string_view where) {
  for (const std::string_view key : {"tool_calls", "function_call"}) {
    if (!Absent(object.Find(key))) return Broken(where, "calls outside a message or delta");
  }
  return {};
}

void AddContentParts(Json content, ChoiceText& text) {
  for (const Json part : content.elements()) {
    if (part.Find("type").equals("thinking")) {
      for (const Json thought : part.Find("thinking").elements()) {
        text.reasoning_bytes += thought.Find("text").text().size();
      }
    } else {
      text.text_bytes += part.Find("text").text().size();
    }
  }
}

/// `text` as the inside of a JSON string.
std::string Inside(std::string_view text) {
  const std::string quoted = base::JsonString(text);
  return quoted.substr(1, quoted.size() - 2);
}

/// The notice's edit of the content; nothing when there is no content member to edit.
bool AddNoticeToContent(Json content, std::string_view notice, Splice& splice) {
  switch (content.kind()) {
    case base::JsonKind::kNull:
      splice.Replace(content, base::JsonString(notice));
      return true;
    case base::JsonKind::kString:
      splice.Insert(content.end() - 1, Inside(notice));
      return true;
    case base::JsonKind::kArray:
      splice.Insert(content.end() - 1, std::string(content.size() == 0 ? "" : ",") +
                                           R"({"type":"text","text":)" + base::JsonString(notice) + "}");
      return true;
    case base::JsonKind::kMissing:
    case base::JsonKind::kBool:
    case base::JsonKind::kNumber:
    case base::JsonKind::kObject:
      return false;
  }
  return false;
}

/// Cuts the withheld elements, renumbers the others; whether any is left.
bool EditElements(Json calls, const ChoiceRuling& ruling, Splice& splice) {
  std::vector<Splice::Item> items;
  std::size_t rank = 0;
  bool any_left = false;
  for (const Json element : calls.elements()) {
    const Json index = element.Find("index");
    const auto own = static_cast<std::size_t>(index.integer().value_or(static_cast<std::int64_t>(rank)));
    const auto fate = ruling.fates.find(own);
    const bool cut = fate != ruling.fates.end() && !fate->second;
    items.push_back({.begin = element.begin(), .end = element.end(), .cut = cut});
    any_left = any_left || !cut;
    if (!cut && fate != ruling.fates.end() && *fate->second != own && index.is_number()) {
      splice.Replace(index, std::to_string(*fate->second));
    }
    ++rank;
  }
  if (any_left) splice.CutFromList(items);
  return any_left;
}

}  // namespace

Result<std::vector<CallPart>> ReadCallParts(Json body, std::string_view where, const AnswerLimits& limits) {
  std::vector<CallPart> parts;
  if (auto names = CheckNames(body, {"tool_calls", "function_call", "content", "role"}, where); !names) {
    return std::unexpected(names.error());
  }
  const Json calls = body.Find("tool_calls");
  if (!Absent(calls) && !calls.is_array()) return Broken(std::string(where) + ".tool_calls", "not an array");
  for (const Json element : calls.elements()) {
    if (parts.size() >= limits.calls_max) return Broken(where, "more tool calls than the limit");
    auto part =
        ReadElement(element, parts.size(), At(std::string(where) + ".tool_calls", parts.size()), limits);
    if (!part) return std::unexpected(part.error());
    parts.push_back(std::move(*part));
  }
  const Json legacy = body.Find("function_call");
  if (Absent(legacy)) return parts;
  if (!parts.empty()) return Broken(where, "both tool_calls and function_call");
  auto part = ReadFunction(legacy, "arguments", std::string(where) + ".function_call");
  if (!part) return std::unexpected(part.error());
  part->kind = CallKind::kLegacyFunction;
  part->index = kLegacyIndex;
  parts.push_back(std::move(*part));
  return parts;
}

Result<ChoiceText> ReadText(Json body, std::string_view where) {
  ChoiceText text;
  const Json content = body.Find("content");
  if (!Absent(content) && !content.is_string() && !content.is_array()) {
    return Broken(std::string(where) + ".content", "neither a string nor an array");
  }
  text.text_bytes = content.text().size();
  AddContentParts(content, text);
  const std::size_t refusal_bytes = body.Find("refusal").text().size();
  text.refused = refusal_bytes != 0;
  text.text_bytes += refusal_bytes;
  text.reasoning_bytes += body.Find("reasoning_content").text().size() + body.Find("reasoning").text().size();
  return text;
}

Result<std::size_t> ReadChoiceIndex(Json choice, std::string_view where) {
  if (!choice.is_object()) return Broken(where, "not an object");
  if (auto names = CheckNames(
          choice, {"index", "delta", "message", "finish_reason", "tool_calls", "function_call"}, where);
      !names) {
    return std::unexpected(names.error());
  }
  if (auto calls = RefuseStrayCalls(choice, where); !calls) return std::unexpected(calls.error());
  const Json index = choice.Find("index");
  if (Absent(index)) return 0;
  const auto value = index.integer();
  if (!value || *value < 0 || static_cast<std::size_t>(*value) >= kChoicesMax) {
    return Broken(where, "an index that is not a number below the limit of choices");
  }
  return static_cast<std::size_t>(*value);
}

Result<std::string> ReadFinish(Json choice, std::string_view where) {
  auto finish = OptionalText(choice, "finish_reason", where);
  if (finish && finish->size() > kNameBytesMax) return Broken(where, "a finish_reason larger than the limit");
  return finish;
}

StopClass ClassOfFinish(std::string_view finish, bool refused) {
  const StopClass stop = StopOf(Dialect::kOpenAiChat, finish);
  return stop == StopClass::kEnd && refused ? StopClass::kRefusal : stop;
}

Status ReadTop(Json root, AnswerSummary& summary) {
  if (auto names = CheckNames(
          root, {"choices", "error", "usage", "id", "model", "tool_calls", "function_call"}, "body");
      !names)
    return names;
  if (const Json error = root.Find("error"); !Absent(error)) return ProviderError(error);
  if (auto calls = RefuseStrayCalls(root, "body"); !calls) return calls;
  const auto keep_first = [](std::string& kept, Json value) {
    if (kept.empty() && value.is_string()) kept = Shorten(value.text(), kNameBytesMax);
  };
  keep_first(summary.id, root.Find("id"));
  keep_first(summary.model, root.Find("model"));
  if (const Json usage = root.Find("usage"); usage.is_object()) {
    summary.usage = {
        .input_tokens = CountOf(usage, "prompt_tokens"),
        .output_tokens = CountOf(usage, "completion_tokens"),
        .cached_tokens = CountOf(usage.Find("prompt_tokens_details"), "cached_tokens"),
        .cache_written_tokens = 0,
        .reasoning_tokens = CountOf(usage.Find("completion_tokens_details"), "reasoning_tokens")};
  }
  return {};
}

ChoiceRuling RuleChoice(const std::vector<std::size_t>& indexes, const std::vector<const Ruling*>& rulings) {
  ChoiceRuling ruling;
  std::size_t withheld = 0;
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    if (rulings[i]->kind == Ruling::Kind::kRelease) {
      ruling.fates[indexes[i]] = indexes[i] - withheld;
      ruling.any_released = true;
    } else {
      ruling.fates[indexes[i]] = std::nullopt;
      ruling.pending_notices[indexes[i]] = rulings[i]->notice;
      ruling.any_withheld = true;
      ++withheld;
    }
  }
  return ruling;
}

Remains WithholdFromChoice(Json choice, std::string_view body_key, const ChoiceRuling& ruling,
                           std::string_view notice, Splice& splice) {
  const Json body = choice.Find(body_key);
  const Json content = body.Find("content");
  const Json legacy = body.Find("function_call");
  bool notice_written = notice.empty() || AddNoticeToContent(content, notice, splice);
  std::vector<Splice::Item> members;
  for (const base::JsonMember member : body.members()) {
    const bool emptied = (member.key.equals("tool_calls") && member.value.size() != 0 &&
                          !EditElements(member.value, ruling, splice)) ||
                         (member.key.equals("function_call") && !legacy.is_null());
    members.push_back({.begin = member.key.begin(), .end = member.value.end(), .cut = emptied});
    if (emptied && !notice_written) {
      splice.Replace(member.key.begin(), member.value.end(), "\"content\":" + base::JsonString(notice));
      members.back().cut = false;
      notice_written = true;
    }
  }
  splice.CutFromList(members);
  if (!notice_written) {
    splice.Insert(body.begin() + 1, "\"content\":" + base::JsonString(notice) + (members.empty() ? "" : ","));
  }
  // Token by token, these repeat what the call said.
  for (const std::string_view key : {"logprobs", "token_ids"}) {
    if (const Json value = choice.Find(key); !Absent(value)) splice.Replace(value, "null");
  }
  const Json finish = choice.Find("finish_reason");
  if (!ruling.any_released && finish.is_string() && finish.raw().size() > 2) {
    splice.Replace(finish, "\"content_filter\"");
  }
  const bool nothing = notice.empty() && std::ranges::all_of(members, &Splice::Item::cut) &&
                       (Absent(finish) || finish.raw().size() == 2);
  return nothing ? Remains::kNothing : Remains::kSomething;
}

}  // namespace proviso::protocol::internal
