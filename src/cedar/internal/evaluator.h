// The plain evaluator: one function a kind of node, as the language reference reads.
//
// A result is a pointer: to a value that lives elsewhere (a literal in the tree, an attribute of an
// entity, the context), or to the caller's scratch, which then owns it. So walking a tree copies
// nothing, and touches no reference count that other threads touch. nullptr means an error, kept here.
#pragma once

#include <string>

#include "cedar/entities.h"
#include "cedar/expression.h"

namespace proviso::cedar::internal {

/// A request's variables as values.
struct Variables {
  Value principal;
  Value action;
  Value resource;
  Value context;
};

class Evaluator {
 public:
  /// Borrows both.
  Evaluator(const Entities& entities, const Variables& variables)
      : entities_(entities), variables_(variables) {}

  /// The value of `expression`, valid while the tree, the entities, the variables and `scratch` are
  /// as they were; nullptr after an error.
  [[nodiscard]] const Value* Evaluate(const Expression& expression, Value& scratch);

  /// As Evaluate, for what must be a boolean.
  enum class Truth : std::uint8_t { kFalse, kTrue, kError };
  [[nodiscard]] Truth EvaluateCondition(const Expression& expression);

  /// What the last error was and where.
  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] Position error_position() const { return error_position_; }

 private:
  const Value* At(const Literal& node, Position at, Value& scratch);
  const Value* At(const Variable& node, Position at, Value& scratch);
  const Value* At(const Unary& node, Position at, Value& scratch);
  const Value* At(const Binary& node, Position at, Value& scratch);
  const Value* At(const If& node, Position at, Value& scratch);
  const Value* At(const GetAttribute& node, Position at, Value& scratch);
  const Value* At(const HasAttribute& node, Position at, Value& scratch);
  const Value* At(const Like& node, Position at, Value& scratch);
  const Value* At(const Is& node, Position at, Value& scratch);
  const Value* At(const SetLiteral& node, Position at, Value& scratch);
  const Value* At(const RecordLiteral& node, Position at, Value& scratch);
  const Value* At(const Call& node, Position at, Value& scratch);

  const Value* Logical(const Binary& node, Value& scratch);
  const Value* Compare(BinaryOperator op, const Value& left, const Value& right, Position at, Value& scratch);
  const Value* Arithmetic(BinaryOperator op, const Value& left, const Value& right, Position at,
                          Value& scratch);
  const Value* Membership(const Value& left, const Value& right, Position at, Value& scratch);
  const Value* SetMethod(BinaryOperator op, const Value& left, const Value& right, Position at,
                         Value& scratch);
  const Value* TagMethod(BinaryOperator op, const Value& left, const Value& right, Position at,
                         Value& scratch);

  /// Finds the attributes of a record, or of an entity that exists.
  enum class Holder : std::uint8_t { kFound, kNoEntity, kBadKind };
  Holder FindAttributes(const Value& of, const Record*& attributes) const;

  const Value* Fail(Position at, std::string message);
  const Value* FailKind(Position at, std::string_view expected, const Value& found);

  const Entities& entities_;
  const Variables& variables_;
  std::string error_;
  Position error_position_;
};

/// "expected an entity, found a long".
[[nodiscard]] std::string KindMismatch(std::string_view expected, const Value& found);

/// Calls a function of the extension types. The message does not say where.
[[nodiscard]] base::Result<Value> CallExtension(ExtensionFunction function,
                                                std::span<const Value* const> arguments);

/// Whether all of `text` (UTF-8) matches. Takes time linear in both lengths; allocates only for patterns
/// that would otherwise take more.
[[nodiscard]] bool Matches(const Pattern& pattern, std::string_view text);

}  // namespace proviso::cedar::internal
