#include "oversight/statement.h"

#include <algorithm>
#include <optional>

#include "base/clock.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "keys/digest.h"
#include "oversight/limits.h"
#include "oversight/visible_text.h"

namespace proviso::oversight {
namespace {

using base::ErrorCode;
using base::Fail;
using base::Json;

constexpr std::string_view kFormat = "proviso.statement/v1";

base::Result<base::Digest> DigestFrom(Json value) {
  const auto bytes = base::FromHex(value.text());
  if (!bytes || bytes->size() != base::Digest().size()) {
    return Fail(ErrorCode::kInvalid, value.Where() + ": expected a digest of 64 hexadecimal digits");
  }
  base::Digest digest;
  std::ranges::copy(*bytes, digest.begin());
  return digest;
}

base::Status ReadClausesAndNeed(Json root, ProposedCall& proposed) {
  for (const Json clause : root.Find("clauses").elements()) {
    proposed.clauses.push_back({.id = clause.Find("id").text(), .title = clause.Find("title").text()});
  }
  const Json need = root.Find("need");
  const auto people = need.Find("people").integer().value_or(0);
  if (people < 1 || people > kPeopleMax) {
    return Fail(ErrorCode::kInvalid, "need.people must be from 1 to " + std::to_string(kPeopleMax));
  }
  proposed.need.people = static_cast<std::uint32_t>(people);
  for (const Json role : need.Find("roles").elements()) proposed.need.roles.push_back(role.text());
  return {};
}

base::Status ReadDigestsAndTimes(Json root, HeldCall& held) {
  struct {
    std::string_view key;
    base::Digest& digest;
  } const digests[] = {{"call_digest", held.call_digest},
                       {"request_digest", held.proposed.request_digest},
                       {"terms_digest", held.proposed.terms_digest}};
  for (const auto& [key, digest] : digests) {
    const auto read = DigestFrom(root.Find(key));
    if (!read) return base::Within(key, read.error());
    digest = *read;
  }
  const auto created = base::ParseUtc(root.Find("created").text());
  if (!created) return base::Within("created", created.error());
  const auto expires = base::ParseUtc(root.Find("expires").text());
  if (!expires) return base::Within("expires", expires.error());
  held.created_ms = *created;
  held.expires_ms = *expires;
  return {};
}

ProposedCall ReadTexts(Json root) {
  return {.call = {.tool = root.Find("tool").text(),
                   .arguments = root.Find("arguments").text(),
                   .call_id = root.Find("call_id").text()},
          .model = root.Find("model").text(),
          .provider = root.Find("provider").text(),
          .dialect = root.Find("dialect").text(),
          .application = root.Find("application").text(),
          .organization = root.Find("organization").text(),
          .on_behalf_of = root.Find("on_behalf_of").text(),
          .purpose = root.Find("purpose").text(),
          .authority = root.Find("authority").text(),
          .facts = root.Find("facts").text(),
          .terms_digest = {},
          .request_digest = {},
          .clauses = {},
          .need = {}};
}

base::Result<HeldCall> ReadFields(Json root) {
  if (!root.Find("format").equals(kFormat)) {
    return Fail(ErrorCode::kInvalid, "\"format\" must be \"" + std::string(kFormat) + "\"");
  }
  HeldCall held;
  held.id = root.Find("hold").text();
  held.proposed = ReadTexts(root);
  if (auto read = ReadClausesAndNeed(root, held.proposed); !read) return std::unexpected(read.error());
  if (auto read = ReadDigestsAndTimes(root, held); !read) return std::unexpected(read.error());
  if (auto checked = CheckProposed(held.proposed); !checked) return std::unexpected(checked.error());
  if (held.call_digest != CallDigest(held.proposed.call.tool, held.proposed.call.arguments)) {
    return Fail(ErrorCode::kInvalid, "call_digest is not the digest of tool and arguments");
  }
  return held;
}

void AppendIndented(std::string& out, Json value, std::size_t indent);

template <typename Items, typename Append>
void AppendItems(std::string& out, std::string_view brackets, const Items& items, std::size_t indent,
                 Append append) {
  out += brackets.front();
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += ',';
    first = false;
    out += '\n';
    out.append(indent + 2, ' ');
    append(item);
  }
  if (!first) {
    out += '\n';
    out.append(indent, ' ');
  }
  out += brackets.back();
}

// As deep as kArgumentsDepthMax, which CheckProposed has enforced.
void AppendIndented(std::string& out, Json value, std::size_t indent) {
  switch (value.kind()) {
    case base::JsonKind::kObject:
      AppendItems(out, "{}", value.members(), indent, [&](const base::JsonMember& member) {
        out += VisibleJsonString(member.key.text()) + ": ";
        AppendIndented(out, member.value, indent + 2);
      });
      return;
    case base::JsonKind::kArray:
      AppendItems(out, "[]", value.elements(), indent,
                  [&](Json element) { AppendIndented(out, element, indent + 2); });
      return;
    case base::JsonKind::kString:
      out += VisibleJsonString(value.text());
      return;
    case base::JsonKind::kMissing:
    case base::JsonKind::kNull:
    case base::JsonKind::kBool:
    case base::JsonKind::kNumber:
      out += value.raw();
      return;
  }
}

void AppendLine(std::string& out, std::string_view label, std::string_view value) {
  constexpr std::size_t kLabelWidth = 16;
  out += label;
  out.append(kLabelWidth - std::min(kLabelWidth, label.size()), ' ');
  out += value.empty() ? "(not stated)" : MakeVisible(value, Backslashes::kDouble);
  out += '\n';
}

std::string DescribeNeed(const DecisionNeed& need) {
  const bool one = need.people == 1;
  std::string text = one ? "1 person" : std::to_string(need.people) + " different people";
  for (std::size_t i = 0; i < need.roles.size(); ++i) {
    text += (i > 0 ? " or " : one ? " with role " : ", each with role ") + need.roles[i];
  }
  return text;
}

void AppendArguments(std::string& out, const std::string& arguments) {
  out += "\narguments, as the tool will read them\n";
  if (arguments.empty()) {
    out += "  (none)\n";
    return;
  }
  // CheckProposed has parsed them before.
  const auto document = base::JsonDocument::Parse(arguments, {.depth_max = kArgumentsDepthMax});
  out += "  ";
  if (document) AppendIndented(out, document->root(), 2);
  out += '\n';
  const bool ascii = std::ranges::all_of(arguments, [](char c) { return static_cast<signed char>(c) >= 0; });
  const bool plain = MakeVisible(arguments, Backslashes::kKeep) == arguments;
  if (!ascii) out += "  note: not only ASCII letters; some may look like others\n";
  if (!plain) out += "  note: contained control, invisible or direction characters, written as \\u…\n";
}

}  // namespace

std::string StatementOf(const HeldCall& held) {
  const auto& proposed = held.proposed;
  base::JsonWriter json;
  json.BeginObject();
  json.Key("application").String(proposed.application);
  json.Key("arguments").String(proposed.call.arguments);
  json.Key("authority").String(proposed.authority);
  json.Key("call_digest").String(base::ToHex(held.call_digest));
  json.Key("call_id").String(proposed.call.call_id);
  json.Key("clauses").BeginArray();
  for (const auto& clause : proposed.clauses) {
    json.BeginObject().Key("id").String(clause.id).Key("title").String(clause.title).EndObject();
  }
  json.EndArray();
  json.Key("created").String(base::FormatUtc(held.created_ms));
  json.Key("dialect").String(proposed.dialect);
  json.Key("expires").String(base::FormatUtc(held.expires_ms));
  if (!proposed.facts.empty()) json.Key("facts").String(proposed.facts);
  json.Key("format").String(kFormat);
  json.Key("hold").String(held.id);
  json.Key("model").String(proposed.model);
  json.Key("need").BeginObject().Key("people").Integer(proposed.need.people).Key("roles").BeginArray();
  for (const auto& role : proposed.need.roles) json.String(role);
  json.EndArray().EndObject();
  json.Key("on_behalf_of").String(proposed.on_behalf_of);
  json.Key("organization").String(proposed.organization);
  json.Key("provider").String(proposed.provider);
  json.Key("purpose").String(proposed.purpose);
  json.Key("request_digest").String(base::ToHex(proposed.request_digest));
  json.Key("terms_digest").String(base::ToHex(proposed.terms_digest));
  json.Key("tool").String(proposed.call.tool);
  json.EndObject();
  return MakeVisible(json.Take(), Backslashes::kKeep);
}

base::Result<HeldCall> ParseStatement(std::string_view statement) {
  if (statement.size() > kStatementBytesMax) {
    return Fail(ErrorCode::kLimit, "statement: larger than " + std::to_string(kStatementBytesMax) + " bytes");
  }
  const auto document = base::JsonDocument::Parse(statement);
  if (!document) return base::Within("statement", document.error());
  auto held = ReadFields(document->root());
  if (!held) return base::Within("statement", held.error());
  if (StatementOf(*held) != statement) {
    return Fail(ErrorCode::kInvalid,
                "statement: not in its canonical form; something was added or rewritten");
  }
  return held;
}

base::Digest StatementDigest(std::string_view statement) {
  return keys::Sha256(statement);
}

base::Result<std::string> RenderStatement(std::string_view statement) {
  const auto held = ParseStatement(statement);
  if (!held) return std::unexpected(held.error());
  const auto& proposed = held->proposed;
  std::string out;
  AppendLine(out, "held call", held->id);
  AppendLine(out, "needs", DescribeNeed(proposed.need));
  AppendLine(out, "created", base::FormatUtc(held->created_ms));
  AppendLine(out, "expires", base::FormatUtc(held->expires_ms));
  AppendLine(out, "tool", proposed.call.tool);
  AppendLine(out, "application", proposed.application);
  AppendLine(out, "organization", proposed.organization);
  AppendLine(out, "on behalf of", proposed.on_behalf_of);
  AppendLine(out, "purpose", proposed.purpose);
  AppendLine(out, "authority", proposed.authority);
  if (!proposed.facts.empty()) AppendLine(out, "declared facts", proposed.facts);
  AppendLine(out, "model", proposed.model);
  AppendLine(out, "provider", proposed.provider);
  AppendLine(out, "dialect", proposed.dialect);
  for (const auto& clause : proposed.clauses) AppendLine(out, "clause", clause.id + "  " + clause.title);
  AppendLine(out, "call id", proposed.call.call_id);
  AppendLine(out, "call digest", base::ToHex(held->call_digest));
  AppendLine(out, "request digest", base::ToHex(proposed.request_digest));
  AppendLine(out, "terms digest", base::ToHex(proposed.terms_digest));
  AppendArguments(out, proposed.call.arguments);
  out += "\nstatement digest (what you sign)\n  " + base::ToHex(StatementDigest(statement)) + "\n";
  return out;
}

}  // namespace proviso::oversight
