// What a Responses stream told of one call before the item itself came whole: fragments, and their sum.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace proviso::protocol::internal {

class CallPieces {
 public:
  /// `item_type` is that of the item as it began.
  explicit CallPieces(std::string item_type) : item_type_(std::move(item_type)) {}

  /// Takes an event about the open call. Fails as Broken on text that belongs to no such call.
  [[nodiscard]] base::Status Take(std::string_view event_type, base::Json event);
  /// Fails as Broken when the finished item says anything else than the pieces did.
  [[nodiscard]] base::Status Agree(base::Json item, std::string_view where) const;

  /// Whether the event type tells of a call that a client runs, which an item of `item_type` is not.
  [[nodiscard]] static bool IsOfClientCall(std::string_view event_type, std::string_view item_type);

 private:
  struct Text {
    std::string fragments;
    std::optional<std::string> sum;
  };
  std::string item_type_;
  std::map<std::int64_t, Text> told_;  // by command_index; 0 where there is one text
};

}  // namespace proviso::protocol::internal
