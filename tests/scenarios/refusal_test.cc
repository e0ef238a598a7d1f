// What is refused is refused in the caller's dialect, with a literal status and type, and the provider
// sees nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "answers.h"
#include "base/json.h"
#include "http/testing/scripted_upstream.h"
#include "running.h"
#include "terms/authority.h"

namespace proviso::scenarios {
namespace {

using http::testing::Bytes;
using http::testing::ScriptedUpstream;
using record::Field;
using record::Kind;
using testing::HasSubstr;

/// The dialect's own "type" and message of an error body; fails the test when it is not one.
struct ErrorSeen {
  std::string type;
  std::string message;
};

ErrorSeen ErrorIn(Dialect dialect, const Reply& reply) {
  const auto document = base::JsonDocument::Parse(reply.body);
  if (!document) return {"not JSON", reply.body};
  const base::Json root = document->root();
  if (dialect == Dialect::kAnthropicMessages) EXPECT_TRUE(root.Find("type").equals("error"));
  return {root.Find("error").Find("type").text(), root.Find("error").Find("message").text()};
}

class Refusal : public testing::Test {
 protected:
  ScriptedUpstream upstream_{{{.answer = {Bytes(AsHttp(Delivery::kWhole, "{}"))}}}};
  Home home_{{.upstream_url = upstream_.url()}};
  Running gateway_{home_};
};

TEST_F(Refusal, OfAForbiddenRequestIsRecordedAndNamesTheClause) {
  for (const Dialect dialect : kDialects) {
    for (const Delivery delivery : kDeliveries) {
      const Reply reply = Send(gateway_.port(), {dialect, Text({dialect, delivery}), home_.key_of("desk"),
                                                 "Proviso-Purpose: restricted\r\n"});
      EXPECT_EQ(reply.status, 403);
      EXPECT_EQ(reply.Header("x-should-retry"), "false");
      const ErrorSeen error = ErrorIn(dialect, reply);
      EXPECT_EQ(error.type, "permission_error");
      EXPECT_THAT(error.message, HasSubstr("2.1 (Restricted purpose)"));
      EXPECT_THAT(error.message, HasSubstr(reply.Header("Proviso-Decision")));
      const std::vector<Recorded> record = gateway_.Record();
      const Recorded& intent = record[record.size() - 2];
      const Recorded& outcome = record.back();
      EXPECT_EQ(intent.At(Field::kOutcome), "forbid");
      EXPECT_EQ(intent.At(Field::kClauseIds), R"(["2.1"])");
      EXPECT_EQ(intent.At(Field::kPurpose), "restricted");
      EXPECT_EQ(intent.At(Field::kDecisionId), reply.Header("Proviso-Decision"));
      EXPECT_EQ(outcome.entry.pair, intent.entry.seq);
      EXPECT_EQ(outcome.At(Field::kOutcome), "refused");
    }
  }
  EXPECT_EQ(upstream_.connections_accepted(), 0U);
}

struct Row {
  const char* what;
  std::string body;     ///< "" for the ordinary one
  std::string headers;  ///< more lines
  std::string key;      ///< "" for desk's; "-" for none
  int status;
  std::string openai_type;
  std::string anthropic_type;
  std::string says;
};

std::string SignedBy(const keys::SigningKey& key, std::string_view organization) {
  terms::AuthorityStatement statement;
  statement.authority.kind = "warrant";
  statement.authority.reference = "17-204";
  statement.authority.issuer = "court";
  statement.organization = organization;
  return Must(terms::SignAuthority(statement, key));
}

std::vector<Row> Rows(const Home& home, Dialect dialect) {
  const std::string ordinary = Text({dialect});
  const std::string invalid = "invalid_request_error";
  std::string deep = ordinary;
  deep.insert(1, "\"deep\":" + std::string(300, '[') + std::string(300, ']') + ",");
  std::vector<Row> rows = {
      {"no key", "", "", "-", 401, invalid, "authentication_error", "API key"},
      {"a wrong key", "", "", "pv_wrong", 401, invalid, "authentication_error", "API key"},
      {"two keys that differ", "", "x-api-key: " + home.key_of("other") + "\r\n", "", 401, invalid,
       "authentication_error", "API key"},
      {"the same header twice", "", "Authorization: Bearer " + home.key_of("desk") + "\r\n", "", 401, invalid,
       "authentication_error", "API key"},
      {"a purpose not granted", "", "Proviso-Purpose: target-selection\r\n", "", 403, "permission_error",
       "permission_error", "Proviso-Purpose"},
      {"a purpose of another application", "", "Proviso-Purpose: sensitive\r\n", home.key_of("other"), 403,
       "permission_error", "permission_error", "Proviso-Purpose"},
      {"a purpose twice", "", "Proviso-Purpose: translation\r\nProviso-Purpose: sensitive\r\n", "", 400,
       invalid, invalid, "more than once"},
      {"an authority that cannot be read", "", "Proviso-Authority: kind court-order\r\n", "", 400, invalid,
       invalid, "Proviso-Authority"},
      {"an authority by another's key", "",
       "Proviso-Authority: " + SignedBy(home.approver("alice"), "agency") + "\r\n", "", 403,
       "permission_error", "permission_error", "Proviso-Authority"},
      {"an authority for another organization", "",
       "Proviso-Authority: " + SignedBy(home.issuer(), "elsewhere") + "\r\n", "", 403, "permission_error",
       "permission_error", "Proviso-Authority"},
      {"an empty hold id", "", "Proviso-Hold: ,\r\n", "", 400, invalid, invalid, "Proviso-Hold"},
      {"a hold that is not there", "", "Proviso-Hold: hold_none\r\n", "", 404, invalid, "not_found_error",
       "hold"},
      {"an unknown model", Text({dialect, Delivery::kWhole, "nowhere"}), "", "", 404, invalid,
       "not_found_error", "/v1/models"},
      {"a model's vendor name", Text({dialect, Delivery::kWhole, "vendor-name"}), "", "", 404, invalid,
       "not_found_error", "/v1/models"},
      {"an empty body", " ", "", "", 400, invalid, invalid, "line 1"},
      {"not JSON", "{\"model\":", "", "", 400, invalid, invalid, "line 1"},
      {"a duplicate key", "{\"model\":\"same-name\",\"model\":\"alias\"}", "", "", 400, invalid, invalid,
       "same key twice"},
      {"a key in disguise", "{\"Model\":\"same-name\",\"model\":\"alias\"}", "", "", 400, invalid, invalid,
       "Model"},
      {"bad UTF-8", "{\"model\":\"\xff\"}", "", "", 400, invalid, invalid, "UTF-8"},
      {"text after the end", ordinary + "{}", "", "", 400, invalid, invalid, "line 1"},
      {"no messages", R"({"model":"same-name","messages":[]})", "", "", 400, invalid, invalid, "messages"},
      {"an array", "[]", "", "", 400, invalid, invalid, "object"},
      {"too deep", deep, "", "", 413, invalid, "request_too_large", "deep"},
  };
  for (Row& row : rows) {
    if (row.body.empty()) row.body = ordinary;
    if (row.key.empty()) row.key = home.key_of("desk");
    if (row.key == "-") row.key.clear();
  }
  return rows;
}

TEST_F(Refusal, HasItsStatusAndTypeInEachDialectAndTheProviderSeesNothing) {
  for (const Dialect dialect : kDialects) {
    for (const Row& row : Rows(home_, dialect)) {
      SCOPED_TRACE(std::string(protocol::NameOf(dialect)) + ": " + row.what);
      const Reply reply = Send(gateway_.port(), {dialect, row.body, row.key, row.headers});
      EXPECT_EQ(reply.status, row.status);
      const ErrorSeen error = ErrorIn(dialect, reply);
      EXPECT_EQ(error.type, dialect == Dialect::kOpenAiChat ? row.openai_type : row.anthropic_type);
      EXPECT_THAT(error.message, HasSubstr(row.says));
    }
  }
  EXPECT_EQ(upstream_.connections_accepted(), 0U);
}

TEST_F(Refusal, OfABodyThatIsTooLargeComesBeforeTheBody) {
  for (const Dialect dialect : kDialects) {
    std::string bytes = BytesOf({dialect, "{}", home_.key_of("desk")});
    bytes.replace(bytes.find("Content-Length: 2"), 17, "Content-Length: 33554433");
    const Reply reply = SendBytes(gateway_.port(), bytes);
    EXPECT_EQ(reply.status, 413);
    EXPECT_THAT(ErrorIn(dialect, reply).message, HasSubstr("larger"));
  }
  EXPECT_EQ(upstream_.connections_accepted(), 0U);
}

TEST_F(Refusal, OfUnknownRoutesAndMethods) {
  struct RouteRow {
    const char* line;
    int status;
  };
  const RouteRow rows[] = {
      {"POST /v1/response", 404},
      {"POST /v1/models/m:unknownVerb", 404},
      {"POST /model/m/invoke", 404},
      {"POST /v1/files", 403},
      {"POST /v1beta/files", 403},
      {"POST /v1/chat/completions/", 404},
      {"POST //v1/chat/completions", 404},
      {"POST /V1/chat/completions", 404},
      {"POST /v1/messages/batches", 403},
      {"POST /v1/messages/count_tokens/", 404},
      {"POST /v1/%6dessages", 404},
      {"POST /v1/./messages", 404},
      {"GET /v1/chat/completions", 405},
      {"PUT /v1/messages", 405},
      {"DELETE /v1/messages", 405},
      {"GET /proviso/v1/holds", 401},
      {"GET /v1/models", 200},
  };
  for (const RouteRow& row : rows) {
    const std::string body = Text({});
    const Reply reply = SendBytes(gateway_.port(), std::string(row.line) +
                                                       " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                                       "Authorization: Bearer " +
                                                       home_.key_of("desk") + "\r\nContent-Length: " +
                                                       std::to_string(body.size()) + "\r\n\r\n" + body);
    EXPECT_EQ(reply.status, row.status) << row.line;
  }
  EXPECT_EQ(upstream_.connections_accepted(), 0U);
}

TEST_F(Refusal, IgnoresIdentitiesInHeaders) {
  (void)Send(gateway_.port(),
             {kDialects[0], Text({}), home_.key_of("other"),
              "Proviso-Application: desk\r\nProviso-Organization: court\r\nX-Forwarded-User: desk\r\n"
              "OpenAI-Organization: desk\r\n"});
  const std::vector<Recorded> record = gateway_.Record();
  EXPECT_EQ(record.at(1).At(Field::kPrincipal), "other");
  EXPECT_EQ(record.at(1).At(Field::kTenant), "agency");
}

}  // namespace
}  // namespace proviso::scenarios
