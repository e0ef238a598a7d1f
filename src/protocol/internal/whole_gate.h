// What all answers in one JSON body share: they are kept until the last byte, read once, and leave
// in Close, with the withheld calls cut out of the original bytes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "protocol/answer.h"
#include "protocol/internal/splice.h"

namespace proviso::protocol::internal {

/// Finds the end of one JSON object in a byte stream without parsing it.
class ObjectEnd {
 public:
  /// Looks at further bytes; the number of them up to and with the last brace, or nothing.
  [[nodiscard]] std::optional<std::size_t> Find(std::string_view bytes);

 private:
  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

class WholeGate : public AnswerGate {
 protected:
  using AnswerGate::AnswerGate;

  /// Reads the answer and Proposes its calls.
  [[nodiscard]] virtual base::Status Read(base::Json root) = 0;
  /// Adds the edits that withhold.
  virtual void Edit(base::Json root, std::span<const ToolCall> calls, std::span<const Ruling> rulings,
                    Splice& splice) = 0;

 private:
  base::Status Take(std::string_view bytes, std::string& out) final;
  base::Status Settle(std::span<const ToolCall> calls, std::span<const Ruling> rulings,
                      std::string& out) final;
  base::Status Close(std::string& out) final;
  [[nodiscard]] bool Complete() const final { return document_.has_value(); }

  std::string body_;
  ObjectEnd end_;
  std::optional<base::JsonDocument> document_;  // borrows body_; set once it is complete
  std::string after_;                           // white space behind the object
  Splice splice_;
};

}  // namespace proviso::protocol::internal
