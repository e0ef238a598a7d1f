// A text that is compared with a file of tests/golden, which UPDATE_GOLDEN=1 rewrites.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <string>

#include "base/file.h"

namespace proviso::terms::internal {

/// Digests of packages are left out: the keys in these tests' agreements are new in every run.
inline void ExpectGolden(const std::string& name, const std::string& text) {
  const std::string shown = std::regex_replace(text, std::regex("sha256:[0-9a-f]{64}"), "sha256:…");
  const std::filesystem::path path = std::filesystem::path(PROVISO_SOURCE_DIR) / "tests/golden" / name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    const base::Status written = base::WriteFileAtomically(path, shown);
    ASSERT_TRUE(written.has_value()) << written.error().message;
  }
  const auto golden = base::ReadFile(path);
  ASSERT_TRUE(golden.has_value()) << golden.error().message;
  EXPECT_EQ(shown, *golden) << "run with UPDATE_GOLDEN=1 and review the change of " << path;
}

}  // namespace proviso::terms::internal
