#include "daemon/held_again.h"

#include <map>

#include "base/json_writer.h"
#include "enforcement/entries.h"
#include "enforcement/held_question.h"
#include "enforcement/ruling.h"

namespace proviso::daemon {
namespace {

using enforcement::DecidedAgain;
using oversight::Hold;
using oversight::Redecision;

/// A decision that the record has, whose outcome it does not have yet.
struct Open {
  enforcement::Case the_case;
  std::uint64_t intent = 0;
};

class Deciding {
 public:
  Deciding(record::Log& log, const gateway::Snapshot& snapshot, const base::Clock& clock)
      : log_(log), snapshot_(snapshot), clock_(clock) {}

  base::Result<Redecision> Decide(const Hold& hold, const oversight::HeldCall& held) {
    const auto model = snapshot_.models.find(held.proposed.model);
    const enforcement::Target* target = model == snapshot_.models.end() ? nullptr : &model->second;
    auto again = enforcement::DecideAgain(hold, held, snapshot_.terms, target, clock_);
    if (!again) return Redecision{.reason = again.error().message, .clauses = {}, .need = {}};
    if (auto recorded = Record(hold, held, *again); !recorded) return std::unexpected(recorded.error());
    return enforcement::RedecisionOf(*again);
  }

  base::Status Settled(const Hold& hold) {
    const auto open = open_.extract(hold.id);
    if (open.empty()) return {};
    const bool is_permitted = hold.state == oversight::HoldState::kApproved;
    const enforcement::Effect effect{.what = is_permitted ? "permitted" : std::string(What(hold.state))};
    auto outcome = log_.Append(
        enforcement::OutcomeOf(open.mapped().the_case, open.mapped().intent, effect, clock_.MonotonicNs()));
    if (!outcome) return std::unexpected(outcome.error());
    return log_.WaitDurable(outcome->index);
  }

 private:
  static std::string_view What(oversight::HoldState state) {
    return state == oversight::HoldState::kWaiting ? "held" : oversight::Name(state);
  }

  base::Status Record(const Hold& hold, const oversight::HeldCall& held, const DecidedAgain& again) {
    record::EntryDraft draft =
        enforcement::IsForRequest(held.proposed)
            ? enforcement::RequestIntent(again.the_case, again.decision, nullptr, snapshot_.provenance)
            : enforcement::CallIntent(again.the_case, again.call, again.decision, nullptr,
                                      snapshot_.provenance);
    base::JsonWriter json;
    json.BeginObject().Key("held_again").String(hold.id).EndObject();
    std::string detail = json.Take();
    const std::string& other = draft.fields[record::Field::kDetail];
    if (!other.empty()) detail = detail.substr(0, detail.size() - 1) + "," + other.substr(1);
    draft.fields[record::Field::kDetail] = std::move(detail);
    auto ticket = log_.Append(std::move(draft));
    if (!ticket) return std::unexpected(ticket.error());
    if (auto durable = log_.WaitDurable(ticket->index); !durable) return durable;
    open_.insert_or_assign(hold.id, Open{again.the_case, ticket->index});
    return {};
  }

  record::Log& log_;
  const gateway::Snapshot& snapshot_;
  const base::Clock& clock_;
  std::map<std::string, Open> open_;  // by hold
};

}  // namespace

base::Result<oversight::Redecided> DecideHeldAgain(oversight::Desk& desk, record::Log& log,
                                                   const gateway::Snapshot& snapshot,
                                                   const base::Clock& clock) {
  Deciding deciding(log, snapshot, clock);
  const oversight::Redecide redecide{
      .decide = [&](const Hold& hold,
                    const oversight::HeldCall& held) { return deciding.Decide(hold, held); },
      .settled = [&](const Hold& hold) { return deciding.Settled(hold); }};
  return desk.RedecideUnderOtherTerms(snapshot.terms->digest(), redecide);
}

}  // namespace proviso::daemon
