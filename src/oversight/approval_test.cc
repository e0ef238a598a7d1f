#include "oversight/approval.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oversight/limits.h"

namespace proviso::oversight {
namespace {

using base::ErrorCode;
using testing::HasSubstr;

Approval Example() {
  return {.hold_id = "hold_1",
          .statement_digest = {0xAB},
          .verdict = Verdict::kApprove,
          .key_name = "alice.example",
          .time_ms = 1'772'271'000'000,
          .reason = "seen on the second channel"};
}

keys::SigningKey AliceKey() {
  return keys::SigningKey::Generate("alice.example").value();
}

std::string NoteOf(std::string_view text) {
  const auto key = AliceKey();
  const keys::SigningKey* const signers[] = {&key};
  return keys::SignNote(text, signers).value();
}

TEST(Approval, ReadsBackWhatWasSigned) {
  Approval approval = Example();
  for (const auto verdict : {Verdict::kApprove, Verdict::kDeny}) {
    for (const std::string_view reason : {"", "ok", "ملاحظة: تم"}) {
      approval.verdict = verdict;
      approval.reason = reason;
      const auto parsed = ParseApproval(SignApproval(approval, AliceKey()).value());
      ASSERT_TRUE(parsed) << parsed.error().message;
      EXPECT_EQ(parsed->approval, approval);
    }
  }
}

TEST(Approval, RefusesEveryOtherWayOfWritingOne) {
  const std::string text = ApprovalText(Example()).value();
  ASSERT_TRUE(ParseApproval(NoteOf(text)));
  const struct {
    std::string_view find;
    std::string_view replace;
    std::string_view message;
  } rows[] = {
      {"approval/v1", "approval/v2", "first line"},
      {"hold hold_1\n", "", "\"hold"},
      {"hold hold_1", "hold ", "id of the held call"},
      {"hold hold_1", "hold  hold_1", "id of the held call"},
      {"hold hold_1", "Hold hold_1", "\"hold"},
      {"statement ab", "statement AB", "canonical"},
      {"statement ab", "statement a", "64 hexadecimal"},
      {"statement ab", "statement xy", "64 hexadecimal"},
      {"decision approve", "decision Approve", "\"decision\""},
      {"decision approve", "decision approve\ndecision deny", "\"approver"},
      {"approver alice.example", "approver mallory.example", "one signature, by mallory"},
      {"time 2026-02-28T09:30:00.000Z", "time 2026-02-28T09:30:00Z", "canonical"},
      {"time 2026-02-28T09:30:00.000Z", "time yesterday", "time"},
      {"reason seen on", "reason \nseen on", "after its last field"},
      {"reason seen on the second channel", "reason ", "canonical"},
      {"reason seen", "reason a\nreason seen", "after its last field"},
      {"reason seen", "note x\nreason seen", "after its last field"},
      {"reason seen", "reason \xE2\x80\xAEseen", "one line of text"},
      {"reason seen", "reason \xFFseen", "one line of text"},
  };
  for (const auto& row : rows) {
    std::string changed = text;
    changed.replace(changed.find(row.find), row.find.size(), row.replace);
    const auto parsed = ParseApproval(NoteOf(changed));
    ASSERT_FALSE(parsed) << changed;
    EXPECT_THAT(parsed.error().message, HasSubstr(row.message)) << changed;
  }
}

TEST(Approval, RefusesASecondSignature) {
  const std::string text = ApprovalText(Example()).value();
  const auto other = keys::SigningKey::Generate("bob.example").value();
  EXPECT_FALSE(ParseApproval(NoteOf(text) + keys::SignatureLine(text, other)));
}

TEST(Approval, RefusesAReasonThatIsTooLongOrNotALine) {
  Approval approval = Example();
  approval.reason = std::string(kReasonBytesMax, 'r');
  EXPECT_TRUE(ParseApproval(SignApproval(approval, AliceKey()).value()));
  approval.reason += 'r';
  EXPECT_EQ(SignApproval(approval, AliceKey()).error().code, ErrorCode::kLimit);
  approval.reason = "one\ntwo";
  EXPECT_EQ(SignApproval(approval, AliceKey()).error().code, ErrorCode::kInvalid);
}

TEST(Approval, RefusesWhatIsTooLargeToBeOne) {
  EXPECT_EQ(ParseApproval(std::string(kApprovalBytesMax, 'a')).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(ParseApproval(std::string(kApprovalBytesMax + 1, 'a')).error().code, ErrorCode::kLimit);
}

}  // namespace
}  // namespace proviso::oversight
