#include "cedar/format.h"

#include <algorithm>

#include "cedar/internal/policy_layout.h"
#include "cedar/limits.h"
#include "cedar/parse.h"

namespace proviso::cedar {
namespace {

using base::ErrorCode;

/// The policies and templates of a text in one list, in its order.
std::vector<const PolicyBody*> BodiesOf(const PolicySet& policies) {
  std::vector<const PolicyBody*> bodies;
  for (const Policy& policy : policies.policies()) bodies.push_back(&policy.body());
  for (const Template& each : policies.templates()) bodies.push_back(each.body.get());
  return bodies;
}

bool SamePolicies(const PolicySet& a, const PolicySet& b) {
  return std::ranges::equal(BodiesOf(a), BodiesOf(b),
                            [](const PolicyBody* x, const PolicyBody* y) { return SameTree(*x, *y); });
}

base::Status CheckOptions(const FormatOptions& options) {
  if (options.line_width == 0 || options.line_width > kLineWidthMax) {
    return base::Fail(ErrorCode::kInvalid,
                      "line width: write a number from 1 to " + std::to_string(kLineWidthMax));
  }
  if (options.indent_width > kIndentWidthMax) {
    return base::Fail(ErrorCode::kInvalid,
                      "indent width: write a number from 0 to " + std::to_string(kIndentWidthMax));
  }
  return {};
}

}  // namespace

base::Result<std::string> FormatPolicies(std::string_view text, std::string_view source_name,
                                         FormatOptions options) {
  if (auto status = CheckOptions(options); !status) return std::unexpected(status.error());
  const auto policies = ParsePolicies(text, source_name);
  if (!policies) return std::unexpected(policies.error());
  const auto tokens = internal::LexWithComments(text);
  auto formatted = internal::LayOutPolicies(tokens, options.indent_width).Render(options);
  if (!formatted) return base::Within(source_name, formatted.error());
  const auto again = ParsePolicies(*formatted, "formatted");
  const bool same = again && SamePolicies(*policies, *again);
  if (!same || !std::ranges::equal(internal::CommentsOf(tokens),
                                   internal::CommentsOf(internal::LexWithComments(*formatted)))) {
    return base::Fail(ErrorCode::kInternal,
                      std::string(source_name) +
                          ": formatting would change this text, which is a fault of the "
                          "formatter; keep the text as it is, and report it");
  }
  return formatted;
}

}  // namespace proviso::cedar
