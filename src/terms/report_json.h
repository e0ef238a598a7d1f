// A report for programs: proviso.check/v1 and proviso.diff/v1, as docs/formats/findings.md describes them.
#pragma once

#include "base/json_writer.h"
#include "terms/report.h"

namespace proviso::terms {

/// Puts one object. Keys are always there; keys may be added within v1.
void WriteCheckReport(base::JsonWriter& json, const CheckedPackage& checked);
void WriteDiffReport(base::JsonWriter& json, const ComparedPackages& compared);

/// One finding, as it stands in the report.
void WriteFinding(base::JsonWriter& json, const CheckedPackage& checked, const Finding& finding);
/// One example of a difference, as it stands in the report.
void WriteExample(base::JsonWriter& json, const ComparedPackages& compared,
                  const Difference::Example& example);

}  // namespace proviso::terms
