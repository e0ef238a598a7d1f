// What the fuzz targets for streamed answers check, for any bytes:
//   - fed whole or in pieces, the same bytes leave, the same calls are proposed, the same summary;
//   - with every call released, what leaves is the provider's own bytes, in order;
//   - with every call withheld, what leaves holds no call, and no argument of one.
// The first input byte chooses the pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/answer.h"

namespace proviso::fuzz {

struct Played {
  std::string out;
  std::vector<protocol::ToolCall> calls;
  protocol::AnswerSummary summary;
  std::string error;
  bool operator==(const Played&) const = default;
};

/// `pieces` 0 feeds everything at once.
inline Played Play(protocol::Dialect dialect, protocol::Delivery delivery, std::string_view bytes,
                   unsigned pieces, protocol::Ruling::Kind kind) {
  Played played;
  std::mt19937 random(pieces);
  const auto gate = protocol::MakeGate(dialect, delivery);
  base::Status status;
  while (status && !bytes.empty()) {
    const std::size_t size =
        pieces == 0 ? bytes.size() : std::min<std::size_t>(1 + random() % pieces, bytes.size());
    status = gate->Feed(bytes.substr(0, size), played.out);
    bytes.remove_prefix(size);
    while (status && !gate->pending().empty()) {
      const auto pending = gate->pending();
      played.calls.insert(played.calls.end(), pending.begin(), pending.end());
      const std::vector<protocol::Ruling> rulings(pending.size(), {.kind = kind, .notice = "withheld"});
      status = gate->Rule(rulings, played.out);
    }
  }
  if (status) status = gate->Finish(played.out);
  if (!status) played.error = status.error().message;
  played.summary = gate->summary();
  return played;
}

inline std::size_t CountIn(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

inline void Require(bool held) {
  if (!held) std::abort();
}

constexpr std::string_view kCanary = "SECRET";

/// Whether every canary among the bytes is in the arguments of a call. One that only arises where pieces
/// of arguments meet is none of them; it stays when the canaries among the bytes are painted over.
inline bool HoldsEveryCanary(protocol::Dialect dialect, protocol::Delivery delivery, std::string_view bytes,
                             const Played& withheld) {
  const auto in_calls = [](const Played& played, std::string_view word) {
    std::size_t count = 0;
    for (const protocol::ToolCall& call : played.calls) count += CountIn(call.arguments, word);
    return count;
  };
  constexpr std::string_view kPaint = "PAINTS";
  const std::size_t among_bytes = CountIn(bytes, kCanary);
  if (in_calls(withheld, kCanary) != among_bytes || CountIn(bytes, kPaint) != 0) return false;
  std::string painted(bytes);
  for (std::size_t at = 0; (at = painted.find(kCanary, at)) != std::string::npos;)
    painted.replace(at, kPaint.size(), kPaint);
  const Played again = Play(dialect, delivery, painted, 0, protocol::Ruling::Kind::kWithhold);
  return in_calls(again, kCanary) == 0 && in_calls(again, kPaint) == among_bytes;
}

inline void CheckStream(protocol::Dialect dialect, const std::uint8_t* data, std::size_t size,
                        protocol::Delivery delivery = protocol::Delivery::kStream) {
  if (size == 0) return;
  using Kind = protocol::Ruling::Kind;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const unsigned pieces = 1U + data[0];
  const Played released = Play(dialect, delivery, bytes, 0, Kind::kRelease);
  Require(released == Play(dialect, delivery, bytes, pieces, Kind::kRelease));
  // A repeated message_start is the one event that is dropped.
  if (CountIn(bytes, "message_start") < 2) {
    Require(bytes.starts_with(released.out));
    Require(!released.error.empty() || released.out.size() == bytes.size());
  }
  const Played withheld = Play(dialect, delivery, bytes, 0, Kind::kWithhold);
  Require(withheld == Play(dialect, delivery, bytes, pieces, Kind::kWithhold));
  const Played again = Play(dialect, delivery, withheld.out, 0, Kind::kRelease);
  Require(again.calls.empty());
  Require(!withheld.error.empty() || again.error.empty());
  if (HoldsEveryCanary(dialect, delivery, bytes, withheld)) Require(CountIn(withheld.out, kCanary) == 0);
}

}  // namespace proviso::fuzz
