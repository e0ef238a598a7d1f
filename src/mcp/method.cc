#include "mcp/method.h"

#include <array>
#include <string>
#include <utility>

namespace proviso::mcp {
namespace {

constexpr std::array<std::pair<std::string_view, Method>, 5> kNamed{
    {{"initialize", Method::kInitialize},
     {"tools/list", Method::kToolsList},
     {"tools/call", Method::kToolsCall},
     {"resources/read", Method::kResourcesRead},
     {"prompts/get", Method::kPromptsGet}}};

/// Letters in lower case and digits; everything else is left out, but bytes beyond ASCII, which a
/// server could fold to letters, become '?'.
std::string Skeleton(std::string_view name) {
  std::string skeleton;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') {
      skeleton.push_back(static_cast<char>(c + ('a' - 'A')));
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      skeleton.push_back(c);
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      skeleton.push_back('?');
    }
  }
  return skeleton;
}

}  // namespace

base::Result<Method> MethodNamed(std::string_view name) {
  const std::string skeleton = Skeleton(name);
  for (const auto& [known, method] : kNamed) {
    if (name == known) return method;
    if (skeleton == Skeleton(known)) {
      return base::Fail(base::ErrorCode::kInvalid,
                        "method: not spelt as the protocol spells it; send \"" + std::string(known) + "\"");
    }
  }
  if (skeleton.starts_with("tool") || skeleton.contains('?')) {
    return base::Fail(
        base::ErrorCode::kInvalid,
        "method: unknown, and could be a way to call a tool; there are tools/list and tools/call");
  }
  return Method::kOther;
}

bool IsDecided(Method method) {
  switch (method) {
    case Method::kToolsCall:
    case Method::kResourcesRead:
    case Method::kPromptsGet:
      return true;
    case Method::kInitialize:
    case Method::kToolsList:
    case Method::kOther:
      break;
  }
  return false;
}

std::string_view ToolNameOf(Method method) {
  switch (method) {
    case Method::kResourcesRead:
      return "resources/read";
    case Method::kPromptsGet:
      return "prompts/get";
    case Method::kToolsCall:
    case Method::kInitialize:
    case Method::kToolsList:
    case Method::kOther:
      break;
  }
  return {};
}

}  // namespace proviso::mcp
