// One act of one package, as one thread asks about it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/solver.h"
#include "terms/internal/drafts.h"
#include "terms/internal/evaluated.h"
#include "terms/symbolic_package.h"
#include "terms/symbolic_question.h"

namespace proviso::terms::internal {

/// What all threads of one check share.
struct Common {
  const Package& package;
  analysis::Solver& solver;
  std::map<Act, KnownQuestions> known{};
  Suggestions suggestions{package};
};

/// Whether there is a question of some kind.
struct Sought {
  enum class Kind : std::uint8_t { kNone, kFound, kUnknown };
  Kind kind = Kind::kUnknown;
  std::shared_ptr<const Evaluated> found{};  ///< shared: known to every thread
  std::string reason{};                      ///< of kUnknown
  std::vector<std::string> scripts{};
  std::int64_t took_ms = 0;

  [[nodiscard]] static Sought Unknown(std::string reason);
};

using Shows = std::function<bool(const Evaluated&)>;

/// The same act with facts of its own for what one party asserts.
struct Variant {
  SymbolicQuestion question;
  std::unique_ptr<SymbolicPackage> symbolic;
  SymbolicPackage::Outcomes outcomes;
  analysis::Term is_own_change;  ///< It differs from the first in nothing else (asserters.h).
};

/// Not for several threads. Makes everything at its first use.
class Inquiry {
 public:
  Inquiry(Common& common, Act act);

  [[nodiscard]] const Package& package() const { return common_.package; }
  [[nodiscard]] analysis::Terms& terms() { return terms_; }
  [[nodiscard]] Act act() const { return act_; }
  [[nodiscard]] KnownQuestions& known() { return common_.known.at(act_); }
  [[nodiscard]] analysis::Solver& solver() { return common_.solver; }
  [[nodiscard]] const GatewayFacts& gateway() const { return gateway_; }
  [[nodiscard]] const Suggestions& suggestions() const { return common_.suggestions; }

  [[nodiscard]] const base::Result<SymbolicQuestion>& question() const { return question_; }
  [[nodiscard]] SymbolicPackage& symbolic() { return *symbolic_; }  ///< where there is a question
  [[nodiscard]] const base::Result<SymbolicPackage::Outcomes>& outcomes() const { return outcomes_; }
  [[nodiscard]] base::Result<analysis::Compiled> Clause(std::string_view id);
  [[nodiscard]] base::Result<analysis::Compiled> Scope(std::string_view safeguard);

  /// Lives as long as this.
  [[nodiscard]] base::Result<Variant*> VariantBy(const std::string& party);

  /// Whether a question that a gateway can put satisfies `condition`. `shows` must be what the condition
  /// says, of one question: a known one is taken where there is one, and a new one must bear it out.
  [[nodiscard]] Sought Seek(const base::Result<analysis::Term>& condition, const Shows& shows);

  /// The same without a solver; nothing where one must be asked.
  [[nodiscard]] std::optional<Sought> SeekKnown(analysis::Term condition, const Shows& shows);

  /// What a model says of one request, evaluated. Fails with kInternal where it is not a question that a
  /// gateway can put.
  [[nodiscard]] base::Result<std::shared_ptr<const Evaluated>> Replay(
      const analysis::SymbolicRequest& request, analysis::Compiler& compiler,
      std::span<const analysis::Term> wanted, std::span<const analysis::SmtValue> values) const;

 private:
  [[nodiscard]] Sought Ask(analysis::Term condition, const Shows& shows);

  Common& common_;
  Act act_;
  analysis::Terms terms_;
  GatewayFacts gateway_;
  base::Result<SymbolicQuestion> question_;
  std::unique_ptr<SymbolicPackage> symbolic_;
  base::Result<SymbolicPackage::Outcomes> outcomes_;
  std::map<std::string, analysis::Compiled, std::less<>> scopes_;
  std::map<std::string, std::unique_ptr<Variant>> variants_;
};

/// The sentence of a finding whose request the evaluator does not confirm.
[[nodiscard]] std::string FaultOfTheAnalysis(const std::string& script_digest, const std::string& what);

}  // namespace proviso::terms::internal
