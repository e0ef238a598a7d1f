#include "protocol/origin.h"

#include <gtest/gtest.h>

namespace proviso::protocol {
namespace {

TEST(Origin, TravelsInTheEnvelopeAndComesBack) {
  for (const Dialect dialect : kDialects) {
    for (const char* model : {"m", "claude-opus-4/5", "модель", "models/gemini-3"}) {
      for (const char* signature : {"", "EqQB+/=", "with.dots.in.it", "pv1.nested"}) {
        const auto opened = OpenOrigin(Enclose(OriginName(dialect, model), signature));
        ASSERT_TRUE(opened) << model << " " << signature;
        EXPECT_EQ(opened->dialect, dialect);
        EXPECT_EQ(opened->model, model);
        EXPECT_EQ(opened->signature, signature);
      }
    }
  }
}

TEST(Origin, HasOneSpelling) {
  EXPECT_EQ(Enclose("openai-chat/m", "sig"), "pv1.b3BlbmFpLWNoYXQvbQ.sig");
  EXPECT_EQ(Enclose("openai-chat/\xC3\xBF\xC3\xBF", "s"), "pv1.b3BlbmFpLWNoYXQvw7_Dvw.s");
}

TEST(Origin, IsNotReadFromAnythingElse) {
  for (const char* text : {
           "",
           "EqQBCkYIBxgCKkA",               // a provider's bare signature
           "pv1.",                          // nothing behind
           "pv1.b3BlbmFpLWNoYXQvbQ",        // no signature part
           "pv1.b3BlbmFpLWNoYXQvbQ==.sig",  // padding
           "pv1.b3BlbmFpLWNoYXQvbR.sig",    // trailing bits that are not zero
           "pv1.b3BlbmFpLWNoYXQv w.sig",    // not the alphabet
           "pv1.b3BlbmFpLWNoYXQvw7/Dvw.s",  // the other alphabet
           "pv1.b3BlbmFpLWNoYXQ.sig",       // no model
           "pv1.b3BlbmFpLWNoYXQv.sig",      // an empty model
           "pv1.b3BlbmFpL20.sig",           // "openai/m": a short name, which we never write
           "PV1.b3BlbmFpLWNoYXQvbQ.sig",
           "pv2.b3BlbmFpLWNoYXQvbQ.sig",
       }) {
    EXPECT_FALSE(OpenOrigin(text)) << text;
  }
}

}  // namespace
}  // namespace proviso::protocol
