#include "terms/witness.h"

#include <algorithm>
#include <memory>
#include <set>

#include "terms/gateway_facts.h"
#include "terms/internal/flat_question.h"
#include "terms/internal/smaller.h"

namespace proviso::terms {
namespace {

using analysis::ConcreteCase;
using cedar::EntityUid;
using internal::FlatQuestion;
using internal::Sides;

const cedar::Entity* FindIn(const std::vector<cedar::Entity>& entities, const EntityUid& uid) {
  const auto found = std::ranges::find(entities, uid, &cedar::Entity::uid);
  return found == entities.end() ? nullptr : &*found;
}

/// The id of the entity's parent of this type; "" without one.
std::string ParentOf(const ConcreteCase& from, const EntityUid& uid, std::string_view type) {
  const cedar::Entity* entity = FindIn(from.entities, uid);
  if (entity == nullptr) return "";
  const auto parent =
      std::ranges::find_if(entity->parents, [&](const EntityUid& p) { return p.type() == type; });
  return parent == entity->parents.end() ? "" : parent->id();
}

std::string Unescaped(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const std::string_view escape = text.substr(0, 3);
    const bool is_escape = escape == "%2F" || escape == "%25";
    plain.push_back(is_escape ? (escape == "%2F" ? '/' : '%') : text.front());
    text.remove_prefix(is_escape ? escape.size() : 1);
  }
  return plain;
}

/// The inverse of ToolUid.
base::Status NameTool(const EntityUid& uid, Question& question) {
  const std::string& id = uid.id();
  const std::size_t slash = id.find('/');
  if (slash == std::string::npos) {
    question.tool = Unescaped(id);
  } else {
    question.tool_server = Unescaped(std::string_view(id).substr(0, slash));
    question.tool = id.substr(slash + 1);
  }
  if (ToolUid(question.tool_server, question.tool) == uid) return {};
  return base::Fail(base::ErrorCode::kInvalid, "no tool is " + uid.Text() + ": its name is not escaped");
}

Sides SidesOf(const QuestionPair& pair) {
  return {internal::Flatten(pair.first), internal::Flatten(pair.second)};
}

/// What the gateway sees to under some packages, ready to be asked of many questions of one act.
class Arrival {
 public:
  Arrival(std::span<const Package* const> packages, Act act) {
    const std::vector<std::string> facts = FactsThatMatter(packages);
    for (const Package* package : packages)
      of_each_.push_back(std::make_unique<GatewayFacts>(*package, act, facts));
  }
  [[nodiscard]] bool CanPut(const Question& question) const {
    return std::ranges::all_of(of_each_,
                               [&](const auto& facts) { return facts->FirstNotMet(question) == nullptr; });
  }

 private:
  std::vector<std::unique_ptr<const GatewayFacts>> of_each_;
};

/// Members of records one by one; a record that one side lacks differs in all its members.
void AddDifferences(const std::string& path, const cedar::Value* a, const cedar::Value* b,
                    std::vector<std::string>& paths) {
  if (a != nullptr && b != nullptr && *a == *b) return;
  const cedar::Record* first = a == nullptr ? nullptr : a->AsRecord();
  const cedar::Record* second = b == nullptr ? nullptr : b->AsRecord();
  const bool are_records = (a == nullptr || first != nullptr) && (b == nullptr || second != nullptr);
  std::set<std::string> members;
  for (const cedar::Record* record : {first, second}) {
    if (record == nullptr || !are_records) continue;
    for (const cedar::Attribute& member : record->attributes()) members.insert(member.name);
  }
  if (members.empty()) paths.push_back(path);
  for (const std::string& name : members) {
    AddDifferences(path.empty() ? name : path + "." + name, first == nullptr ? nullptr : first->Find(name),
                   second == nullptr ? nullptr : second->Find(name), paths);
  }
}

}  // namespace

base::Result<Question> QuestionOf(const ConcreteCase& from, const Package& package) {
  const auto act = ActNamed(from.request.action.id());
  const cedar::Record* context = from.request.context.AsRecord();
  if (!act || context == nullptr)
    return base::Fail(base::ErrorCode::kInvalid, "no act is " + from.request.action.Text());
  FlatQuestion flat;
  flat.facts = internal::WithAttribute(*context, "model", std::nullopt);
  Question& names = flat.names;
  names.act = *act;
  names.application = from.request.principal.id();
  const ApplicationTerms* application = package.agreement().FindApplication(names.application);
  names.organization = application != nullptr && *act != Act::kAdminister
                           ? application->organization
                           : ParentOf(from, from.request.principal, "Organization");
  if (const cedar::Value* model = context->Find("model"); model != nullptr && model->AsEntity() != nullptr)
    names.model = model->AsEntity()->id();
  if (from.request.resource.type() == "Model") names.model = from.request.resource.id();
  if (!names.model.empty()) names.provider = ParentOf(from, EntityUid("Model", names.model), "Provider");
  if (*act == Act::kCallTool) {
    if (auto named = NameTool(from.request.resource, names); !named) return std::unexpected(named.error());
  }
  return internal::Unflatten(flat);
}

std::size_t FactsIn(const Question& question) {
  return internal::Flatten(question).facts.size();
}

Question Minimise(Question from, std::span<const Package* const> packages, const StillShows& still) {
  const Arrival arrival(packages, from.act);
  const bool arrives = arrival.CanPut(from);
  internal::Smaller smaller(packages, {}, [&](const Sides& sides) {
    const Question question = internal::Unflatten(sides.front());
    return (!arrives || arrival.CanPut(question)) && still(question);
  });
  return internal::Unflatten(smaller.Of({internal::Flatten(from)}).front());
}

Question Minimise(Question from, const Package& package, const StillShows& still) {
  const Package* const packages[] = {&package};
  return Minimise(std::move(from), packages, still);
}

QuestionPair MinimisePair(QuestionPair from, std::span<const std::string> free_facts,
                          std::span<const Package* const> packages, const StillShowsPair& still) {
  const Arrival arrival(packages, from.first.act);
  const bool arrives = arrival.CanPut(from.first) && arrival.CanPut(from.second);
  std::size_t differing = FactsThatDiffer(from.first, from.second).size();
  internal::Smaller smaller(packages, {free_facts.begin(), free_facts.end()}, [&](const Sides& sides) {
    const Question first = internal::Unflatten(sides[0]);
    const Question second = internal::Unflatten(sides[1]);
    if (arrives && !(arrival.CanPut(first) && arrival.CanPut(second))) return false;
    // What the two differ in is what is told: a fact less is not worth a difference more.
    const std::size_t now_differing = FactsThatDiffer(first, second).size();
    if (now_differing > differing || !still(first, second)) return false;
    differing = now_differing;
    return true;
  });
  const Sides small = smaller.Of(SidesOf(from));
  return {internal::Unflatten(small[0]), internal::Unflatten(small[1])};
}

std::vector<std::string> FactsThatDiffer(const Question& a, const Question& b) {
  const cedar::Value first = cedar::Value::FromRecord(internal::Flatten(a).facts);
  const cedar::Value second = cedar::Value::FromRecord(internal::Flatten(b).facts);
  std::vector<std::string> paths;
  AddDifferences("", &first, &second, paths);
  std::ranges::sort(paths);
  return paths;
}

}  // namespace proviso::terms
