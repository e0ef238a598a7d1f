// What is reported: a report with the packages that it is of, for the forms of report_{text,json,html}.h.
#pragma once

#include <set>
#include <string>

#include "base/result.h"
#include "terms/finding.h"

namespace proviso::terms {

class Package;

/// What `terms check` found. Borrows both.
struct CheckedPackage {
  std::string name;        ///< As the reader named it: the directory.
  const Package* package;  ///< nullptr where it was refused (RefusedReport).
  const CheckReport& report;
  std::set<CheckQuestion> only{};  ///< What was asked; empty for everything.
};

/// What `terms diff` found. Borrows all.
struct ComparedPackages {
  const Package& before;
  const Package& after;
  const DiffReport& report;
};

/// The report on a package that does not load: each line of the error as a finding of "valid".
[[nodiscard]] CheckReport RefusedReport(const base::Error& error);

/// Whether somebody should look at it: remarkable and not acknowledged in the agreement, or unknown.
[[nodiscard]] bool IsOpen(const Finding& finding);
/// Whether it may load and no finding is open: what `terms check` exits with 0 for.
[[nodiscard]] bool IsClear(const CheckedPackage& checked);
/// Whether it is proved that no outcome differs.
[[nodiscard]] bool IsSame(const DiffReport& report);

}  // namespace proviso::terms
