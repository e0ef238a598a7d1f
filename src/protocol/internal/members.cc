#include "protocol/internal/members.h"

#include <algorithm>
#include <string>

namespace proviso::protocol::internal {
namespace {

bool IsOneOf(base::Json key, std::initializer_list<std::string_view> names) {
  return std::ranges::any_of(names, [key](std::string_view name) { return key.equals(name); });
}

}  // namespace

bool HasValuesOnly(base::Json object, std::initializer_list<std::string_view> names) {
  for (const base::JsonMember member : object.members()) {
    if (!member.value.is_null() && !IsOneOf(member.key, names)) return false;
  }
  return true;
}

void KeepOthers(base::Json object, std::string_view path, std::initializer_list<std::string_view> known,
                std::vector<Member>& others) {
  for (const base::JsonMember member : object.members()) {
    if (member.value.is_null() || IsOneOf(member.key, known)) continue;
    const std::string place = path.empty() ? member.key.text() : std::string(path) + "." + member.key.text();
    others.push_back(
        {.path = place, .json = std::string(member.value.raw()), .source = RangeOf(member.value)});
  }
}

}  // namespace proviso::protocol::internal
