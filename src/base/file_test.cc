#include "base/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace proviso::base {
namespace {

std::filesystem::path FreshDirectory(std::string_view name) {
  const auto directory = std::filesystem::path(::testing::TempDir()) / ("proviso_" + std::string(name));
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  return directory;
}

TEST(File, WritesWholeAndReadsBack) {
  const auto path = FreshDirectory("file_write") / "secret";
  ASSERT_TRUE(WriteFileAtomically(path, "one", FileMode::kSecret));
  ASSERT_TRUE(WriteFileAtomically(path, "two", FileMode::kSecret));
  EXPECT_EQ(ReadFile(path).value(), "two");
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(File, SaysWhatIsWrongAndWhere) {
  const auto directory = FreshDirectory("file_errors");
  const auto missing = ReadFile(directory / "absent");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(missing.error().message.contains("absent: No such file or directory"));
  ASSERT_TRUE(WriteFileAtomically(directory / "large", std::string(100, 'x')));
  EXPECT_TRUE(ReadFile(directory / "large", 100));
  EXPECT_EQ(ReadFile(directory / "large", 99).error().code, ErrorCode::kLimit);
}

TEST(File, ListsBySuffixInOrder) {
  const auto directory = FreshDirectory("file_list");
  for (const char* name : {"b.cedar", "a.cedar", "c.toml"})
    ASSERT_TRUE(WriteFileAtomically(directory / name, ""));
  const auto found = ListFiles(directory, ".cedar").value();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].filename(), "a.cedar");
  EXPECT_EQ(found[1].filename(), "b.cedar");
  EXPECT_FALSE(ListFiles(directory / "absent", ".cedar"));
}

}  // namespace
}  // namespace proviso::base
