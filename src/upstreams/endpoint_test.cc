#include "upstreams/endpoint.h"

#include <gtest/gtest.h>

#include <vector>

namespace proviso::upstreams {
namespace {

TEST(Endpoint, IsReadFromAUrl) {
  struct Row {
    std::string url;
    Endpoint endpoint;
    std::string host_header;
  };
  const std::vector<Row> rows = {
      {"https://api.example.com", {Scheme::kHttps, "api.example.com", 443, "", "", ""}, "api.example.com"},
      {"https://api.example.com/v1/",
       {Scheme::kHttps, "api.example.com", 443, "/v1", "", ""},
       "api.example.com"},
      {"http://127.0.0.1:8080", {Scheme::kHttp, "127.0.0.1", 8080, "", "", ""}, "127.0.0.1:8080"},
      {"http://localhost:80", {Scheme::kHttp, "localhost", 80, "", "", ""}, "localhost"},
      {"http://[::1]:65535/a", {Scheme::kHttp, "::1", 65535, "/a", "", ""}, "[::1]:65535"},
  };
  for (const Row& row : rows) {
    const auto endpoint = ParseEndpoint(row.url);
    ASSERT_TRUE(endpoint) << row.url << ": " << endpoint.error().message;
    EXPECT_EQ(*endpoint, row.endpoint) << row.url;
    EXPECT_EQ(HostHeader(*endpoint), row.host_header);
  }
}

TEST(Endpoint, RefusesWhatIsNotPlainlyAnAddress) {
  for (const std::string_view url :
       {"", "api.example.com", "ftp://a", "https://", "https:///v1", "https://u:p@a", "https://a:0",
        "https://a:65536", "https://a:", "https://a:80x", "https://a b", "https://a/v1?x", "https://a/v1#x",
        "https://a/v 1", "https://a/\r\nX: y", "http://[::1", "http://[::1]x", "http://[a.b]:80x",
        "https://\xc3\xa9"}) {
    EXPECT_FALSE(ParseEndpoint(url)) << url;
  }
}

}  // namespace
}  // namespace proviso::upstreams
