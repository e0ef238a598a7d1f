#include "cedar/internal/validate_level.h"

#include <algorithm>
#include <string>

namespace proviso::cedar::internal {
namespace {

using Kind = CoreNode::Kind;
using TypeKind = CheckedType::Kind;

class LevelChecker {
 public:
  LevelChecker(const Typechecker& types, const EntityUid& action, std::uint32_t level_max,
               std::vector<TypeProblem>& problems)
      : types_(types), action_(action), level_max_(level_max), problems_(problems) {}

  void Check(const CoreNode& node) {
    if (types_.TypeOf(node) == nullptr) return;  // never evaluated
    switch (node.kind) {
      case Kind::kIn:
      case Kind::kHasTag:
      case Kind::kGetTag:
        CheckDereference(node, node.child(0));
        Check(node.child(1));
        return;
      case Kind::kHasAttribute:
      case Kind::kGetAttribute:
        if (types_.TypeOf(node.child(0))->kind == TypeKind::kRecord) {
          Check(node.child(0));
        } else {
          CheckDereference(node, node.child(0));
        }
        return;
      case Kind::kBool:
      case Kind::kLong:
      case Kind::kString:
      case Kind::kEntity:
      case Kind::kVariable:
      case Kind::kSlot:
      case Kind::kIf:
      case Kind::kAnd:
      case Kind::kOr:
      case Kind::kNot:
      case Kind::kNegate:
      case Kind::kIsEmpty:
      case Kind::kEqual:
      case Kind::kLess:
      case Kind::kLessOrEqual:
      case Kind::kAdd:
      case Kind::kSubtract:
      case Kind::kMultiply:
      case Kind::kContains:
      case Kind::kContainsAll:
      case Kind::kContainsAny:
      case Kind::kLike:
      case Kind::kIs:
      case Kind::kSet:
      case Kind::kRecord:
      case Kind::kCall:
        for (const CoreNode* child : node.children) Check(*child);
        return;
    }
  }

 private:
  void CheckDereference(const CoreNode& node, const CoreNode& target) {
    std::vector<std::string_view> path;
    const std::uint32_t level = LevelOf(target, path);
    if (level < level_max_) return;
    problems_.push_back({FindingKind::kLevelExceeded, node.position,
                         "this follows " + std::to_string(level + 1) +
                             " references between entities, and no more than " + std::to_string(level_max_) +
                             " may be; let the request's context hold what is needed, or raise the level"});
  }

  /// How many references lead to the entity that `node` is, or that is at `path` in the record that it
  /// is (the outermost name last). Checks what stands beside the way.
  std::uint32_t LevelOf(const CoreNode& node, std::vector<std::string_view>& path) {
    if (node.kind == Kind::kIf) return LevelOfIf(node, path);
    if (node.kind == Kind::kGetTag) {
      const std::uint32_t level = LevelOf(node.child(0), path);
      Check(node.child(1));
      return level + 1;
    }
    if (node.kind == Kind::kGetAttribute) {
      if (types_.TypeOf(node.child(0))->kind != TypeKind::kRecord) return LevelOf(node.child(0), path) + 1;
      path.push_back(node.name);
      return LevelOf(node.child(0), path);
    }
    if (node.kind == Kind::kRecord && !path.empty()) return LevelOfField(node, path);
    const bool literal = node.kind == Kind::kSlot || (node.kind == Kind::kEntity && *node.entity != action_);
    if (literal) {
      problems_.push_back({FindingKind::kDereferencedLiteral, node.position,
                           "an entity that is written out is not part of a request, at no level; compare "
                           "with it instead of asking for what it has"});
    }
    return 0;
  }

  std::uint32_t LevelOfIf(const CoreNode& node, const std::vector<std::string_view>& path) {
    Check(node.child(0));
    std::uint32_t level = 0;
    for (const std::size_t branch : {1U, 2U}) {
      if (types_.TypeOf(node.child(branch)) == nullptr) continue;
      std::vector<std::string_view> own_path = path;
      level = std::max(level, LevelOf(node.child(branch), own_path));
    }
    return level;
  }

  std::uint32_t LevelOfField(const CoreNode& record, std::vector<std::string_view>& path) {
    const std::string_view name = path.back();
    path.pop_back();
    std::uint32_t level = 0;
    for (std::size_t i = 0; i < record.children.size(); ++i) {
      if (record.names[i] == name) {
        level = LevelOf(record.child(i), path);
      } else {
        Check(record.child(i));
      }
    }
    return level;
  }

  const Typechecker& types_;
  const EntityUid& action_;
  std::uint32_t level_max_;
  std::vector<TypeProblem>& problems_;
};

}  // namespace

void FindDeepDereferences(const CoreTree& tree, const Typechecker& types, const EntityUid& action,
                          std::uint32_t level_max, std::vector<TypeProblem>& problems) {
  LevelChecker(types, action, level_max, problems).Check(tree.root());
}

}  // namespace proviso::cedar::internal
