#include "terms/report.h"

#include <algorithm>

#include "terms/internal/report_parts.h"

namespace proviso::terms {

CheckReport RefusedReport(const base::Error& error) {
  CheckReport report;
  std::string_view lines = error.message;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    Finding finding;
    finding.question = CheckQuestion::kValid;
    finding.answer = FindingAnswer::kNo;
    finding.basis = Basis::kRead;
    finding.is_remarkable = true;
    finding.sentence = lines.substr(0, end);
    if (!finding.sentence.empty()) report.findings.push_back(std::move(finding));
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
  }
  return report;
}

bool IsOpen(const Finding& finding) {
  if (finding.is_acknowledged) return false;
  return finding.is_remarkable || finding.answer == FindingAnswer::kUnknown;
}

bool IsClear(const CheckedPackage& checked) {
  if (std::ranges::any_of(checked.report.findings, IsOpen)) return false;
  return !internal::TellsWhetherItMayLoad(checked) || checked.report.MayLoad();
}

bool IsSame(const DiffReport& report) {
  return std::ranges::all_of(report.differences, [](const Difference& difference) {
    return difference.answer == FindingAnswer::kNo;
  });
}

}  // namespace proviso::terms
