// Integers and bits.
#include <algorithm>
#include <cassert>

#include "analysis/internal/term_store.h"

namespace proviso::analysis {
namespace {

using Kind = TermNode::Kind;

bool IsInt(Term a) {
  return a->kind == Kind::kInt;
}

WideInt FloorDivide(WideInt a, WideInt by) {
  return a / by - (a % by < 0 ? 1 : 0);
}

/// A comparison of an `ite` with a constant, by its branches; nullptr where none of them is constant.
Term Lifted(Terms& terms, TermStore& store, Term a, Term b) {
  const bool choice_is_left = a->kind == Kind::kIte;
  const Term choice = choice_is_left ? a : b;
  const Term constant = choice_is_left ? b : a;
  if (choice->kind != Kind::kIte || !IsInt(constant)) return nullptr;
  const Term then = choice->children[1];
  const Term otherwise = choice->children[2];
  const auto is_near = [](Term branch) { return IsInt(branch) || branch->kind == Kind::kIte; };
  if (!is_near(then) && !is_near(otherwise)) return nullptr;
  const TermStore::Lift key{Kind::kLessOrEqual, a, b, 0, 0};
  if (const auto known = store.lifted.find(key); known != store.lifted.end()) return known->second;
  const auto compare = [&](Term branch) {
    return choice_is_left ? terms.LessOrEqual(branch, b) : terms.LessOrEqual(a, branch);
  };
  const Term result = terms.Ite(choice->children[0], compare(then), compare(otherwise));
  store.lifted.emplace(key, result);
  return result;
}

}  // namespace

Term Terms::Less(Term a, Term b) {
  if (a == b) return False();
  if (IsInt(a) && IsInt(b)) return Bool(a->integer < b->integer);
  if (IsInt(b) && b->integer != kWideIntMin) return LessOrEqual(a, Int(b->integer - 1));
  if (IsInt(a) && a->integer != kWideIntMax) return LessOrEqual(Int(a->integer + 1), b);
  return storage_->Intern({.kind = Kind::kLess, .sort = BoolSort(), .children = {a, b}});
}

Term Terms::LessOrEqual(Term a, Term b) {
  assert(a->sort == IntSort() && b->sort == IntSort());
  if (a == b) return True();
  if (IsInt(a) && IsInt(b)) return Bool(a->integer <= b->integer);
  WideInt rest = 0;
  if (IsInt(b) && a->kind == Kind::kAdd && IsInt(a->children[1]) &&
      !__builtin_sub_overflow(b->integer, a->children[1]->integer, &rest)) {
    return LessOrEqual(a->children[0], Int(rest));
  }
  if (IsInt(a) && b->kind == Kind::kAdd && IsInt(b->children[1]) &&
      !__builtin_sub_overflow(a->integer, b->children[1]->integer, &rest)) {
    return LessOrEqual(Int(rest), b->children[0]);
  }
  if (const Term folded = Lifted(*this, *storage_, a, b)) return folded;
  return storage_->Intern({.kind = Kind::kLessOrEqual, .sort = BoolSort(), .children = {a, b}});
}

Term Terms::Add(Term a, Term b) {
  if (IsInt(a)) std::swap(a, b);
  WideInt sum = 0;
  if (IsInt(b)) {
    if (b->integer == 0) return a;
    if (IsInt(a) && !__builtin_add_overflow(a->integer, b->integer, &sum)) return Int(sum);
    if (a->kind == Kind::kAdd && IsInt(a->children[1]) &&
        !__builtin_add_overflow(a->children[1]->integer, b->integer, &sum)) {
      return Add(a->children[0], Int(sum));
    }
  } else if (a->number > b->number) {
    std::swap(a, b);
  }
  return storage_->Intern({.kind = Kind::kAdd, .sort = IntSort(), .children = {a, b}});
}

Term Terms::Subtract(Term a, Term b) {
  if (a == b) return Int(0);
  if (IsInt(b) && b->integer != kWideIntMin) return Add(a, Int(-b->integer));
  return storage_->Intern({.kind = Kind::kSubtract, .sort = IntSort(), .children = {a, b}});
}

Term Terms::Multiply(Term a, Term b) {
  if (IsInt(a)) std::swap(a, b);
  WideInt product = 0;
  if (IsInt(b)) {
    if (b->integer == 0) return b;
    if (b->integer == 1) return a;
    if (IsInt(a) && !__builtin_mul_overflow(a->integer, b->integer, &product)) return Int(product);
  } else if (a->number > b->number) {
    std::swap(a, b);
  }
  return storage_->Intern({.kind = Kind::kMultiply, .sort = IntSort(), .children = {a, b}});
}

Term Terms::Divide(Term a, WideInt by) {
  assert(by > 0);
  if (by == 1) return a;
  if (IsInt(a)) return Int(FloorDivide(a->integer, by));
  return storage_->Intern({.kind = Kind::kDivide, .sort = IntSort(), .children = {a, Int(by)}});
}

Term Terms::Modulo(Term a, WideInt by) {
  assert(by > 0);
  if (by == 1) return Int(0);
  if (IsInt(a)) return Int(a->integer % by + (a->integer % by < 0 ? by : 0));
  return storage_->Intern({.kind = Kind::kModulo, .sort = IntSort(), .children = {a, Int(by)}});
}

Term Terms::BitExtract(Term bits, std::uint32_t high, std::uint32_t low) {
  const std::uint32_t width = bits->sort->width;
  assert(low <= high && high < width);
  if (low == 0 && high == width - 1) return bits;
  if (bits->kind == Kind::kBitVec) {
    return BitVec(std::string_view(bits->text).substr(width - 1 - high, high - low + 1));
  }
  if (bits->kind == Kind::kBitExtract) {
    return BitExtract(bits->children[0], high + bits->low, low + bits->low);
  }
  if (bits->kind == Kind::kBitConcat) {
    const std::uint32_t low_width = bits->children[1]->sort->width;
    if (high < low_width) return BitExtract(bits->children[1], high, low);
    if (low >= low_width) return BitExtract(bits->children[0], high - low_width, low - low_width);
  }
  return storage_->Intern({.kind = Kind::kBitExtract,
                           .sort = BitVecSort(high - low + 1),
                           .children = {bits},
                           .high = high,
                           .low = low});
}

Term Terms::BitConcat(Term high, Term low) {
  if (high->kind == Kind::kBitVec && low->kind == Kind::kBitVec) return BitVec(high->text + low->text);
  return storage_->Intern({.kind = Kind::kBitConcat,
                           .sort = BitVecSort(high->sort->width + low->sort->width),
                           .children = {high, low}});
}

Term Terms::BitLessOrEqual(Term a, Term b) {
  assert(a->sort == b->sort);
  const auto is_all = [](Term bits, char digit) {
    return bits->kind == Kind::kBitVec && bits->text.find_first_not_of(digit) == std::string::npos;
  };
  if (a == b || is_all(a, '0') || is_all(b, '1')) return True();
  if (is_all(a, '1') || is_all(b, '0')) return Equal(a, b);
  if (a->kind == Kind::kBitVec && b->kind == Kind::kBitVec) return Bool(a->text <= b->text);
  return storage_->Intern({.kind = Kind::kBitLessOrEqual, .sort = BoolSort(), .children = {a, b}});
}

}  // namespace proviso::analysis
