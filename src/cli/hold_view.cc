#include "cli/hold_view.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "oversight/statement.h"
#include "oversight/visible_text.h"

namespace proviso::cli {
namespace {

using base::Json;

constexpr base::JsonLimits kLimits{.depth_max = 16, .nodes_max = 4'000'000};

std::string Shown(Json value) {
  return oversight::MakeVisible(value.text(), oversight::Backslashes::kDouble);
}

base::Result<HoldView> ReadOne(Json json) {
  HoldView view;
  view.statement = json.Find("statement").text();
  auto call = oversight::ParseStatement(view.statement);
  if (!call) return base::Within("a held call's statement", call.error());
  view.call = std::move(*call);
  const auto state = oversight::ParseHoldState(json.Find("state").text());
  if (!state) return std::unexpected(state.error());
  view.state = *state;
  view.progress = Shown(json.Find("progress"));
  for (const Json decision : json.Find("decisions").elements()) {
    std::string line = Shown(decision.Find("person")) + "  " + Shown(decision.Find("verdict")) + "  " +
                       Shown(decision.Find("time"));
    if (const std::string reason = Shown(decision.Find("reason")); !reason.empty()) line += "  " + reason;
    view.decisions.push_back(std::move(line));
  }
  return view;
}

constexpr std::size_t kColumns = 6;
using Row = std::array<std::string, kColumns>;

Row RowOf(const HoldView& hold, std::int64_t now_ms) {
  const bool pending = oversight::IsPending(hold.state);
  const auto visible = [](std::string_view text) {
    return oversight::MakeVisible(text, oversight::Backslashes::kDouble);
  };
  return {hold.call.id,
          std::string(oversight::Name(hold.state)),
          visible(hold.call.proposed.call.tool),
          visible(hold.call.proposed.application),
          pending ? Remaining(hold.call.expires_ms - now_ms) : "-",
          hold.progress};
}

}  // namespace

base::Result<HoldView> ReadHold(std::string_view json) {
  const auto document = base::JsonDocument::Parse(json, kLimits);
  if (!document) return std::unexpected(document.error());
  return ReadOne(document->root());
}

base::Result<std::vector<HoldView>> ReadHolds(std::string_view json) {
  const auto document = base::JsonDocument::Parse(json, kLimits);
  if (!document) return std::unexpected(document.error());
  std::vector<HoldView> holds;
  for (const Json hold : document->root().Find("holds").elements()) {
    auto view = ReadOne(hold);
    if (!view) return std::unexpected(view.error());
    holds.push_back(std::move(*view));
  }
  return holds;
}

std::string Remaining(std::int64_t ms) {
  const std::int64_t seconds = ms / 1000;
  if (seconds <= 0) return "-";
  const auto two = [](std::int64_t large, char large_unit, std::int64_t small, char small_unit) {
    return std::to_string(large) + large_unit + " " + std::to_string(small) + small_unit;
  };
  if (seconds < 60) return std::to_string(seconds) + "s";
  if (seconds < 3600) return two(seconds / 60, 'm', seconds % 60, 's');
  if (seconds < 86'400) return two(seconds / 3600, 'h', seconds % 3600 / 60, 'm');
  return two(seconds / 86'400, 'd', seconds % 86'400 / 3600, 'h');
}

std::string TableOf(const std::vector<HoldView>& holds, std::int64_t now_ms) {
  std::vector<Row> rows{{"ID", "STATE", "TOOL", "APPLICATION", "EXPIRES IN", "PROGRESS"}};
  for (const HoldView& hold : holds) rows.push_back(RowOf(hold, now_ms));
  std::array<std::size_t, kColumns> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < kColumns; ++i) widths.at(i) = std::max(widths.at(i), row.at(i).size());
  }
  std::string out;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i + 1 < kColumns; ++i) {
      out += row.at(i);
      out.append(widths.at(i) - row.at(i).size() + 2, ' ');
    }
    out += row.back() + "\n";
  }
  return out;
}

}  // namespace proviso::cli
