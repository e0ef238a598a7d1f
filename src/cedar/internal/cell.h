// What the compiled evaluator computes with: a value by view, sixteen bytes, copied freely.
//
// Booleans, numbers and times are in the cell; the rest stays where it lives (the program, the request,
// an entity, the scratch), which must outlive the cell.
#pragma once

#include <cstdint>

#include "cedar/internal/same_text.h"
#include "cedar/value.h"

namespace proviso::cedar::internal {

struct Cell {
  ValueKind kind = ValueKind::kBool;
  union {
    bool truth = false;
    std::int64_t number;      ///< long; decimal, datetime and duration in their own unit
    const EntityUid* entity;  ///< of kEntity
    const Value* value;       ///< string, set, record, ipaddr
  };

  [[nodiscard]] static Cell Bool(bool truth) {
    Cell cell;
    cell.truth = truth;
    return cell;
  }
  [[nodiscard]] static Cell Number(ValueKind kind, std::int64_t number) {
    Cell cell;
    cell.kind = kind;
    cell.number = number;
    return cell;
  }
  [[nodiscard]] static Cell Entity(const EntityUid& uid) {
    Cell cell;
    cell.kind = ValueKind::kEntity;
    cell.entity = &uid;
    return cell;
  }
  [[nodiscard]] static Cell View(const Value& value);

  [[nodiscard]] Decimal AsDecimal() const { return {number}; }
  [[nodiscard]] Datetime AsDatetime() const { return {number}; }
  [[nodiscard]] Duration AsDuration() const { return {number}; }
  /// The value itself, which shares storage with what the cell views.
  [[nodiscard]] Value ToValue() const;
  /// As Value's.
  [[nodiscard]] bool operator==(const Cell& other) const;
};

inline Cell Cell::View(const Value& value) {
  Cell cell;
  cell.kind = value.kind();
  switch (cell.kind) {
    case ValueKind::kBool:
      cell.truth = *value.AsBool();
      break;
    case ValueKind::kLong:
      cell.number = *value.AsLong();
      break;
    case ValueKind::kDecimal:
      cell.number = value.AsDecimal()->ten_thousandths;
      break;
    case ValueKind::kDatetime:
      cell.number = value.AsDatetime()->epoch_ms;
      break;
    case ValueKind::kDuration:
      cell.number = value.AsDuration()->ms;
      break;
    case ValueKind::kEntity:
      cell.entity = value.AsEntity();
      break;
    case ValueKind::kString:
    case ValueKind::kSet:
    case ValueKind::kRecord:
    case ValueKind::kIpAddress:
      cell.value = &value;
      break;
  }
  return cell;
}

inline bool Cell::operator==(const Cell& other) const {
  if (kind != other.kind) return false;
  switch (kind) {
    case ValueKind::kBool:
      return truth == other.truth;
    case ValueKind::kLong:
    case ValueKind::kDecimal:
    case ValueKind::kDatetime:
    case ValueKind::kDuration:
      return number == other.number;
    case ValueKind::kEntity:
      return *entity == *other.entity;
    case ValueKind::kString:
      return SameText(*value->AsString(), *other.value->AsString());
    case ValueKind::kSet:
    case ValueKind::kRecord:
    case ValueKind::kIpAddress:
      return *value == *other.value;
  }
  std::unreachable();
}

}  // namespace proviso::cedar::internal
