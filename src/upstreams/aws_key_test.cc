#include "upstreams/aws_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "keys/digest.h"

namespace proviso::upstreams {
namespace {

using testing::HasSubstr;

constexpr std::string_view kText =
    "# made for a test\n[default]\r\naws_access_key_id = AKIDEXAMPLE\n"
    "aws_secret_access_key=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\nregion = eu-central-1";
constexpr std::string_view kBody = R"({"messages":[]})";

const std::vector<http::Header>& Headers() {
  static const std::vector<http::Header> headers = {{"Content-Type", "application/json"}, {"Accept", "*/*"}};
  return headers;
}

Outgoing Converse() {
  return {.method = "POST",
          .target = "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse",
          .host = "bedrock-runtime.eu-central-1.amazonaws.com",
          .headers = Headers(),
          .body = kBody,
          .wall_ms = *keys::ParseAmzDate("20260131T235959Z")};
}

std::string LinesOf(const AwsKey& key) {
  std::string lines;
  key.AppendHeaderLines(lines, Converse());
  return lines;
}

constexpr std::string_view kLines =
    "X-Amz-Date: 20260131T235959Z\r\n"
    "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260131/eu-central-1/bedrock/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date, "
    "Signature=55f128a0c9a415fec037bcefeb42ec02e416359a58afc6ba5e8963feee65a80c\r\n";

TEST(AwsKey, SignsWhatIsSentAsAwssOwnSdkDoes) {
  const auto key = AwsKey::FromText(kText, "file");
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(LinesOf(*key), kLines);
}

TEST(AwsKey, SendsASessionTokenAndSignsIt) {
  const auto key = AwsKey::FromText(std::string(kText) + "\naws_session_token = TOKEN123\n", "file");
  ASSERT_TRUE(key);
  const std::string lines = LinesOf(*key);
  EXPECT_THAT(lines, HasSubstr("\r\nX-Amz-Security-Token: TOKEN123\r\n"));
  EXPECT_THAT(lines, HasSubstr("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,"));
}

TEST(AwsKey, IsReadFromTheEnvironmentUnderAPrefix) {
  ::setenv("PVTEST_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
  ::setenv("PVTEST_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", 1);
  EXPECT_EQ(AwsKey::FromEnvironment("PVTEST").error().message, "environment variable PVTEST_REGION: not set");
  ::setenv("PVTEST_REGION", "eu-central-1", 1);
  const auto key = AwsKey::FromEnvironment("PVTEST");
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(LinesOf(*key), kLines);
}

TEST(AwsKey, SaysWhatIsWrongWithoutQuotingIt) {
  struct Row {
    std::string text;
    std::string_view error;
  };
  const std::string id = "aws_access_key_id = AKIDEXAMPLE\n";
  const std::string secret = "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG\n";
  const Row rows[] = {
      {"", "file: the access key's id is missing"},
      {id + secret, "file: the region is missing"},
      {id + "region = eu\n", "file: a secret access key must be"},
      {id + "aws_secret_access_key = short\nregion = eu\n", "file: a secret access key must be"},
      {id + id, "file, line 2: a member twice"},
      {"[a]\n[b]\n", "file, line 2: a second section"},
      {"wJalrXUtnFEMI/K7MDENG\n", "file, line 1: must be aws_access_key_id"},
      {id + secret + "region = eu\naws_session_token = a b\n", "file: the session token cannot stand"},
      {id + secret + "region = eu\xC3\xA9\n", "file: the region is missing"},
  };
  for (const Row& row : rows) {
    const auto key = AwsKey::FromText(row.text, "file");
    ASSERT_FALSE(key) << row.text;
    EXPECT_THAT(key.error().message, HasSubstr(row.error));
    EXPECT_FALSE(key.error().message.contains("wJalr"));
  }
}

}  // namespace
}  // namespace proviso::upstreams
