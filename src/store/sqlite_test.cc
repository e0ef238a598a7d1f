#include "store/sqlite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <thread>
#include <vector>

namespace proviso::store {
namespace {

using base::ErrorCode;
using testing::HasSubstr;

constexpr std::int32_t kPets = 0x50657473;
constexpr std::string_view kFirst[] = {
    "CREATE TABLE pet (name TEXT PRIMARY KEY, age INTEGER NOT NULL, photo BLOB, note TEXT) STRICT;"};
constexpr std::string_view kSecond[] = {
    kFirst[0], "CREATE TABLE visit (pet TEXT NOT NULL REFERENCES pet (name)) STRICT;"};

class Sqlite : public testing::Test {
 protected:
  Sqlite() {
    std::string pattern = (std::filesystem::temp_directory_path() / "proviso_sqlite_XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~Sqlite() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::filesystem::path Path() const { return directory_ / "pets.db"; }
  [[nodiscard]] base::Result<Database> OpenPets(std::span<const std::string_view> migrations = kFirst) const {
    return Database::Open(Path(), {.application_id = kPets, .migrations = migrations});
  }
  static std::int64_t Count(Database& database) {
    auto count = database.Prepare("SELECT count(*) FROM pet").value();
    EXPECT_EQ(count.Step().value(), StepOutcome::kRow);
    return count.IntegerAt(0);
  }
  static base::Status Insert(Database& database, std::string_view name) {
    auto insert = database.Prepare("INSERT INTO pet VALUES (?, 1, NULL, NULL)").value();
    auto done = insert.Text(name).Run();
    if (!done) return std::unexpected(done.error());
    return {};
  }

 private:
  std::filesystem::path directory_;
};

TEST_F(Sqlite, ReadsBackWhatItWroteAfterReopening) {
  const base::Bytes photo = {0, 1, 255};
  {
    auto database = OpenPets().value();
    auto insert = database.Prepare("INSERT INTO pet VALUES (?, ?, ?, ?)").value();
    EXPECT_EQ(insert.Text(std::string_view("r\0x", 3)).Integer(INT64_MIN).Blob(photo).Null().Run().value(),
              1);
  }
  {
    auto database = OpenPets().value();
    auto insert = database.Prepare("INSERT INTO pet VALUES (?, ?, ?, ?)").value();
    EXPECT_EQ(insert.Text("").Integer(0).Blob({}).Text("").Run().value(), 1);
  }
  auto database = OpenPets().value();
  auto select = database.Prepare("SELECT name, age, photo, note FROM pet ORDER BY age").value();
  ASSERT_EQ(select.Step().value(), StepOutcome::kRow);
  EXPECT_EQ(select.TextAt(0), std::string_view("r\0x", 3));
  EXPECT_EQ(select.IntegerAt(1), INT64_MIN);
  EXPECT_EQ(select.BlobAt(2), photo);
  EXPECT_TRUE(select.IsNullAt(3));
  ASSERT_EQ(select.Step().value(), StepOutcome::kRow);
  EXPECT_FALSE(select.IsNullAt(2));
  EXPECT_FALSE(select.IsNullAt(3));
  EXPECT_EQ(select.Step().value(), StepOutcome::kDone);
}

TEST_F(Sqlite, RollsBackWhatWasNotCommitted) {
  auto database = OpenPets().value();
  {
    auto transaction = database.Begin().value();
    ASSERT_TRUE(Insert(database, "rex"));
    EXPECT_EQ(Count(database), 1);
  }
  EXPECT_EQ(Count(database), 0);
  auto transaction = database.Begin().value();
  ASSERT_TRUE(Insert(database, "rex"));
  ASSERT_TRUE(transaction.Commit());
  EXPECT_EQ(Count(database), 1);
}

TEST_F(Sqlite, MigratesAnOlderFileAndKeepsItsRows) {
  {
    auto database = OpenPets(kFirst).value();
    ASSERT_TRUE(Insert(database, "rex"));
  }
  auto database = OpenPets(kSecond).value();
  EXPECT_EQ(Count(database), 1);
  EXPECT_TRUE(database.Prepare("SELECT pet FROM visit"));
}

TEST_F(Sqlite, RefusesAFileOfANewerVersionOrOfAnotherKind) {
  {
    ASSERT_TRUE(OpenPets(kSecond));
  }
  const auto older = OpenPets(kFirst);
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, ErrorCode::kConflict);
  EXPECT_THAT(older.error().message, HasSubstr("newer Proviso"));
  const auto other = Database::Open(Path(), {.application_id = 1, .migrations = kFirst});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kConflict);
}

TEST_F(Sqlite, AFailedMigrationLeavesTheFileAsItWas) {
  {
    ASSERT_TRUE(OpenPets(kFirst));
  }
  constexpr std::string_view kBroken[] = {kFirst[0], kSecond[1], "CREATE TABLE visit (again TEXT) STRICT;"};
  ASSERT_FALSE(OpenPets(kBroken));
  auto database = OpenPets(kFirst).value();
  EXPECT_FALSE(database.Prepare("SELECT pet FROM visit"));
}

TEST_F(Sqlite, NamesEachFailureByItsKind) {
  auto database = OpenPets(kSecond).value();
  ASSERT_TRUE(Insert(database, "rex"));
  EXPECT_EQ(Insert(database, "rex").error().code, ErrorCode::kConflict);
  auto orphan = database.Prepare("INSERT INTO visit VALUES ('nobody')").value();
  EXPECT_EQ(orphan.Run().error().code, ErrorCode::kConflict);
  EXPECT_EQ(database.Prepare("SELECT nothing").error().code, ErrorCode::kInternal);
  auto too_many = database.Prepare("SELECT ?").value();
  EXPECT_EQ(too_many.Integer(1).Integer(2).Step().error().code, ErrorCode::kInternal);

  const auto no_folder = Database::Open(Path() / "below", {.application_id = kPets, .migrations = kFirst});
  EXPECT_EQ(no_folder.error().code, ErrorCode::kIo);
  const auto text_path = Path().replace_filename("text.db");
  std::ofstream(text_path) << std::string(4096, 'x');
  const auto not_a_database = Database::Open(text_path, {.application_id = kPets, .migrations = kFirst});
  EXPECT_EQ(not_a_database.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(not_a_database.error().message, HasSubstr("text.db"));
}

TEST_F(Sqlite, CompilesATextAgainWhileItIsInUse) {
  auto database = OpenPets().value();
  ASSERT_TRUE(Insert(database, "a"));
  ASSERT_TRUE(Insert(database, "b"));
  constexpr std::string_view kNames = "SELECT name FROM pet ORDER BY name";
  auto outer = database.Prepare(kNames).value();
  ASSERT_TRUE(outer.Step());
  {
    auto inner = database.Prepare(kNames).value();
    ASSERT_TRUE(inner.Step());
    EXPECT_EQ(inner.TextAt(0), "a");
  }
  ASSERT_TRUE(outer.Step());
  EXPECT_EQ(outer.TextAt(0), "b");
}

TEST_F(Sqlite, ReadersAndWritersOfOneFileDoNotBlockEachOtherOut) {
  auto reader = OpenPets().value();
  constexpr int kWriters = 4;
  constexpr int kRows = 25;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([this, writer] {
      auto database = OpenPets().value();
      for (int row = 0; row < kRows; ++row) {
        EXPECT_TRUE(Insert(database, std::to_string(writer) + "/" + std::to_string(row)));
      }
    });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(Count(reader), kWriters * kRows);
}

TEST_F(Sqlite, TheFileIsItsOwnersAlone) {
  auto database = OpenPets().value();
  ASSERT_TRUE(Insert(database, "rex"));
  for (const char* const suffix : {"", "-wal", "-shm"}) {
    struct stat found{};
    ASSERT_EQ(::stat((Path().string() + suffix).c_str(), &found), 0) << suffix;
    EXPECT_EQ(found.st_mode & 0777U, 0600U) << suffix;
  }
}

}  // namespace
}  // namespace proviso::store
