// A call's arguments as Vertex AI streams them: pieces, each with the path of one value.
//
//   {"jsonPath":"$.steps[0]","stringValue":"Preheat","willContinue":true}
//   {"jsonPath":"$.steps[0]","stringValue":" the oven."}
//   {"jsonPath":"$.price","numberValue":0.5}                     → {"steps":["Preheat the
//   oven."],"price":0.5}
//
// A path is "$" and then .name, ['name'] or [index] (RFC 9535, normalized or shorthand).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace proviso::protocol::internal::gemini {

class PartialArguments {
 public:
  PartialArguments();
  ~PartialArguments();
  PartialArguments(PartialArguments&&) noexcept;
  PartialArguments& operator=(PartialArguments&&) noexcept;

  /// Adds one element of `partialArgs`. Fails as Broken on a path that cannot be followed, a value
  /// that is not one, and whatever would give one place two values; kLimit past the limits.
  [[nodiscard]] base::Status Add(base::Json piece, std::string_view where);

  /// The arguments as JSON. Fails as Broken when a string is not finished.
  [[nodiscard]] base::Result<std::string> Json(std::string_view where) const;

 private:
  struct Node;
  [[nodiscard]] base::Result<Node*> Follow(std::string_view path, std::string_view where);
  [[nodiscard]] base::Result<Node*> Step(Node& from, std::string_view& path, std::string_view where);
  [[nodiscard]] static base::Status Write(const Node& node, std::string_view where, std::string& out);

  std::unique_ptr<Node> root_;
  std::size_t nodes_ = 1;
};

}  // namespace proviso::protocol::internal::gemini
