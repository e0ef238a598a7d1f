// A report for a terminal: sentences first, then the requests, then tables.
//
// Requests stand as indented TOML that reads back to the same request, so that they can be pasted into
// examples/*.toml of the package. Whatever a package's authors wrote is shown without control characters.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "terms/report.h"

namespace proviso::terms {

/// How a piece of text stands out, where the reader's device can show it.
enum class Emphasis : std::uint8_t { kHeading, kAttention, kQuiet };

struct TextOptions {
  std::size_t width = 100;  ///< columns; texts are wrapped, requests are not
  /// Every finding, or only those that somebody should look at: remarkable or unknown.
  enum class Detail : std::uint8_t { kRemarkable, kAll };
  Detail detail = Detail::kRemarkable;
  /// Adds what makes the text stand out; empty for plain text.
  std::function<std::string(Emphasis, std::string_view)> emphasise;
};

/// The verdict, what is remarkable by question, and a table of all that was asked.
[[nodiscard]] std::string CheckText(const CheckedPackage& checked, const TextOptions& options);

/// The verdict, then each direction with its examples or its proof.
[[nodiscard]] std::string DiffText(const ComparedPackages& compared, const TextOptions& options);

}  // namespace proviso::terms
