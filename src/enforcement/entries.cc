#include "enforcement/entries.h"

#include <algorithm>

#include "base/json_writer.h"
#include "enforcement/notices.h"
#include "oversight/held_call.h"
#include "terms/explain.h"

namespace proviso::enforcement {
namespace {

using record::Field;
using record::FieldValues;

void Put(FieldValues& fields, Field field, std::string value) {
  if (!value.empty()) fields.insert_or_assign(field, std::move(value));
}

/// A name that a provider gives itself, as far as the record takes it: it must never keep an OUTCOME out.
std::string Bounded(std::string_view name) {
  constexpr std::size_t kNameBytesMax = 512;
  std::string text(name.substr(0, kNameBytesMax));
  std::ranges::replace_if(text, [](char c) { return c < 0x20 || c > 0x7E; }, '?');
  return text;
}

std::string JsonList(const std::vector<std::string>& texts) {
  base::JsonWriter json;
  json.BeginArray();
  for (const std::string& text : texts) json.String(text);
  json.EndArray();
  return json.Take();
}

std::string AuthorityJson(const terms::AuthorityFact& authority) {
  base::JsonWriter json;
  json.BeginObject().Key("kind").String(authority.kind);
  json.Key("signed").Bool(authority.standing == terms::AuthorityFact::Standing::kSigned);
  json.Key("case").String(authority.reference).Key("issuer").String(authority.issuer).EndObject();
  return json.Take();
}

std::string ApprovalsJson(const oversight::Release& release) {
  base::JsonWriter json;
  json.BeginObject().Key("hold").String(release.hold.id).Key("notes").BeginArray();
  for (const oversight::Decision& decision : release.hold.decisions) json.String(decision.note);
  json.EndArray().EndObject();
  return json.Take();
}

/// For an INTENT: what a translation changed or whose answer is repeated, and what the parties acknowledge of
/// their terms. "" for nothing of both.
std::string DetailOf(const Case& the_case, const std::string& translation) {
  const terms::Agreement& agreement = the_case.terms->agreement();
  if (agreement.acknowledgements.empty()) return translation;
  base::JsonWriter json;
  json.BeginObject().Key("acknowledged");
  terms::WriteAcknowledgements(json, agreement);
  std::string detail = json.EndObject().Take();
  if (translation.empty()) return detail;
  // Two JSON objects of different members as one.
  return translation.substr(0, translation.size() - 1) + "," + detail.substr(1);
}

std::string SubjectOf(const Case& the_case) {
  return the_case.caller.organization + "/" + the_case.caller.application;
}

/// What every INTENT of a case carries.
record::EntryDraft Intent(const Case& the_case, const terms::Decision& decision,
                          const Provenance& provenance) {
  record::EntryDraft draft;
  draft.kind = record::Kind::kIntent;
  draft.subject = SubjectOf(the_case);
  FieldValues& fields = draft.fields;
  Put(fields, Field::kDecisionId, the_case.decision_id);
  Put(fields, Field::kTenant, the_case.caller.organization);
  Put(fields, Field::kAgreementDigest, base::ToHex(the_case.terms->digest()));
  Put(fields, Field::kClauseIds, JsonList(ClauseIdsOf(decision)));
  Put(fields, Field::kOutcome, std::string(terms::NameOf(decision.outcome)));
  Put(fields, Field::kPrincipal, the_case.caller.application);
  Put(fields, Field::kOnBehalfOf, the_case.facts.on_behalf_of.value_or(""));
  Put(fields, Field::kPurpose, the_case.facts.purpose.value_or(""));
  if (the_case.facts.authority) Put(fields, Field::kAuthority, AuthorityJson(*the_case.facts.authority));
  Put(fields, Field::kDeclared, the_case.declared_facts);
  Put(fields, Field::kEnclave, the_case.target.enclave);
  Put(fields, Field::kDialect, the_case.dialect);
  Put(fields, Field::kProvider, the_case.target.provider);
  Put(fields, Field::kModel, the_case.target.model);
  Put(fields, Field::kRequestDigest, base::ToHex(the_case.request_digest));
  Put(fields, Field::kRequestBytes, std::to_string(the_case.request_bytes));
  Put(fields, Field::kBuild, provenance.build);
  Put(fields, Field::kConfigurationDigest, provenance.configuration_digest);
  return draft;
}

std::string TokensJson(const protocol::Usage& usage) {
  base::JsonWriter json;
  json.BeginObject().Key("input").Integer(usage.input_tokens).Key("output").Integer(usage.output_tokens);
  json.Key("cached")
      .Integer(usage.cached_tokens)
      .Key("reasoning")
      .Integer(usage.reasoning_tokens)
      .EndObject();
  return json.Take();
}

}  // namespace

record::EntryDraft RequestIntent(const Case& the_case, const terms::Decision& decision,
                                 const oversight::Release* release, const Provenance& provenance) {
  record::EntryDraft draft = Intent(the_case, decision, provenance);
  Put(draft.fields, Field::kDetail, DetailOf(the_case, the_case.translation));
  if (release != nullptr) Put(draft.fields, Field::kApprovals, ApprovalsJson(*release));
  return draft;
}

record::EntryDraft CallIntent(const Case& the_case, const protocol::ToolCall& call,
                              const terms::Decision& decision, const oversight::Release* release,
                              const Provenance& provenance) {
  record::EntryDraft draft = Intent(the_case, decision, provenance);
  Put(draft.fields, Field::kDetail, DetailOf(the_case, ""));
  Put(draft.fields, Field::kTool, call.name);
  Put(draft.fields, Field::kCallDigest, base::ToHex(oversight::CallDigest(call.name, call.arguments)));
  if (release != nullptr) Put(draft.fields, Field::kApprovals, ApprovalsJson(*release));
  return draft;
}

record::EntryDraft OutcomeOf(const Case& the_case, std::uint64_t intent_index, const Effect& effect,
                             std::int64_t now_ns) {
  record::EntryDraft draft;
  draft.kind = record::Kind::kOutcome;
  draft.pair = intent_index;
  draft.subject = SubjectOf(the_case);
  FieldValues& fields = draft.fields;
  Put(fields, Field::kDecisionId, the_case.decision_id);
  Put(fields, Field::kOutcome, effect.what);
  if (effect.summary != nullptr) {
    Put(fields, Field::kModel, Bounded(effect.summary->model));
    Put(fields, Field::kTokens, TokensJson(effect.summary->usage));
  }
  if (effect.response_digest) {
    Put(fields, Field::kResponseDigest, base::ToHex(*effect.response_digest));
    Put(fields, Field::kResponseBytes, std::to_string(effect.response_bytes));
  }
  if (effect.summary != nullptr && !effect.summary->left_out.empty()) {
    base::JsonWriter json;
    json.BeginObject().Key("left_out").BeginArray();
    for (const std::string& type : effect.summary->left_out) json.String(Bounded(type));
    Put(fields, Field::kDetail, json.EndArray().EndObject().Take());
  }
  Put(fields, Field::kUpstreamRequestId, Bounded(effect.upstream_request_id));
  Put(fields, Field::kLatencyMs, std::to_string((now_ns - the_case.opened_ns) / 1'000'000));
  return draft;
}

}  // namespace proviso::enforcement
