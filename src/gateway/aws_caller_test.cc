#include "gateway/aws_caller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "keys/digest.h"
#include "keys/sigv4.h"

namespace proviso::gateway {
namespace {

using base::ErrorCode;
using testing::HasSubstr;

constexpr std::string_view kId = "AKIDEXAMPLE";
constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
constexpr std::string_view kBody = R"({"messages":[]})";
constexpr std::string_view kDate = "20260131T235959Z";

std::int64_t Now() {
  return *keys::ParseAmzDate(kDate);
}

Snapshot WithKey() {
  Snapshot snapshot;
  auto secret = keys::AwsSecret::FromText(kSecret);
  // shared: as in the daemon, a reload keeps it
  snapshot.aws_callers.emplace(
      kId, AwsCaller{.caller = {"key-1", "app", "org", ""},
                     .secret = std::make_shared<const keys::AwsSecret>(std::move(*secret))});
  return snapshot;
}

http::RequestHead SignedHead(std::string_view id = kId, std::string_view service = "bedrock") {
  http::RequestHead head;
  head.method = "POST";
  head.path = "/model/m%3A0/converse";
  head.headers = {{"Host", "127.0.0.1:8484"}, {"X-Amz-Date", std::string(kDate)}};
  const std::vector<keys::SigV4Request::Header> headers = {{"host", "127.0.0.1:8484"}, {"x-amz-date", kDate}};
  const std::string digest = base::ToHex(keys::Sha256(kBody));
  const auto secret = keys::AwsSecret::FromText(kSecret);
  const keys::SigV4Request request{
      .method = "POST", .path = head.path, .query = "", .headers = headers, .body_sha256 = digest};
  head.headers.push_back(
      {"Authorization", keys::SignV4(request, id, *secret, Now(), "eu-central-1", service)});
  return head;
}

TEST(AwsCaller, IsWhoseKeySignedTheRequest) {
  const Snapshot snapshot = WithKey();
  const http::RequestHead head = SignedHead();
  EXPECT_TRUE(PresentsAwsSignature(head));
  ASSERT_TRUE(ClaimedAwsCaller(head, snapshot));
  const auto caller = AuthenticateAws(head, kBody, snapshot, Now());
  ASSERT_TRUE(caller) << caller.error().message;
  EXPECT_EQ((*caller)->key_id, "key-1");
}

TEST(AwsCaller, IsNobodyWhenAnythingSignedDiffers) {
  const Snapshot snapshot = WithKey();
  const auto error_of = [&](const http::RequestHead& head, std::string_view body = kBody,
                            std::int64_t now_ms = Now()) {
    return AuthenticateAws(head, body, snapshot, now_ms).error();
  };
  EXPECT_EQ(error_of(SignedHead(), "{}").code, ErrorCode::kDenied);
  http::RequestHead head = SignedHead();
  head.path = "/model/other/converse";
  EXPECT_EQ(error_of(head).code, ErrorCode::kDenied);
  head = SignedHead();
  head.headers[0].value = "elsewhere";
  EXPECT_EQ(error_of(head).code, ErrorCode::kDenied);
  EXPECT_EQ(error_of(SignedHead(), kBody, Now() + keys::kSigV4SkewMsMax + 1).code, ErrorCode::kExpired);
}

TEST(AwsCaller, IsKnownToBeNobodyBeforeTheBodyIsRead) {
  const Snapshot snapshot = WithKey();
  const auto error_of = [&](const http::RequestHead& head) {
    return ClaimedAwsCaller(head, snapshot).error().message;
  };
  EXPECT_THAT(error_of(SignedHead("AKIDOTHER")), HasSubstr("no such access key"));
  EXPECT_THAT(error_of(SignedHead(kId, "s3")), HasSubstr("another service"));
  http::RequestHead head = SignedHead();
  head.headers.push_back({"x-api-key", "k"});
  EXPECT_THAT(error_of(head), HasSubstr("a second credential"));
  head = SignedHead();
  head.headers.push_back({"X-Amz-Security-Token", "t"});
  EXPECT_THAT(error_of(head), HasSubstr("have none"));
  head = SignedHead();
  head.headers.push_back({"Authorization", "Bearer k"});
  EXPECT_THAT(error_of(head), HasSubstr("must stand once"));
  head = SignedHead();
  head.headers[2].value = "AWS4-HMAC-SHA256 nonsense";
  EXPECT_THAT(error_of(head), HasSubstr("unknown or repeated part"));
  head.headers[2].value = "Bearer k";
  EXPECT_FALSE(PresentsAwsSignature(head));
}

}  // namespace
}  // namespace proviso::gateway
