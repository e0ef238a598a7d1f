// The signatures here were made by AWS's own SDK for Python for these requests, except the first,
// which is the worked example of AWS's documentation.
#include "keys/sigv4.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "keys/digest.h"
#include "keys/limits.h"

namespace proviso::keys {
namespace {

using base::ErrorCode;
using testing::HasSubstr;
using Header = SigV4Request::Header;

constexpr std::string_view kId = "AKIDEXAMPLE";
constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
constexpr std::string_view kDate = "20260131T235959Z";

AwsSecret Secret(std::string_view text = kSecret) {
  return *AwsSecret::FromText(text);
}

std::string DigestOf(std::string_view body) {
  return base::ToHex(Sha256(body));
}

struct Example {
  std::string_view method;
  std::string_view path;
  std::string_view query;
  std::vector<Header> headers;
  std::string body;
  std::string_view region;
  std::string_view service;
  std::string_view authorization;
  std::string digest = DigestOf(body);

  [[nodiscard]] SigV4Request Request() const {
    return {.method = method, .path = path, .query = query, .headers = headers, .body_sha256 = digest};
  }
};

std::vector<Example> Examples() {
  return {
      {"GET",
       "/",
       "Action=ListUsers&Version=2010-05-08",
       {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
        {"Host", "iam.amazonaws.com"},
        {"X-Amz-Date", "20150830T123600Z"}},
       "",
       "us-east-1",
       "iam",
       "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
       "SignedHeaders=content-type;host;x-amz-date, "
       "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"},
      {"POST",
       "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse",
       "",
       {{"Content-Type", "application/json"},
        {"Host", "bedrock-runtime.eu-central-1.amazonaws.com"},
        {"X-Amz-Date", kDate}},
       R"({"messages":[]})",
       "eu-central-1",
       "bedrock",
       "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260131/eu-central-1/bedrock/aws4_request, "
       "SignedHeaders=content-type;host;x-amz-date, "
       "Signature=55f128a0c9a415fec037bcefeb42ec02e416359a58afc6ba5e8963feee65a80c"},
      {"POST",
       "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fx/converse-stream",
       "",
       {{"X-Amz-Security-Token", "TOKEN123"},
        {"X-Amzn-Bedrock-Accept", "a   b "},
        {"host", "127.0.0.1:8080"},
        {"content-type", "application/json"},
        {"x-amz-date", kDate}},
       "",
       "eu-central-1",
       "bedrock",
       "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260131/eu-central-1/bedrock/aws4_request, "
       "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amzn-bedrock-accept, "
       "Signature=ca8108e377b55c5bd4d6a7922dda2c6e26a32a8217f61f3503eb73bfff8e745a"},
      {"GET",
       "/a%20b/",
       "b=2&a=1&a=0&c",
       {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", kDate}},
       "",
       "eu-central-1",
       "bedrock",
       "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260131/eu-central-1/bedrock/aws4_request, "
       "SignedHeaders=host;x-amz-date, "
       "Signature=95fd62afc465555ff47a29ee2d6e0dfc67c5a1237371de0a98c313658de75d9e"},
  };
}

std::int64_t TimeOf(const Example& example) {
  for (const Header& header : example.headers) {
    if (header.name == "X-Amz-Date" || header.name == "x-amz-date") return *ParseAmzDate(header.value);
  }
  return 0;
}

TEST(SigV4, SignsAsAwsDoes) {
  for (const Example& example : Examples()) {
    EXPECT_EQ(SignV4(example.Request(), kId, Secret(), TimeOf(example), example.region, example.service),
              example.authorization);
  }
}

TEST(SigV4, AcceptsWhatAwsSdksSign) {
  for (const Example& example : Examples()) {
    const auto claim = ParseSigV4(example.authorization);
    ASSERT_TRUE(claim) << claim.error().message;
    EXPECT_EQ(claim->access_key_id, kId);
    EXPECT_EQ(claim->scope.region, example.region);
    EXPECT_EQ(claim->scope.service, example.service);
    const auto verified = VerifyV4(example.Request(), *claim, Secret(), TimeOf(example));
    EXPECT_TRUE(verified) << verified.error().message;
  }
}

TEST(SigV4, TakesTheAuthorityOfHttp2ForTheHost) {
  const Example good = Examples()[1];
  Example http2 = good;
  http2.headers[1].name = ":authority";
  const std::string authorization = SignV4({.method = http2.method,
                                            .path = http2.path,
                                            .query = "",
                                            .headers = http2.headers,
                                            .body_sha256 = http2.digest},
                                           kId, Secret(), TimeOf(good), "eu-central-1", "bedrock");
  EXPECT_THAT(authorization, HasSubstr("SignedHeaders=:authority;content-type;x-amz-date"));
  const auto claim = ParseSigV4(authorization);
  ASSERT_TRUE(claim) << claim.error().message;
  const auto verified = VerifyV4(good.Request(), *claim, Secret(), TimeOf(good));
  EXPECT_TRUE(verified) << "the gateway reads it as Host: " << verified.error().message;
}

TEST(SigV4, RefusesARequestThatDiffersInAnythingSigned) {
  const Example good = Examples()[1];
  const auto claim = ParseSigV4(good.authorization);
  const auto code_of = [&](const Example& example, const AwsSecret& secret) {
    const auto verified = VerifyV4(example.Request(), *claim, secret, TimeOf(good));
    return verified ? ErrorCode::kInternal : verified.error().code;
  };
  EXPECT_EQ(code_of(good, Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEZ")), ErrorCode::kDenied);
  Example other = good;
  other.method = "PUT";
  EXPECT_EQ(code_of(other, Secret()), ErrorCode::kDenied);
  other = good;
  other.path = "/model/anthropic.claude-3-haiku-20240307-v1%3A1/converse";
  EXPECT_EQ(code_of(other, Secret()), ErrorCode::kDenied);
  other = good;
  other.query = "a=1";
  EXPECT_EQ(code_of(other, Secret()), ErrorCode::kDenied);
  other = good;
  other.digest = DigestOf(R"({"messages":[1]})");
  EXPECT_EQ(code_of(other, Secret()), ErrorCode::kDenied);
  other = good;
  other.headers[0].value = "text/plain";
  EXPECT_EQ(code_of(other, Secret()), ErrorCode::kDenied);
  other = good;
  other.headers.push_back({"Host", "second"});
  EXPECT_EQ(code_of(other, Secret()), ErrorCode::kDenied) << "a second value counts";
  other = good;
  other.headers.erase(other.headers.begin());
  EXPECT_EQ(code_of(other, Secret()), ErrorCode::kDenied) << "a signed header is missing";
}

TEST(SigV4, RefusesHeadersThatShouldBeSignedAndAreNot) {
  const Example good = Examples()[1];
  const auto error_of = [&](std::vector<Header> more, std::vector<std::string> signed_headers) {
    Example example = good;
    example.headers.insert(example.headers.end(), more.begin(), more.end());
    SigV4Claim claim = *ParseSigV4(good.authorization);
    claim.signed_headers = std::move(signed_headers);
    return VerifyV4(example.Request(), claim, Secret(), TimeOf(good)).error().message;
  };
  EXPECT_EQ(error_of({}, {"content-type", "x-amz-date"}), "signature: the header host must be signed");
  EXPECT_EQ(error_of({}, {"content-type", "host"}), "signature: the header x-amz-date must be signed");
  EXPECT_EQ(error_of({{"X-Amz-Security-Token", "t"}}, {"host", "x-amz-date"}),
            "signature: the header x-amz-security-token is sent and not signed");
  EXPECT_EQ(error_of({{"X-Amz-Content-Sha256", good.digest}}, {"host", "x-amz-date"}),
            "signature: the header x-amz-content-sha256 is sent and not signed");
  for (const std::string_view unsaid : {"UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", ""}) {
    EXPECT_EQ(error_of({{"X-Amz-Content-Sha256", unsaid}}, {"host", "x-amz-content-sha256", "x-amz-date"}),
              "signature: x-amz-content-sha256 is not the body's digest");
  }
}

TEST(SigV4, HoldsTheClocksWithinFiveMinutes) {
  const Example good = Examples()[1];
  const auto claim = ParseSigV4(good.authorization);
  const auto at = [&](std::int64_t ms) {
    return VerifyV4(good.Request(), *claim, Secret(), TimeOf(good) + ms);
  };
  EXPECT_TRUE(at(kSigV4SkewMsMax));
  EXPECT_TRUE(at(-kSigV4SkewMsMax));
  EXPECT_EQ(at(kSigV4SkewMsMax + 1).error().code, ErrorCode::kExpired);
  EXPECT_EQ(at(-kSigV4SkewMsMax - 1).error().code, ErrorCode::kExpired);
  SigV4Claim other_day = *claim;
  other_day.scope.day = "20260201";
  EXPECT_EQ(VerifyV4(good.Request(), other_day, Secret(), TimeOf(good)).error().message,
            "signature: its day is not that of x-amz-date");
}

TEST(SigV4, SaysWhichPartOfTheHeaderIsWrong) {
  const std::string credential = "Credential=A/20260131/r/s/aws4_request";
  struct Row {
    std::string header;
    std::string_view error;
  };
  const Row rows[] = {
      {"Bearer x", "does not begin with AWS4-HMAC-SHA256"},
      {"AWS4-HMAC-SHA256 ", "an unknown or repeated part"},
      {"AWS4-HMAC-SHA256 " + credential, "must all be there"},
      {"AWS4-HMAC-SHA256 " + credential + ", SignedHeaders=host", "must all be there"},
      {"AWS4-HMAC-SHA256 Credential=A/20260131/r/s/aws5_request", "Credential must be"},
      {"AWS4-HMAC-SHA256 Credential=A/2026013/r/s/aws4_request", "Credential must be"},
      {"AWS4-HMAC-SHA256 Credential=/20260131/r/s/aws4_request", "Credential must be"},
      {"AWS4-HMAC-SHA256 Credential=A/B/20260131/r/s/aws4_request", "Credential must be"},
      {"AWS4-HMAC-SHA256 SignedHeaders=Host", "in lower case"},
      {"AWS4-HMAC-SHA256 SignedHeaders=a;;b", "in lower case"},
      {"AWS4-HMAC-SHA256 SignedHeaders=b;a", "sorted, each name once"},
      {"AWS4-HMAC-SHA256 SignedHeaders=a;a", "sorted, each name once"},
      {"AWS4-HMAC-SHA256 Signature=a, Signature=b", "an unknown or repeated part"},
      {"AWS4-HMAC-SHA256 Extra=a", "an unknown or repeated part"},
  };
  for (const Row& row : rows) {
    const auto claim = ParseSigV4(row.header);
    ASSERT_FALSE(claim) << row.header;
    EXPECT_THAT(claim.error().message, HasSubstr(row.error)) << row.header;
  }
}

TEST(SigV4, HoldsItsLimitsAtTheirEdge) {
  const auto with_headers = [](std::size_t count) {
    std::string names = "a100";
    for (std::size_t i = 1; i < count; ++i) names += ";a" + std::to_string(100 + i);
    return ParseSigV4("AWS4-HMAC-SHA256 Credential=A/20260131/r/s/aws4_request, SignedHeaders=" + names +
                      ", Signature=s");
  };
  EXPECT_TRUE(with_headers(kSignedHeadersMax));
  EXPECT_EQ(with_headers(kSignedHeadersMax + 1).error().code, ErrorCode::kLimit);
  std::string header =
      "AWS4-HMAC-SHA256 Credential=A/20260131/r/s/aws4_request, SignedHeaders=host, Signature=";
  header.append(kAuthorizationBytesMax - header.size(), 'a');
  EXPECT_TRUE(ParseSigV4(header));
  EXPECT_EQ(ParseSigV4(header + "a").error().code, ErrorCode::kLimit);
  EXPECT_TRUE(AwsSecret::FromText(std::string(16, 'a')));
  EXPECT_TRUE(AwsSecret::FromText(std::string(128, 'a')));
  EXPECT_FALSE(AwsSecret::FromText(std::string(15, 'a')));
  EXPECT_FALSE(AwsSecret::FromText(std::string(129, 'a')));
  EXPECT_FALSE(AwsSecret::FromText("secret with a space in it"));
}

TEST(SigV4, WritesAndReadsItsOwnFormOfTime) {
  EXPECT_EQ(AmzDate(*ParseAmzDate(kDate)), kDate);
  EXPECT_EQ(AmzDate(0), "19700101T000000Z");
  for (const std::string_view wrong : {"", "20260131", "20260131T235959", "20260131T235959+",
                                       "20261331T235959Z", "2026-01-31T23:59Z", "20260131 235959Z"}) {
    EXPECT_FALSE(ParseAmzDate(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace proviso::keys
