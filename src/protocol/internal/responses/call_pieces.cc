#include "protocol/internal/responses/call_pieces.h"

#include <algorithm>
#include <array>

#include "protocol/internal/reading.h"

namespace proviso::protocol::internal {
namespace {

using base::Json;
using base::Status;

/// How one kind of call is told in pieces: <stem>.delta with `delta`, <stem>.done with `sum`.
struct Telling {
  std::string_view item_type;
  std::string_view stem;
  std::string_view sum;
};
constexpr std::array kTellings = {
    Telling{"function_call", "response.function_call_arguments", "arguments"},
    Telling{"custom_tool_call", "response.custom_tool_call_input", "input"},
    Telling{"shell_call", "response.shell_call_command", "command"},
    Telling{"apply_patch_call", "response.apply_patch_call_operation_diff", "diff"},
};

const Telling* TellingOfItem(std::string_view item_type) {
  const auto found = std::ranges::find(kTellings, item_type, &Telling::item_type);
  return found == kTellings.end() ? nullptr : found;
}

/// The text in the finished item; nothing when it has no such text.
std::optional<std::string> Final(Json item, const Telling& telling, std::int64_t index) {
  Json value = item.Find(telling.sum);
  if (telling.item_type == "apply_patch_call") value = item.Find("operation").Find("diff");
  if (telling.item_type == "shell_call") {
    value = Json();
    std::int64_t rank = 0;
    for (const Json command : item.Find("action").Find("commands").elements()) {
      if (rank++ == index) value = command;
    }
  }
  if (!value.is_string()) return std::nullopt;
  return value.text();
}

}  // namespace

bool CallPieces::IsOfClientCall(std::string_view event_type, std::string_view item_type) {
  return std::ranges::any_of(kTellings, [&](const Telling& telling) {
    return event_type.starts_with(telling.stem) && telling.item_type != item_type;
  });
}

Status CallPieces::Take(std::string_view event_type, Json event) {
  const Telling* telling = TellingOfItem(item_type_);
  const std::string_view step = telling != nullptr && event_type.starts_with(telling->stem)
                                    ? event_type.substr(telling->stem.size())
                                    : "";
  const Json delta = event.Find("delta");
  const Json sum = telling != nullptr ? event.Find(telling->sum) : Json();
  Text& text = told_[event.Find("command_index").integer().value_or(0)];
  if (step == ".delta") {
    if (!delta.is_string()) return Broken(event_type, "a delta that is not a string");
    if (text.sum) return Broken(event_type, "a fragment after the end");
    text.fragments += delta.text();
    return {};
  }
  if (step == ".done") {
    if (!sum.is_string()) return Broken(event_type, "its text is missing");
    if (text.sum) return Broken(event_type, "a second end");
    text.sum = sum.text();
    return {};
  }
  if (step == ".added" && sum.text().empty()) return {};
  for (const char* key :
       {"delta", "arguments", "input", "item", "part", "command", "diff", "action", "operation"}) {
    if (!Absent(event.Find(key))) return Broken(event_type, "an unknown piece of a call");
  }
  return {};
}

Status CallPieces::Agree(Json item, std::string_view where) const {
  const Telling* telling = TellingOfItem(item_type_);
  for (const auto& [index, text] : told_) {
    if (text.fragments.empty() && !text.sum) continue;
    const std::optional<std::string> last = telling == nullptr ? std::nullopt : Final(item, *telling, index);
    const bool fragments_differ = !text.fragments.empty() && text.fragments != last;
    if (!last || fragments_differ || (text.sum && text.sum != last)) {
      return Broken(where, "a call that differs from the pieces that it was told in");
    }
  }
  return {};
}

}  // namespace proviso::protocol::internal
