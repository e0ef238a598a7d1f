// Conjunctions and disjunctions: flattened, without what their other parts decide.
//
// The two are one algorithm. Within a conjunction every part may suppose that the others are true; within a
// disjunction, that they are false. What follows speaks of conjunctions.
#include <algorithm>
#include <optional>

#include "analysis/internal/term_store.h"

namespace proviso::analysis {
namespace {

using Kind = TermNode::Kind;

/// Longer parts stay as they are: a chain `a && b && c && …` is not copied for each `&&`.
constexpr std::size_t kFlattenedPartsMax = 256;
/// Longer parts are not looked into.
constexpr std::size_t kSimplifiedPartsMax = 64;

/// What one term says of another by a constant.
struct Claim {
  enum class Kind : std::uint8_t { kNone, kEqual, kDiffers, kAtLeast, kAtMost };
  Kind kind = Kind::kNone;
  Term of = nullptr;
  Term constant = nullptr;  ///< of kEqual and kDiffers
  WideInt bound = 0;        ///< of kAtLeast and kAtMost
};

enum class Polarity : std::uint8_t { kAsIs, kNegated };

Polarity Opposite(Polarity polarity) {
  return polarity == Polarity::kAsIs ? Polarity::kNegated : Polarity::kAsIs;
}

Claim ClaimOf(Term term, Polarity polarity) {
  if (term->kind == Kind::kNot) return ClaimOf(term->children[0], Opposite(polarity));
  if (term->kind != Kind::kEqual && term->kind != Kind::kLessOrEqual) return {};
  Term left = term->children[0];
  Term right = term->children[1];
  const bool holds = polarity == Polarity::kAsIs;
  if (term->kind == Kind::kEqual) {
    if (left->is_constant()) std::swap(left, right);
    if (!right->is_constant()) return {};
    return {.kind = holds ? Claim::Kind::kEqual : Claim::Kind::kDiffers, .of = left, .constant = right};
  }
  const WideInt extreme = left->kind == Kind::kInt ? left->integer : right->integer;
  if (extreme == kWideIntMax || extreme == kWideIntMin) return {};
  if (left->kind == Kind::kInt) {
    return holds ? Claim{.kind = Claim::Kind::kAtLeast, .of = right, .bound = left->integer}
                 : Claim{.kind = Claim::Kind::kAtMost, .of = right, .bound = left->integer - 1};
  }
  if (right->kind == Kind::kInt) {
    return holds ? Claim{.kind = Claim::Kind::kAtMost, .of = left, .bound = right->integer}
                 : Claim{.kind = Claim::Kind::kAtLeast, .of = left, .bound = right->integer + 1};
  }
  return {};
}

/// What the literals of a conjunction say of one term together.
struct Facts {
  Term equal = nullptr;
  std::vector<Term> differs;
  std::optional<WideInt> at_least;
  std::optional<WideInt> at_most;
  bool contradict = false;

  void Add(const Claim& claim) {
    switch (claim.kind) {
      case Claim::Kind::kNone:
        break;
      case Claim::Kind::kEqual:
        contradict = contradict || (equal != nullptr && equal != claim.constant);
        equal = claim.constant;
        break;
      case Claim::Kind::kDiffers:
        differs.push_back(claim.constant);
        break;
      case Claim::Kind::kAtLeast:
        at_least = std::max(at_least.value_or(claim.bound), claim.bound);
        break;
      case Claim::Kind::kAtMost:
        at_most = std::min(at_most.value_or(claim.bound), claim.bound);
        break;
    }
  }

  [[nodiscard]] bool Excludes(Term constant) const {
    if (equal != nullptr && equal != constant) return true;
    if (std::ranges::find(differs, constant) != differs.end()) return true;
    if (constant->kind != Kind::kInt) return false;
    return (at_least && constant->integer < *at_least) || (at_most && constant->integer > *at_most);
  }

  [[nodiscard]] bool Contradict() const {
    return contradict || (at_least && at_most && *at_least > *at_most) ||
           (equal != nullptr && Excludes(equal));
  }

  /// Whether the claim follows, or cannot be; of what was not added itself.
  [[nodiscard]] std::optional<bool> Judge(const Claim& claim) const {
    const bool is_known_int = equal != nullptr && equal->kind == Kind::kInt;
    const auto low = is_known_int ? std::optional(equal->integer) : at_least;
    const auto high = is_known_int ? std::optional(equal->integer) : at_most;
    switch (claim.kind) {
      case Claim::Kind::kNone:
        return std::nullopt;
      case Claim::Kind::kEqual:
      case Claim::Kind::kDiffers: {
        const bool says_equal = claim.kind == Claim::Kind::kEqual;
        if (equal == claim.constant) return says_equal;
        if (Excludes(claim.constant)) return !says_equal;
        return std::nullopt;
      }
      case Claim::Kind::kAtLeast:
        if (low && *low >= claim.bound) return true;
        if (high && *high < claim.bound) return false;
        return std::nullopt;
      case Claim::Kind::kAtMost:
        if (high && *high <= claim.bound) return true;
        if (low && *low > claim.bound) return false;
        return std::nullopt;
    }
    return std::nullopt;
  }

  /// Whether a claim that was added says nothing beyond the others.
  [[nodiscard]] bool IsRedundant(const Claim& claim) const {
    switch (claim.kind) {
      case Claim::Kind::kNone:
      case Claim::Kind::kEqual:
        return false;
      case Claim::Kind::kDiffers:
        return equal != nullptr ||
               (claim.constant->kind == Kind::kInt && ((at_least && claim.constant->integer < *at_least) ||
                                                       (at_most && claim.constant->integer > *at_most)));
      case Claim::Kind::kAtLeast:
        return equal != nullptr || *at_least > claim.bound;
      case Claim::Kind::kAtMost:
        return equal != nullptr || *at_most < claim.bound;
    }
    return false;
  }
};

class Joining {
 public:
  Joining(Terms& terms, TermStore& store, Kind kind)
      : terms_(terms),
        store_(store),
        kind_(kind),
        dual_(kind == Kind::kAnd ? Kind::kOr : Kind::kAnd),
        absorbing_(kind == Kind::kAnd ? store.false_term : store.true_term),
        neutral_(kind == Kind::kAnd ? store.true_term : store.false_term),
        polarity_(kind == Kind::kAnd ? Polarity::kAsIs : Polarity::kNegated) {}

  Term Run(std::span<const Term> items) {
    std::vector<Term> wanted(items.begin(), items.end());
    for (;;) {
      parts_.clear();
      facts_.clear();
      for (const Term item : wanted) Flatten(item);
      std::ranges::sort(parts_, {}, &TermNode::number);
      const auto rest = std::ranges::unique(parts_);
      parts_.erase(rest.begin(), rest.end());
      if (parts_.size() < 2) break;
      if (IsDecided()) return absorbing_;
      if (!SimplifyParts()) break;
      wanted = parts_;
    }
    if (parts_.empty()) return neutral_;
    if (parts_.size() == 1) return parts_[0];
    return store_.Intern({.kind = kind_, .sort = store_.bool_sort, .children = std::move(parts_)});
  }

 private:
  void Flatten(Term item) {
    if (item == neutral_) return;
    if (item->kind == kind_ && item->children.size() <= kFlattenedPartsMax) {
      parts_.insert(parts_.end(), item->children.begin(), item->children.end());
      return;
    }
    if (item->kind == Kind::kNot && item->children[0]->kind == dual_ &&
        item->children[0]->children.size() <= kFlattenedPartsMax) {
      for (const Term child : item->children[0]->children) Flatten(terms_.Not(child));
      return;
    }
    parts_.push_back(item);
  }

  bool Has(Term term) const {
    return term != nullptr && std::ranges::binary_search(parts_, term->number, {}, &TermNode::number);
  }

  /// Reads the facts of the parts; whether they contradict each other.
  bool IsDecided() {
    for (const Term part : parts_) {
      if (part == absorbing_ || (part->kind == Kind::kNot && Has(part->children[0]))) return true;
      if (part->kind == Kind::kLess && Has(store_.FindNegation(part))) return true;
      const Claim claim = ClaimOf(part, polarity_);
      if (claim.kind != Claim::Kind::kNone) facts_[claim.of].Add(claim);
    }
    return std::ranges::any_of(facts_, [](const auto& entry) { return entry.second.Contradict(); });
  }

  std::optional<bool> Judge(Term part) const {
    if (Has(part)) return true;
    if (Has(store_.FindNegation(part))) return false;
    const Claim claim = ClaimOf(part, polarity_);
    if (claim.kind == Claim::Kind::kNone) return std::nullopt;
    const auto known = facts_.find(claim.of);
    return known == facts_.end() ? std::nullopt : known->second.Judge(claim);
  }

  /// Leaves out parts, and parts of parts, that the others decide; whether there were any.
  bool SimplifyParts() {
    bool changed = false;
    std::vector<Term> kept;
    for (const Term part : parts_) {
      const Claim claim = ClaimOf(part, polarity_);
      if (claim.kind != Claim::Kind::kNone) {
        if (!facts_.at(claim.of).IsRedundant(claim)) kept.push_back(part);
      } else {
        const Term simpler = Simplified(part);
        changed = changed || simpler != part;
        kept.push_back(simpler);
      }
    }
    parts_ = std::move(kept);
    return changed;
  }

  /// A part that is a disjunction, without the alternatives that cannot be; neutral where one must be.
  Term Simplified(Term part) {
    const bool is_negated = part->kind == Kind::kNot && part->children[0]->kind == kind_;
    if (part->kind != dual_ && !is_negated) return part;
    const std::vector<Term>& children = is_negated ? part->children[0]->children : part->children;
    if (children.size() > kSimplifiedPartsMax) return part;
    std::vector<Term> open;
    for (const Term child : children) {
      const Term alternative = is_negated ? terms_.Not(child) : child;
      const std::optional<bool> judged = Judge(alternative);
      if (judged == true) return neutral_;
      if (!judged) open.push_back(alternative);
    }
    return open.size() == children.size() ? part : Join(terms_, store_, dual_, open);
  }

  Terms& terms_;
  TermStore& store_;
  Kind kind_;
  Kind dual_;
  Term absorbing_;
  Term neutral_;
  Polarity polarity_;
  std::vector<Term> parts_;
  std::unordered_map<Term, Facts> facts_;
};

}  // namespace

Term Join(Terms& terms, TermStore& store, Kind kind, std::span<const Term> items) {
  return Joining(terms, store, kind).Run(items);
}

}  // namespace proviso::analysis
