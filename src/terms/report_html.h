// A report as one file that counsel can read in a browser, print, and keep: no script, nothing fetched.
//
// What was read stands first (names, versions, digests, dates), then the verdict, then a card for each
// finding or difference: the sentence, the request, the clauses with their place in the contract, and the
// JSON of report_json.h folded away. Whatever the packages' authors wrote is escaped.
#pragma once

#include <cstdint>
#include <string>

#include "terms/report.h"

namespace proviso::terms {

/// `made_ms` is when the report was made: wall time, milliseconds.
[[nodiscard]] std::string CheckHtml(const CheckedPackage& checked, std::int64_t made_ms);
[[nodiscard]] std::string DiffHtml(const ComparedPackages& compared, std::int64_t made_ms);

}  // namespace proviso::terms
