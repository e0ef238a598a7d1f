#include "terms/check.h"

#include <algorithm>
#include <chrono>

#include "terms/examples.h"
#include "terms/internal/asserters.h"
#include "terms/internal/check_clauses.h"
#include "terms/internal/check_precedence.h"
#include "terms/internal/check_safeguards.h"
#include "terms/internal/check_set_aside.h"
#include "terms/internal/check_text.h"
#include "terms/internal/check_work.h"

namespace proviso::terms {
namespace {

using internal::Common;
using internal::Crew;
using internal::Inquiry;
using internal::kActsInOrder;
using internal::Part;
using internal::Subject;
using internal::Task;
using internal::Worker;

/// A package's own examples that a gateway could put settle many questions at once, and so do requests
/// that its clauses suggest.
void AddKnown(Inquiry& inquiry) {
  const Package& package = inquiry.package();
  for (const Example& example : package.examples()) {
    const Question& question = example.request.question;
    const bool counts =
        question.act == inquiry.act() && !example.request.refusal && !question.facts.undecidable;
    if (counts && inquiry.gateway().FirstNotMet(question) == nullptr)
      inquiry.known().Add(std::make_shared<const internal::Evaluated>(package, question));
  }
  inquiry.suggestions().AddTo(inquiry.known(), inquiry.act(), inquiry.gateway());
}

class Checking {
 public:
  Checking(const Package& package, analysis::Solver& solver, const CheckOptions& options)
      : package_(package), options_(options), common_{package, solver} {}

  std::vector<Finding> Run();

 private:
  [[nodiscard]] bool IsAsked(CheckQuestion question) const {
    return options_.only.empty() || options_.only.contains(question);
  }
  Subject& Add(CheckQuestion question, const std::string& id, std::span<const Act> acts = kActsInOrder);
  void AddSubjects();
  void AddClauseSubjects();
  void AddSetAside();
  [[nodiscard]] std::vector<Task> Asking();
  [[nodiscard]] std::vector<Task> AskingWhoSetsAside();
  [[nodiscard]] std::vector<internal::MaybeSetAside> OpenFor(const std::string& party, Act act);
  [[nodiscard]] std::vector<Task> Telling(std::vector<std::optional<Finding>>& findings);
  [[nodiscard]] const Part* HoldsIn(const std::string& safeguard, Act act) const;

  const Package& package_;
  const CheckOptions& options_;
  Common common_;
  std::deque<Subject> subjects_;
};

Subject& Checking::Add(CheckQuestion question, const std::string& id, std::span<const Act> acts) {
  Subject& subject = subjects_.emplace_back(Subject{question, id});
  for (const Act act : acts) subject.parts.push_back(Part{act});
  return subject;
}

void Checking::AddClauseSubjects() {
  std::map<std::string, const Subject*> vacuous;
  for (const CheckQuestion question :
       {CheckQuestion::kNeverErrors, CheckQuestion::kVacuous, CheckQuestion::kUnconditional,
        CheckQuestion::kRedundant, CheckQuestion::kOverridden}) {
    if (!IsAsked(question)) continue;
    for (const Clause& clause : package_.clauses()) {
      const bool decides = clause.modality == Modality::kShall;
      if (question == CheckQuestion::kRedundant && !decides) continue;
      if (question == CheckQuestion::kOverridden && (!decides || clause.effect != cedar::Effect::kPermit))
        continue;
      Subject& subject = Add(question, clause.id);
      if (question == CheckQuestion::kVacuous) vacuous[clause.id] = &subject;
      const auto known = vacuous.find(clause.id);
      if (known != vacuous.end()) subject.vacuous = known->second;
    }
  }
}

void Checking::AddSetAside() {
  for (const std::string& party : internal::PartiesThatAssert(package_)) {
    for (const Safeguard& safeguard : package_.safeguards())
      Add(CheckQuestion::kSetAside, safeguard.name).party = party;
    for (const Clause& clause : package_.clauses()) {
      if (clause.modality == Modality::kShall && clause.effect == cedar::Effect::kForbid)
        Add(CheckQuestion::kSetAside, clause.id).party = party;
    }
  }
}

/// In the order of reports; kValid and kFloating are read, and need no subject.
void Checking::AddSubjects() {
  AddClauseSubjects();
  if (IsAsked(CheckQuestion::kNeverPermits)) {
    for (const Act act : kActsInOrder) Add(CheckQuestion::kNeverPermits, std::string(NameOf(act)), {{act}});
  }
  for (const Clause& clause : package_.clauses()) {
    if (IsAsked(CheckQuestion::kAdvisory) && clause.modality == Modality::kShould)
      Add(CheckQuestion::kAdvisory, clause.id);
  }
  for (const Clause& clause : package_.clauses()) {
    if (IsAsked(CheckQuestion::kPrecedence) && internal::StandsBelowAPermit(package_, clause))
      Add(CheckQuestion::kPrecedence, clause.id);
  }
  if (IsAsked(CheckQuestion::kSafeguardHolds)) {
    for (const Safeguard& safeguard : package_.safeguards())
      Add(CheckQuestion::kSafeguardHolds, safeguard.name);
  }
  if (IsAsked(CheckQuestion::kSetAside)) AddSetAside();
}

std::string NameOfTask(CheckQuestion question, const std::string& what) {
  return std::string(NameOf(question)) + ": " + what;
}

/// Whether one act's answer is the whole answer.
bool IsSettledBy(const Subject& subject, const Part& part) {
  return part.sought.kind == internal::Sought::Kind::kFound &&
         subject.question != CheckQuestion::kUnconditional;
}

/// One question about some clauses, act by act.
void AskActByAct(const std::vector<Subject*>& subjects, Worker& worker) {
  for (const Act act : kActsInOrder) {
    std::vector<internal::Asked> asked;
    for (Subject* subject : subjects) {
      const auto settles = [subject](const Part& part) { return IsSettledBy(*subject, part); };
      if (std::ranges::any_of(subject->parts, settles)) continue;
      for (Part& part : subject->parts) {
        if (part.act == act) asked.push_back({subject, &part});
      }
    }
    if (!asked.empty()) AskAboutClauses(std::move(asked), worker.About(act));
  }
}

void AskAboutSafeguard(Subject& subject, Worker& worker) {
  for (Part& part : subject.parts) {
    AskWhetherItHolds(subject, worker.About(part.act), part);
    if (IsSettledBy(subject, part)) return;
  }
}

/// Cheap questions first: what they find settles others.
std::vector<Task> Checking::Asking() {
  constexpr std::size_t kTogether = 16;
  std::vector<Task> tasks;
  for (Subject& subject : subjects_) {
    if (subject.question != CheckQuestion::kSafeguardHolds) continue;
    tasks.push_back({NameOfTask(subject.question, subject.id),
                     [&subject](Worker& worker) { AskAboutSafeguard(subject, worker); }});
  }
  for (const CheckQuestion question :
       {CheckQuestion::kNeverErrors, CheckQuestion::kVacuous, CheckQuestion::kNeverPermits,
        CheckQuestion::kUnconditional, CheckQuestion::kAdvisory, CheckQuestion::kPrecedence,
        CheckQuestion::kRedundant, CheckQuestion::kOverridden}) {
    std::vector<Subject*> together;
    const auto take = [&] {
      if (together.empty()) return;
      tasks.push_back({NameOfTask(question, together.front()->id),
                       [together](Worker& worker) { AskActByAct(together, worker); }});
      together.clear();
    };
    for (Subject& subject : subjects_) {
      if (subject.question != question) continue;
      together.push_back(&subject);
      if (together.size() == kTogether) take();
    }
    take();
  }
  return tasks;
}

const Part* Checking::HoldsIn(const std::string& safeguard, Act act) const {
  for (const Subject& subject : subjects_) {
    if (subject.question != CheckQuestion::kSafeguardHolds || subject.id != safeguard) continue;
    for (const Part& part : subject.parts) {
      if (part.act == act) return &part;
    }
  }
  return nullptr;
}

std::vector<Task> Checking::AskingWhoSetsAside() {
  std::vector<Task> tasks;
  for (const std::string& party : internal::PartiesThatAssert(package_)) {
    if (!IsAsked(CheckQuestion::kSetAside)) break;
    tasks.push_back({NameOfTask(CheckQuestion::kSetAside, party), [this, party](Worker& worker) {
                       for (const internal::Bar bar : {internal::Bar::kForbid, internal::Bar::kNoPermit}) {
                         for (const Act act : kActsInOrder) {
                           AskWhatIsSetAside(OpenFor(party, act), bar, worker.About(act));
                         }
                       }
                     }});
  }
  return tasks;
}

/// What the party is not known to set aside in an act before.
std::vector<internal::MaybeSetAside> Checking::OpenFor(const std::string& party, Act act) {
  std::vector<internal::MaybeSetAside> open;
  for (Subject& subject : subjects_) {
    if (subject.question != CheckQuestion::kSetAside || subject.party != party) continue;
    const auto settles = [&subject](const Part& part) { return IsSettledBy(subject, part); };
    if (std::ranges::any_of(subject.parts, settles)) continue;
    for (Part& part : subject.parts) {
      if (part.act == act) open.push_back({&subject, &part, HoldsIn(subject.id, act)});
    }
  }
  return open;
}

std::vector<Task> Checking::Telling(std::vector<std::optional<Finding>>& findings) {
  std::vector<Task> tasks;
  for (std::size_t i = 0; i < subjects_.size(); ++i) {
    const Subject& subject = subjects_[i];
    tasks.push_back({NameOfTask(subject.question, subject.id), [&subject, &findings, i](Worker& worker) {
                       if (subject.question == CheckQuestion::kSafeguardHolds) {
                         findings[i] = SafeguardFinding(subject, worker);
                       } else if (subject.question == CheckQuestion::kSetAside) {
                         findings[i] = SetAsideFinding(subject, worker);
                       } else {
                         findings[i] = ClauseFinding(subject, worker);
                       }
                     }});
  }
  return tasks;
}

std::vector<Finding> Checking::Run() {
  AddSubjects();
  std::vector<Task> knowing;
  for (const Act act : kActsInOrder) {
    static_cast<void>(common_.known[act]);
    knowing.push_back({"what the clauses suggest: " + std::string(NameOf(act)),
                       [act](Worker& worker) { AddKnown(worker.About(act)); }});
  }
  std::vector<std::optional<Finding>> told(subjects_.size());
  std::vector<Task> asking = Asking();
  std::vector<Task> set_aside = AskingWhoSetsAside();
  std::vector<Task> telling = Telling(told);
  Crew crew(common_, options_);
  crew.Announce(knowing.size() + asking.size() + set_aside.size() + telling.size());
  crew.Run(std::move(knowing));
  crew.Run(std::move(asking));
  crew.Run(std::move(set_aside));
  crew.Run(std::move(telling));
  std::vector<Finding> findings{internal::ValidFinding(package_)};
  for (std::optional<Finding>& finding : told) {
    if (finding) findings.push_back(std::move(*finding));
  }
  for (const Clause& clause : package_.clauses()) {
    if (IsAsked(CheckQuestion::kFloating)) findings.push_back(internal::FloatingFinding(package_, clause));
    if (IsAsked(CheckQuestion::kAdvisory) && clause.modality == Modality::kShall)
      findings.push_back(internal::DecidesFinding(package_, clause));
  }
  internal::Acknowledge(package_.agreement(), findings);
  return findings;
}

/// By question, then in the order of the package.
void Sort(const Package& package, std::vector<Finding>& findings) {
  std::map<std::string, std::size_t> places;
  for (const Clause& clause : package.clauses()) places.emplace(clause.id, places.size());
  std::vector<Finding> sorted;
  for (std::size_t question = 0; question < kCheckQuestions; ++question) {
    const std::size_t first = sorted.size();
    for (Finding& finding : findings) {
      if (static_cast<std::size_t>(finding.question) == question) sorted.push_back(std::move(finding));
    }
    if (static_cast<CheckQuestion>(question) != CheckQuestion::kAdvisory) continue;
    std::sort(
        sorted.begin() + static_cast<std::ptrdiff_t>(first), sorted.end(),
        [&places](const Finding& a, const Finding& b) { return places[a.subject] < places[b.subject]; });
  }
  findings = std::move(sorted);
}

}  // namespace

CheckReport Check(const Package& package, analysis::Solver& solver, const CheckOptions& options) {
  const auto begun = std::chrono::steady_clock::now();
  CheckReport report;
  report.findings = Checking(package, solver, options).Run();
  Sort(package, report.findings);
  const auto version = solver.Version();
  report.solver = version.value_or("");
  report.took_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun).count();
  return report;
}

CheckReport CheckBeforeLoading(const Package& package, analysis::Solver& solver) {
  CheckOptions options;
  options.only = {CheckQuestion::kValid, CheckQuestion::kNeverErrors, CheckQuestion::kSafeguardHolds};
  return Check(package, solver, options);
}

}  // namespace proviso::terms
