// The body of :generateContent (and of :countTokens, which is one or holds one) as an Exchange.
//
// Gemini's calls may have no id. A result is then that of the first call of its name, in the turns
// before it, that has no result yet; both get an id that is the same each time.
#include <algorithm>
#include <deque>

#include "protocol/internal/dialects.h"
#include "protocol/internal/gemini/parts.h"
#include "protocol/internal/gemini/settings.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/requests.h"
#include "protocol/origin.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Result;
using base::Status;
using gemini::Find;

class Reader {
 public:
  Reader(Json root, ExchangeRequest& out) : root_(root), out_(out) {}

  Status Read() {
    if (auto read = System(); !read) return read;
    const auto contents = gemini::Items(root_.Find("contents"), "contents");
    if (!contents) return std::unexpected(contents.error());
    std::size_t rank = 0;
    for (const Json content : *contents) {
      if (auto read = Content(content, At("contents", rank++)); !read) return read;
    }
    if (auto read = gemini::ReadTools(root_, out_); !read) return read;
    if (auto read = gemini::ReadToolConfig(root_, out_); !read) return read;
    if (auto read = gemini::ReadGenerationConfig(root_, out_); !read) return read;
    gemini::KeepOthers(root_, "",
                       {"model", "contents", "systemInstruction", "tools", "toolConfig", "generationConfig"},
                       out_.others);
    return {};
  }

 private:
  struct Asked {
    std::string name;
    std::string id;
  };

  Result<Turn> TurnOf(Role role, Json content, const std::string& where);
  Status System();
  Status Content(Json content, const std::string& where);
  void Name(CallBlock& call);
  Status Answer(ResultBlock& result, const std::string& where);

  Json root_;
  ExchangeRequest& out_;
  std::size_t calls_ = 0;
  std::deque<Asked> unanswered_;
};

/// A stream tells one thought in several parts, of which the last is signed: they are one block.
void JoinThoughts(std::vector<Block>& blocks) {
  std::vector<Block> joined;
  for (Block& block : blocks) {
    auto* now = std::get_if<ReasoningBlock>(&block.content);
    auto* last = joined.empty() ? nullptr : std::get_if<ReasoningBlock>(&joined.back().content);
    const bool goes_on = now != nullptr && last != nullptr && last->signature.empty();
    if (goes_on && (now->signature.empty() || OpenOrigin(now->signature))) {
      last->text += now->text;
      last->signature = std::move(now->signature);
      joined.back().source.end = block.source.end;
    } else {
      joined.push_back(std::move(block));
    }
  }
  blocks = std::move(joined);
}

Result<Turn> Reader::TurnOf(Role role, Json content, const std::string& where) {
  Turn turn{.role = role, .blocks = {}, .name = "", .source = {content.begin(), content.end()}};
  const auto parts = gemini::Items(content.Find("parts"), where + ".parts");
  if (!parts) return std::unexpected(parts.error());
  std::size_t rank = 0;
  for (const Json part : *parts) {
    auto blocks = gemini::ReadPart(part, At(where + ".parts", rank++));
    if (!blocks) return std::unexpected(blocks.error());
    std::ranges::move(*blocks, std::back_inserter(turn.blocks));
  }
  JoinThoughts(turn.blocks);
  return turn;
}

Status Reader::System() {
  const Json system = Find(root_, "systemInstruction");
  if (Absent(system)) return {};
  auto turn = TurnOf(Role::kSystem, system, "systemInstruction");
  if (!turn) return std::unexpected(turn.error());
  if (!turn->blocks.empty()) out_.turns.push_back(std::move(*turn));
  return {};
}

Status Reader::Content(Json content, const std::string& where) {
  const std::string role = content.Find("role").text();
  // "function" is what results were before they became the user's.
  const bool of_user = role.empty() || role == "user" || role == "function" || role == "tool";
  if (!of_user && role != "model") return Malformed(where + ".role", "must be \"user\" or \"model\"");
  auto turn = TurnOf(of_user ? Role::kUser : Role::kAssistant, content, where);
  if (!turn) return std::unexpected(turn.error());
  Turn said = *turn;
  said.blocks.clear();
  const auto flush = [&] {
    if (said.blocks.empty()) return;
    out_.turns.push_back(said);
    said.blocks.clear();
  };
  for (Block& block : turn->blocks) {
    if (auto* call = std::get_if<CallBlock>(&block.content)) Name(*call);
    auto* result = std::get_if<ResultBlock>(&block.content);
    if (result == nullptr) {
      said.blocks.push_back(std::move(block));
      continue;
    }
    if (auto answered = Answer(*result, where); !answered) return answered;
    flush();
    Turn own = said;
    own.role = Role::kTool;
    own.blocks.push_back(std::move(block));
    out_.turns.push_back(std::move(own));
  }
  flush();
  return {};
}

void Reader::Name(CallBlock& call) {
  if (call.id.empty()) call.id = InventCallId("", calls_, call.name, call.arguments);
  ++calls_;
  unanswered_.push_back({.name = call.name, .id = call.id});
}

Status Reader::Answer(ResultBlock& result, const std::string& where) {
  const auto call = std::ranges::find_if(unanswered_, [&](const Asked& asked) {
    return result.call_id.empty() ? asked.name == result.name : asked.id == result.call_id;
  });
  if (call == unanswered_.end()) {
    if (!result.call_id.empty()) return {};  // its call may have been cut off with the history
    return Malformed(where, "a functionResponse for \"" + result.name + "\" without an id, and no call of " +
                                "that name waits for one");
  }
  result.call_id = call->id;
  if (result.name.empty()) result.name = call->name;
  unanswered_.erase(call);
  return {};
}

}  // namespace

Status ReadGeminiExchange(Json root, ExchangeRequest& out) {
  const Json counted = Find(root, "generateContentRequest");
  return Reader(counted.is_object() ? counted : root, out).Read();
}

}  // namespace proviso::protocol::internal
