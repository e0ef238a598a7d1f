#include "record/fields.h"

#include <gtest/gtest.h>

#include <set>

#include "keys/digest.h"
#include "record/limits.h"
#include "record/openings.h"

namespace proviso::record {
namespace {

const FieldValues kValues{{Field::kPrincipal, "alice"}, {Field::kPurpose, "logistics"}, {Field::kTool, ""}};

TEST(Fields, OneIsOpenedWithFiveHashesAndOnlyAsItWas) {
  const FieldTree tree = FieldTree::Make(NewRecordKey(), kValues).value();
  for (std::size_t id = 0; id < kFields; ++id) {
    const auto field = static_cast<Field>(id);
    const OpenedField opened = tree.Open(field);
    EXPECT_EQ(opened.value.has_value(), kValues.contains(field));
    EXPECT_TRUE(VerifyField(opened, tree.root()).has_value());
    OpenedField changed = opened;
    changed.value = "mallory";
    EXPECT_FALSE(VerifyField(changed, tree.root()).has_value());
    changed = opened;
    changed.field = static_cast<Field>((id + 1) % kFields);
    EXPECT_FALSE(VerifyField(changed, tree.root()).has_value());
    changed = opened;
    changed.salt[0] ^= 1;
    EXPECT_FALSE(VerifyField(changed, tree.root()).has_value());
  }
}

TEST(Fields, AbsenceIsNotAnEmptyValue) {
  const FieldTree tree = FieldTree::Make(NewRecordKey(), kValues).value();
  OpenedField empty = tree.Open(Field::kTool);
  empty.value.reset();
  EXPECT_FALSE(VerifyField(empty, tree.root()).has_value());
  OpenedField absent = tree.Open(Field::kModel);
  absent.value = "";
  EXPECT_FALSE(VerifyField(absent, tree.root()).has_value());
}

TEST(Fields, TheSlotIsTheFormatOfThePage) {
  RecordKey key;
  key.fill(7);
  const OpenedField opened = FieldTree::Make(key, kValues).value().Open(Field::kPrincipal);
  EXPECT_EQ(opened.salt, keys::HmacSha256(key, base::Bytes{0, 5}));
  base::Bytes slot{'p', 'f', '1', 0, 0, 5};
  slot.insert(slot.end(), opened.salt.begin(), opened.salt.end());
  slot.push_back(1);
  for (const char c : std::string_view("alice")) slot.push_back(static_cast<std::uint8_t>(c));
  EXPECT_TRUE(
      VerifyInclusion(5, kFields, LeafHash(slot), opened.path, FieldsRoot(key, kValues).value()).has_value());
}

TEST(Fields, EqualValuesDoNotLookEqual) {
  std::set<Hash> roots;
  for (int i = 0; i < 10; ++i) roots.insert(FieldsRoot(NewRecordKey(), kValues).value());
  EXPECT_EQ(roots.size(), 10U);
}

TEST(Fields, RefuseAValuePastTheLimitAndAFieldThatIsNone) {
  EXPECT_TRUE(FieldsRoot({}, {{Field::kTool, std::string(kFieldValueBytesMax, 'x')}}).has_value());
  EXPECT_EQ(FieldsRoot({}, {{Field::kTool, std::string(kFieldValueBytesMax + 1, 'x')}}).error().code,
            base::ErrorCode::kLimit);
  EXPECT_FALSE(FieldsRoot({}, {{static_cast<Field>(kFields), "x"}}).has_value());
  EXPECT_FALSE(VerifyField({static_cast<Field>(kFields), {}, {}, {}}, {}).has_value());
}

/// A store with one sealed opening of "alice" in it.
class Openings : public testing::Test {
 protected:
  Openings() : gateway_(keys::SealingKey::Generate()), store_(OpeningsInMemory()) {
    const NewSubjectKey subject = MakeSubjectKey(TagOf("alice", gateway_), gateway_);
    const Opening opening{NewRecordKey(), kValues};
    fields_ = FieldsRoot(opening.key, opening.values).value();
    const SealedOpening sealed{3, subject.sealed.subject, SealOpening(opening, fields_, subject.key)};
    EXPECT_TRUE(store_->Put(std::span(&subject.sealed, 1), std::span(&sealed, 1)).has_value());
  }

  keys::SealingKey gateway_;
  std::unique_ptr<OpeningStore> store_;
  Hash fields_{};
};

TEST_F(Openings, GiveTheValuesBackUntilTheSubjectIsDestroyed) {
  EXPECT_EQ(ReadOpening(*store_, 3, fields_, gateway_).value().values, kValues);
  ASSERT_TRUE(store_->DestroySubject(TagOf("alice", gateway_)).has_value());
  EXPECT_EQ(ReadOpening(*store_, 3, fields_, gateway_).error().code, base::ErrorCode::kNotFound);
}

TEST_F(Openings, AreBoundToTheirEntryAndTheirGateway) {
  Hash other = fields_;
  other[0] ^= 1;
  EXPECT_EQ(ReadOpening(*store_, 3, other, gateway_).error().code, base::ErrorCode::kCorrupt);
  EXPECT_EQ(ReadOpening(*store_, 3, fields_, keys::SealingKey::Generate()).error().code,
            base::ErrorCode::kCorrupt);
  EXPECT_EQ(ReadOpening(*store_, 4, fields_, gateway_).error().code, base::ErrorCode::kNotFound);
}

}  // namespace
}  // namespace proviso::record
