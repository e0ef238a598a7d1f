// The style sheet of HTML reports: light and dark by the reader's wish, narrow and wide, and for paper.
#pragma once

#include <string_view>

namespace proviso::terms::internal {

extern const std::string_view kReportStyle;

}  // namespace proviso::terms::internal
