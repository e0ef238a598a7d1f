#include "gateway/metrics.h"

#include <string_view>

namespace proviso::gateway {
namespace {

struct Family {
  std::string_view name;
  std::string_view help;
};
struct Series {
  Count count;
  std::string_view labels;
};

void AppendFamily(std::string& out, const Family& family, std::string_view type) {
  out.append("# HELP ").append(family.name).append(" ").append(family.help).append("\n");
  out.append("# TYPE ").append(family.name).append(" ").append(type).append("\n");
}

void AppendSample(std::string& out, std::string_view name, std::string_view labels, std::uint64_t value) {
  out.append(name).append(labels).append(" ").append(std::to_string(value)).append("\n");
}

}  // namespace

Metrics::Metrics(std::size_t cores) {
  for (std::size_t i = 0; i < cores; ++i) cores_.push_back(std::make_unique<CoreMetrics>());
}

std::uint64_t Metrics::Sum(Count count) const {
  std::uint64_t sum = 0;
  for (const auto& core : cores_) sum += core->Get(count);
  return sum;
}

std::string Metrics::Render(std::uint64_t durable) const {
  std::string out;
  const auto counters = [&](const Family& family, std::initializer_list<Series> series) {
    AppendFamily(out, family, "counter");
    for (const Series& one : series) AppendSample(out, family.name, one.labels, Sum(one.count));
  };
  counters({"proviso_requests_total", "Requests by what was decided about them."},
           {{Count::kRequestsPermitted, "{outcome=\"permit\"}"},
            {Count::kRequestsHeld, "{outcome=\"hold\"}"},
            {Count::kRequestsForbidden, "{outcome=\"forbid\"}"},
            {Count::kRequestsRefused, "{outcome=\"refused\"}"}});
  counters({"proviso_tool_calls_total", "Tool calls that models proposed, by what became of them."},
           {{Count::kCallsReleased, "{outcome=\"released\"}"},
            {Count::kCallsHeld, "{outcome=\"held\"}"},
            {Count::kCallsWithheld, "{outcome=\"withheld\"}"}});
  counters(
      {"proviso_upstream_failures_total", "Exchanges with a provider that gave no usable answer."},
      {{Count::kUpstreamFailures, "{kind=\"unreachable\"}"}, {Count::kBrokenAnswers, "{kind=\"broken\"}"}});
  counters({"proviso_callers_left_total", "Callers that closed before their answer was whole."},
           {{Count::kCallersLeft, ""}});
  counters({"proviso_answers_total", "Answers delivered whole."}, {{Count::kAnswers, ""}});
  counters({"proviso_answer_milliseconds_total", "Time from request to whole answer, summed."},
           {{Count::kAnswerMilliseconds, ""}});
  counters({"proviso_record_failures_total", "Requests refused because the record could not be written."},
           {{Count::kRecordFailures, ""}});
  AppendFamily(out, {"proviso_record_entries", "Durable entries of the record."}, "gauge");
  AppendSample(out, "proviso_record_entries", "", durable);
  return out;
}

}  // namespace proviso::gateway
