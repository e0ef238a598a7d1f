#include "gateway/event_log.h"

#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/json_writer.h"

namespace proviso::gateway {
namespace {

std::string_view NameOf(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      break;
  }
  return "error";
}

}  // namespace

void EventLog::Write(Severity severity, std::string_view event, std::initializer_list<Detail> details) {
  base::JsonWriter json;
  json.BeginObject().Key("t").String(base::FormatUtc(clock_.WallMs()));
  json.Key("level").String(NameOf(severity)).Key("event").String(event);
  for (const auto& [key, value] : details) json.Key(key).String(value);
  json.EndObject();
  const std::string line = json.Take() + "\n";
  const std::scoped_lock lock(mutex_);
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t wrote = write(descriptor_, rest.data(), rest.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return;  // nobody reads the log; the gateway goes on without it
    rest.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

}  // namespace proviso::gateway
