#include "store/sqlite_openings.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.h"

namespace proviso::store {
namespace {

class SqliteOpeningsTest : public testing::Test {
 protected:
  SqliteOpeningsTest() {
    std::string name = (std::filesystem::temp_directory_path() / "proviso-openings-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) directory_ = name;
    subject_.fill(0x5A);
    key_ = {subject_, base::Bytes(72, 0xC3)};
  }
  ~SqliteOpeningsTest() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<SqliteOpenings> Open() { return SqliteOpenings::Open(directory_ / "openings.db").value(); }

  std::filesystem::path directory_;
  record::SubjectTag subject_{};
  record::SealedSubjectKey key_;
};

TEST_F(SqliteOpeningsTest, KeepsWhatItWasGiven) {
  const record::SealedOpening one{1, subject_, {1, 2, 3}};
  const record::SealedOpening two{std::uint64_t{1} << 62U, subject_, base::Bytes(100'000, 9)};
  const std::vector<record::SealedOpening> both{one, two};
  ASSERT_TRUE(Open()->Put(std::span(&key_, 1), both).has_value());
  const auto store = Open();
  EXPECT_EQ(store->Get(one.index).value(), one);
  EXPECT_EQ(store->Get(two.index).value(), two);
  EXPECT_EQ(store->SubjectKey(subject_).value(), key_);
  EXPECT_EQ(store->Get(2).error().code, base::ErrorCode::kNotFound);
}

TEST_F(SqliteOpeningsTest, PutsAgainWithoutHarmAndRefusesAllOfABatchWithABadIndex) {
  const auto store = Open();
  record::SealedOpening opening{1, subject_, {1}};
  ASSERT_TRUE(store->Put(std::span(&key_, 1), std::span(&opening, 1)).has_value());
  opening.sealed = {2};
  ASSERT_TRUE(store->Put({}, std::span(&opening, 1)).has_value());
  EXPECT_EQ(store->Get(1).value().sealed, base::Bytes{2});
  const std::vector<record::SealedOpening> bad{{3, subject_, {3}}, {UINT64_MAX, subject_, {4}}};
  EXPECT_FALSE(store->Put({}, bad).has_value());
  EXPECT_FALSE(store->Get(3).has_value());
}

TEST_F(SqliteOpeningsTest, LeavesNoByteOfADestroyedKeyInItsFiles) {
  const auto store = Open();
  ASSERT_TRUE(store->Put(std::span(&key_, 1), {}).has_value());
  const auto holds_key = [&] {
    for (const auto& path : base::ListFiles(directory_, "").value()) {
      if (base::ReadFile(path).value().find(base::AsText(key_.sealed)) != std::string::npos) return true;
    }
    return false;
  };
  EXPECT_TRUE(holds_key());
  ASSERT_TRUE(store->DestroySubject(subject_).has_value());
  ASSERT_TRUE(store->DestroySubject(subject_).has_value());
  EXPECT_EQ(store->SubjectKey(subject_).error().code, base::ErrorCode::kNotFound);
  EXPECT_FALSE(holds_key());
}

}  // namespace
}  // namespace proviso::store
