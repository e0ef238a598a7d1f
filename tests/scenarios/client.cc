#include "client.h"

#include <thread>

#include "base/clock.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "http/message.h"
#include "oversight/statement.h"

namespace proviso::scenarios {
namespace {

constexpr const char* kTools[] = {"lookup_stock", "assign_asset", "wipe_disk"};

std::string Dechunked(std::string_view bytes) {
  std::string out;
  while (true) {
    const auto line = bytes.find("\r\n");
    if (line == std::string_view::npos) return out + "<cut>";
    const std::size_t size = std::stoul(std::string(bytes.substr(0, line)), nullptr, 16);
    if (size == 0) return out;
    if (bytes.size() < line + 2 + size + 2) return out + std::string(bytes.substr(line + 2)) + "<cut>";
    out += bytes.substr(line + 2, size);
    bytes.remove_prefix(line + 2 + size + 2);
  }
}

void WriteTools(base::JsonWriter& json, Dialect dialect) {
  json.Key("tools").BeginArray();
  for (const char* name : kTools) {
    json.BeginObject();
    if (dialect == Dialect::kOpenAiChat) json.Key("type").String("function").Key("function").BeginObject();
    json.Key("name").String(name);
    json.Key(dialect == Dialect::kOpenAiChat ? "parameters" : "input_schema").BeginObject();
    json.Key("type").String("object").EndObject();
    if (dialect == Dialect::kOpenAiChat) json.EndObject();
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace

std::string Reply::Header(std::string_view name) const {
  for (std::size_t at = head.find("\r\n"); at != std::string::npos; at = head.find("\r\n", at + 2)) {
    const std::string_view line = std::string_view(head).substr(at + 2);
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    if (!http::EqualsIgnoringCase(line.substr(0, colon), name)) continue;
    return std::string(line.substr(colon + 2, line.find("\r\n") - colon - 2));
  }
  return "";
}

std::string_view PathOf(Dialect dialect) {
  return dialect == Dialect::kOpenAiChat ? "/v1/chat/completions" : "/v1/messages";
}

std::string BytesOf(const Ask& ask) {
  std::string bytes = "POST " + std::string(PathOf(ask.dialect)) +
                      " HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nConnection: close\r\n";
  if (!ask.key.empty()) bytes += "Authorization: Bearer " + ask.key + "\r\n";
  return bytes + ask.headers + "Content-Length: " + std::to_string(ask.body.size()) + "\r\n\r\n" + ask.body;
}

Reply ParseReply(std::string_view bytes) {
  Reply reply;
  const auto head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return reply;
  reply.head = bytes.substr(0, head_end);
  reply.body = bytes.substr(head_end + 4);
  if (bytes.starts_with("HTTP/1.1 ")) reply.status = std::stoi(std::string(bytes.substr(9, 3)));
  if (reply.Header("transfer-encoding") == "chunked") {
    reply.body = Dechunked(reply.body);
  } else if (std::to_string(reply.body.size()) != reply.Header("content-length")) {
    reply.body += "<cut>";
  }
  return reply;
}

Reply SendBytes(std::uint16_t port, std::string_view bytes) {
  http::testing::RawClient client(port);
  client.Send(bytes);
  return ParseReply(client.ReadToEnd());
}

Reply Send(std::uint16_t port, const Ask& ask) {
  return SendBytes(port, BytesOf(ask));
}

std::string Text(const Body& body) {
  base::JsonWriter json;
  json.BeginObject().Key("model").String(body.model);
  if (body.dialect == Dialect::kAnthropicMessages) json.Key("max_tokens").Integer(64);
  json.Key("messages").BeginArray().BeginObject();
  json.Key("role").String("user").Key("content").String(body.says).EndObject().EndArray();
  if (body.delivery == Delivery::kStream) json.Key("stream").Bool(true);
  WriteTools(json, body.dialect);
  return json.EndObject().Take();
}

std::string HoldIdIn(std::string_view text) {
  const auto at = text.find("hold_");
  if (at == std::string_view::npos) return "";
  std::size_t end = at + 5;
  while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) != 0)) ++end;
  return std::string(text.substr(at, end - at));
}

Reply Desk::Get(const std::string& target) const {
  return SendBytes(port_, "GET " + target +
                              " HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nAuthorization: Bearer " +
                              home_.operator_key() + "\r\n\r\n");
}

std::vector<std::string> Desk::Waiting() const {
  const Reply reply = Get("/proviso/v1/holds?state=waiting");
  const auto document = Must(base::JsonDocument::Parse(reply.body));
  std::vector<std::string> ids;
  for (const base::Json hold : document.root().Find("holds").elements())
    ids.push_back(hold.Find("id").text());
  return ids;
}

std::string Desk::NextWaiting() const {
  std::vector<std::string> ids;
  if (!Eventually([&] { return !(ids = Waiting()).empty(); })) Die("nothing came to wait for a person");
  return ids.front();
}

Reply Desk::Show(const std::string& hold_id) const {
  return Get("/proviso/v1/holds/" + hold_id);
}

std::string Desk::StateOf(const std::string& hold_id) const {
  const Reply reply = Show(hold_id);
  return Must(base::JsonDocument::Parse(reply.body)).root().Find("state").text();
}

Reply Desk::Decide(const std::string& hold_id, const std::string& person, oversight::Verdict verdict) const {
  const Reply shown = Show(hold_id);
  const auto document = Must(base::JsonDocument::Parse(shown.body));
  oversight::Approval approval;
  approval.hold_id = hold_id;
  approval.statement_digest = oversight::StatementDigest(document.root().Find("statement").text());
  approval.verdict = verdict;
  approval.time_ms = base::SystemClock().WallMs();
  const std::string note = Must(oversight::SignApproval(approval, home_.approver(person)));
  return SendBytes(
      port_, "POST /proviso/v1/holds/" + hold_id +
                 "/decisions HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nAuthorization: Bearer " +
                 home_.operator_key() + "\r\nContent-Length: " + std::to_string(note.size()) + "\r\n\r\n" +
                 note);
}

void Nap(std::chrono::milliseconds wait) {
  std::this_thread::sleep_for(wait);
}

}  // namespace proviso::scenarios
