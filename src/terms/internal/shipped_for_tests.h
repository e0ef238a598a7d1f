// The agreements that the project ships, for this room's tests.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "base/file.h"
#include "terms/package.h"

namespace proviso::terms::internal {

inline std::filesystem::path ShippedAgreements() {
  return std::filesystem::path(PROVISO_SOURCE_DIR) / "examples/agreements";
}

/// Sorted; without the template.
inline std::vector<std::string> ShippedNames() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(ShippedAgreements())) {
    if (entry.is_directory()) names.insert(entry.path().filename());
  }
  return {names.begin(), names.end()};
}

/// What the package of this name is made of; a README is none of it. The template stands beside the
/// agreements.
inline std::vector<PackageFile> FilesOfShipped(const std::string& name) {
  const std::filesystem::path directory =
      name == "template" ? ShippedAgreements().parent_path() / name : ShippedAgreements() / name;
  std::vector<PackageFile> files;
  for (const std::string_view suffix : {".toml", ".cedar", ".cedarschema", ".json"}) {
    for (const auto& path : base::ListFiles(directory, suffix).value()) {
      files.push_back({std::filesystem::relative(path, directory), base::ReadFile(path).value()});
    }
  }
  return files;
}

/// nullptr, and a failure of the test, where it does not load.
inline std::shared_ptr<const Package> LoadedFrom(std::vector<PackageFile> files) {
  auto package = Package::FromFiles(std::move(files));
  EXPECT_TRUE(package.has_value()) << package.error().message;
  return package ? *package : nullptr;
}
inline std::shared_ptr<const Package> LoadedShipped(const std::string& name) {
  return LoadedFrom(FilesOfShipped(name));
}

inline std::string ReplacedAll(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// The provider's id wherever the customer's stood, and the reverse; an id stands in quotes.
inline std::string WithPartiesSwapped(std::string text) {
  text = ReplacedAll(std::move(text), R"("provider")", R"("\n")");
  text = ReplacedAll(std::move(text), R"("customer")", R"("provider")");
  return ReplacedAll(std::move(text), R"("\n")", R"("customer")");
}
inline std::vector<PackageFile> SwappedShipped(const std::string& name) {
  std::vector<PackageFile> files = FilesOfShipped(name);
  for (PackageFile& file : files) file.content = WithPartiesSwapped(std::move(file.content));
  return files;
}

}  // namespace proviso::terms::internal
