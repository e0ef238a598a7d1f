#include "terms/internal/smaller.h"

#include <algorithm>

#include "terms/decide.h"
#include "terms/internal/plainer.h"
#include "terms/limits.h"

namespace proviso::terms::internal {

using cedar::Value;

namespace {

std::vector<Value> ValuesOf(const std::vector<DecisionFact>& decisions) {
  std::vector<Value> values;
  for (const DecisionFact& decision : decisions) {
    Question decided;
    decided.facts.decision = decision;
    values.push_back(*ContextOf(decided).Find("decision"));
  }
  return values;
}

}  // namespace

Smaller::Smaller(std::span<const Package* const> packages, std::set<std::string> free_facts,
                 std::function<bool(const Sides&)> still)
    : packages_(packages),
      free_facts_(std::move(free_facts)),
      still_(std::move(still)),
      words_(packages),
      steps_left_(kMinimiseStepsMax) {}

Sides Smaller::Of(Sides from) {
  now_ = std::move(from);
  bool changed = true;
  while (changed && steps_left_ > 0) {
    changed = DropFacts();
    changed = DropNames() || changed;
    changed = EvenOutFreeFacts() || changed;
    changed = PlainApplication() || changed;
    changed = PlainTool() || changed;
    changed = PlainModel() || changed;
    changed = PlainFacts() || changed;
  }
  return std::move(now_);
}

bool Smaller::Try(Sides candidate) {
  if (steps_left_ == 0) return false;
  --steps_left_;
  if (!still_(candidate)) return false;
  now_ = std::move(candidate);
  return true;
}

std::vector<std::string> Smaller::FactNames() const {
  std::set<std::string> names;
  for (const FlatQuestion& side : now_) {
    for (const cedar::Attribute& fact : side.facts.attributes()) names.insert(fact.name);
  }
  return {names.begin(), names.end()};
}

const cedar::Type* Smaller::TypeOf(const std::string& fact) const {
  const cedar::EntityUid action("Action", std::string(NameOf(now_.front().names.act)));
  for (const Package* package : packages_) {
    const cedar::ActionDeclaration* declared = package->schema().FindAction(action);
    const cedar::AttributeType* type = declared == nullptr ? nullptr : declared->context->FindAttribute(fact);
    if (type != nullptr) return type->type.get();
  }
  return nullptr;
}

bool Smaller::DropFacts() {
  bool changed = false;
  for (const std::string& name : FactNames()) {
    Sides without = now_;
    for (FlatQuestion& side : without) side.facts = WithAttribute(side.facts, name, std::nullopt);
    if (Try(std::move(without))) {
      changed = true;
      continue;
    }
    if (!free_facts_.contains(name)) continue;
    for (std::size_t i = 0; i < now_.size(); ++i) {
      if (now_[i].facts.Find(name) == nullptr) continue;
      Sides one = now_;
      one[i].facts = WithAttribute(one[i].facts, name, std::nullopt);
      changed = Try(std::move(one)) || changed;
    }
  }
  return changed;
}

bool Smaller::DropNames() {
  bool changed = false;
  const Act act = now_.front().names.act;
  const bool is_of_a_model = act == Act::kGenerate || act == Act::kEmbed || act == Act::kRelease;
  for (std::string Question::* const name : {&Question::provider, &Question::model, &Question::tool_server}) {
    if ((now_.front().names.*name).empty() || (is_of_a_model && name == &Question::model)) continue;
    Sides without = now_;
    for (FlatQuestion& side : without) (side.names.*name).clear();
    changed = Try(std::move(without)) || changed;
  }
  return changed;
}

bool Smaller::PlainApplication() {
  for (const ApplicationTerms& application : packages_.front()->agreement().applications) {
    if (application.id == now_.front().names.application) return false;
    Sides other = now_;
    for (FlatQuestion& side : other) {
      side.names.application = application.id;
      side.names.organization = application.organization;
    }
    if (Try(other)) return true;
    if (other.front().facts.Find("purpose") == nullptr) continue;
    for (const std::string& purpose : application.purposes) {
      Sides declaring = other;
      for (FlatQuestion& side : declaring)
        side.facts = WithAttribute(side.facts, "purpose", Value::Entity({"UseCase", purpose}));
      if (Try(std::move(declaring))) return true;
    }
  }
  return false;
}

/// A tool of the catalogue brings its effect; one without an effect is best one that nobody catalogued.
bool Smaller::PlainTool() {
  if (now_.front().names.act != Act::kCallTool) return false;
  std::vector<CatalogueTool> choices = packages_.front()->agreement().tools;
  const bool has_effect = now_.front().facts.Find("effect") != nullptr;
  const CatalogueTool unknown{"tool-a", "", "", ""};
  if (!has_effect) choices.insert(choices.begin(), unknown);
  for (const CatalogueTool& tool : choices) {
    const Question& names = now_.front().names;
    if (tool.name == names.tool && tool.server == names.tool_server) return false;
    Sides other = now_;
    for (FlatQuestion& side : other) {
      side.names.tool = tool.name;
      side.names.tool_server = tool.server;
      if (has_effect) side.facts = WithAttribute(side.facts, "effect", Value::String(tool.effect));
    }
    if (Try(std::move(other))) return true;
  }
  return false;
}

bool Smaller::Rename(std::string Question::* name, const std::vector<std::string>& plainer) {
  for (const std::string& id : plainer) {
    Sides other = now_;
    for (FlatQuestion& side : other) side.names.*name = id;
    if (Try(std::move(other))) return true;
  }
  return false;
}

bool Smaller::PlainModel() {
  const Question names = now_.front().names;
  bool changed = false;
  if (!names.model.empty()) changed = Rename(&Question::model, PlainerIds({"Model", names.model}, words_));
  if (!names.provider.empty())
    changed = Rename(&Question::provider, PlainerIds({"Provider", names.provider}, words_)) || changed;
  return changed;
}

bool Smaller::PlainFacts() {
  bool changed = false;
  for (const std::string& name : FactNames()) {
    while (free_facts_.contains(name) ? PlainFreeFact(name) : PlainFact(name)) changed = true;
  }
  return changed;
}

/// What is offered adds up, so that its members change together: one tool, catalogued or not.
std::vector<Value> Smaller::OneToolOffered() const {
  const auto offered = [](std::int64_t uncatalogued, std::vector<Value> effects) {
    return Value::FromRecord(cedar::Record({{"offered", Value::Long(1)},
                                            {"uncatalogued", Value::Long(uncatalogued)},
                                            {"effects", Value::FromElements(std::move(effects))}}));
  };
  std::vector<Value> choices;
  for (const Value& effect : words_.At("effect")) choices.push_back(offered(0, {effect}));
  choices.push_back(offered(1, {}));
  return choices;
}

/// A decision is of people whom the agreement names, so that its members change together, too: one that a
/// profile's people could give, or of one person less.
std::vector<Value> Smaller::PlainerDecisions() const {
  const Package& package = *packages_.front();
  const Question question = Unflatten(now_.front());
  if (!question.facts.decision) return {};
  const DecisionFact& current = *question.facts.decision;
  std::vector<DecisionFact> choices;
  for (std::size_t profile = 0; profile < package.agreement().approver_profiles.size(); ++profile) {
    for (const DecisionFact& decision : package.PossibleDecisions(profile)) {
      if (decision.people == current.people) return ValuesOf(choices);
      if (decision.people.size() <= current.people.size()) choices.push_back(decision);
    }
  }
  for (const std::string& person : current.people) {
    std::vector<std::string> others = current.people;
    std::erase(others, person);
    if (!others.empty()) choices.push_back(DecisionBy(package.agreement(), others));
  }
  return ValuesOf(choices);
}

bool Smaller::PlainFact(const std::string& name) {
  const Value* value = now_.front().facts.Find(name);
  if (value == nullptr) return false;
  std::vector<Value> choices = PlainerThan(*value, TypeOf(name), name, words_);
  if (name == "tools") {
    const std::vector<Value> one = OneToolOffered();
    choices.insert(choices.begin(), one.begin(), std::ranges::find(one, *value));
  }
  if (name == "decision") {
    const std::vector<Value> fewer = PlainerDecisions();
    choices.insert(choices.begin(), fewer.begin(), fewer.end());
  }
  for (const Value& plainer : choices) {
    Sides other = now_;
    for (FlatQuestion& side : other) side.facts = WithAttribute(side.facts, name, plainer);
    if (Try(std::move(other))) return true;
  }
  return false;
}

bool Smaller::PlainFreeFact(const std::string& name) {
  for (std::size_t i = 0; i < now_.size(); ++i) {
    const Value* value = now_[i].facts.Find(name);
    if (value == nullptr) continue;
    for (const Value& plainer : PlainerThan(*value, TypeOf(name), name, words_)) {
      Sides both = now_;
      const bool are_equal = std::ranges::all_of(now_, [&](const FlatQuestion& side) {
        const Value* there = side.facts.Find(name);
        return there != nullptr && *there == *value;
      });
      for (FlatQuestion& side : both) side.facts = WithAttribute(side.facts, name, plainer);
      if (are_equal && Try(std::move(both))) return true;
      if (are_equal) continue;  // a difference that need not be is none
      Sides one = now_;
      one[i].facts = WithAttribute(one[i].facts, name, plainer);
      if (Try(std::move(one))) return true;
    }
  }
  return false;
}

/// Takes over what the other side says, whole or one member.
bool Smaller::EvenOutFreeFacts() {
  if (now_.size() < 2) return false;
  bool changed = false;
  for (const std::string& name : free_facts_) {
    const Value* first = now_[0].facts.Find(name);
    const Value* second = now_[1].facts.Find(name);
    if (first == nullptr || second == nullptr || *first == *second) continue;
    Sides even = now_;
    even[1].facts = WithAttribute(even[1].facts, name, *first);
    if (Try(std::move(even))) {
      changed = true;
      continue;
    }
    if (first->AsRecord() == nullptr || second->AsRecord() == nullptr) continue;
    const std::vector<cedar::Attribute> members = first->AsRecord()->attributes();
    for (const cedar::Attribute& member : members) {
      const cedar::Record& theirs = *now_[1].facts.Find(name)->AsRecord();
      const Value* there = theirs.Find(member.name);
      if (there == nullptr || *there == member.value) continue;
      Sides one = now_;
      const Value taken = Value::FromRecord(WithAttribute(theirs, member.name, member.value));
      one[1].facts = WithAttribute(one[1].facts, name, taken);
      changed = Try(std::move(one)) || changed;
    }
  }
  return changed;
}

}  // namespace proviso::terms::internal
