#include "http/message.h"

#include <algorithm>
#include <array>

namespace proviso::http {
namespace {

constexpr std::array<bool, 256> MakeTokenTable() {
  std::array<bool, 256> table{};
  for (unsigned char c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (unsigned char c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr auto kTokenTable = MakeTokenTable();

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

constexpr std::array<std::string_view, 13> kNotForwarded = {"connection",
                                                            "keep-alive",
                                                            "proxy-authenticate",
                                                            "proxy-authorization",
                                                            "proxy-connection",
                                                            "te",
                                                            "trailer",
                                                            "transfer-encoding",
                                                            "upgrade",
                                                            "http2-settings",
                                                            "host",
                                                            "content-length",
                                                            "expect"};

bool IsNamed(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::any_of(names, [name](std::string_view each) { return EqualsIgnoringCase(name, each); });
}

/// Appends the members of a comma-separated list (RFC 9110, 5.6.1), trimmed.
void AppendListMembers(std::string_view list, std::vector<std::string_view>& out) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view member = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (!member.empty() && (member.front() == ' ' || member.front() == '\t')) member.remove_prefix(1);
    while (!member.empty() && (member.back() == ' ' || member.back() == '\t')) member.remove_suffix(1);
    if (!member.empty()) out.push_back(member);
  }
}

}  // namespace

bool EqualsIgnoringCase(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](char a, char b) { return Lower(a) == Lower(b); });
}

const std::string* FindHeader(std::span<const Header> headers, std::string_view name) {
  for (const Header& header : headers) {
    if (EqualsIgnoringCase(header.name, name)) return &header.value;
  }
  return nullptr;
}

std::size_t CountHeaders(std::span<const Header> headers, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::count_if(
      headers, [name](const Header& header) { return EqualsIgnoringCase(header.name, name); }));
}

std::vector<Header> ForwardableHeaders(std::span<const Header> headers) {
  std::vector<std::string_view> connection_options;
  for (const Header& header : headers) {
    if (EqualsIgnoringCase(header.name, "connection")) AppendListMembers(header.value, connection_options);
  }
  std::vector<Header> forwardable;
  forwardable.reserve(headers.size());
  for (const Header& header : headers) {
    if (IsNamed(header.name, kNotForwarded) || IsNamed(header.name, connection_options)) continue;
    forwardable.push_back(header);
  }
  return forwardable;
}

bool HoldsFraming(std::span<const Header> headers) {
  static constexpr std::array<std::string_view, 4> kFraming = {"host", "content-length", "transfer-encoding",
                                                               "connection"};
  return std::ranges::any_of(headers, [](const Header& header) { return IsNamed(header.name, kFraming); });
}

bool IsToken(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return kTokenTable[static_cast<unsigned char>(c)]; });
}

bool IsHeaderValue(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

base::Status AppendHeaders(std::string& out, std::span<const Header> headers) {
  const std::size_t start_bytes = out.size();
  for (const Header& header : headers) {
    if (!IsToken(header.name) || !IsHeaderValue(header.value)) {
      out.resize(start_bytes);
      return base::Fail(base::ErrorCode::kInvalid,
                        "header '" + (IsToken(header.name) ? header.name : std::string("?")) +
                            "': a name must be a token, and a value may hold no control byte");
    }
    out.append(header.name).append(": ").append(header.value).append("\r\n");
  }
  return {};
}

std::string_view ReasonPhrase(int status) {
  struct Row {
    int status;
    std::string_view phrase;
  };
  static constexpr std::array<Row, 31> kRows = {{
      {100, "Continue"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {411, "Length Required"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Content"},
      {425, "Too Early"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
  }};
  const auto* row = std::ranges::find(kRows, status, &Row::status);
  return row == kRows.end() ? "Unknown" : row->phrase;
}

}  // namespace proviso::http
