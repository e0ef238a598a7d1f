// Files that the binary carries, so that it needs nothing beside it (cmake/EmbedFiles.cmake).
#pragma once

#include <span>
#include <string_view>

namespace proviso::daemon {

struct EmbeddedFile {
  std::string_view path;
  std::string_view content;
};

/// The starter terms package, examples/starter.
extern const std::span<const EmbeddedFile> kStarterTerms;
/// What a new terms package begins with, examples/template.
extern const std::span<const EmbeddedFile> kTemplateTerms;

}  // namespace proviso::daemon
