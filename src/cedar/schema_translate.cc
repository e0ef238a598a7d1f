#include "cedar/schema_translate.h"

#include <algorithm>
#include <set>

#include "cedar/internal/schema_fragment.h"

namespace proviso::cedar {
namespace {

using base::ErrorCode;
using base::Result;
using internal::SchemaFragment;

/// Whether two schemas mean the same, with the same annotations' values. Common types make a type a graph
/// with shared parts, so that each pair of types is compared once.
class Comparison {
 public:
  bool Same(const Schema& a, const Schema& b) {
    return std::ranges::equal(a.entities(), b.entities(),
                              [&](const auto& x, const auto& y) {
                                return x.first == y.first && Same(x.second, y.second);
                              }) &&
           std::ranges::equal(a.actions(), b.actions(),
                              [&](const auto& x, const auto& y) {
                                return x.first == y.first && Same(x.second, y.second);
                              }) &&
           std::ranges::equal(a.common_types(), b.common_types(),
                              [&](const auto& x, const auto& y) {
                                return x.first == y.first && Same(x.second, y.second);
                              }) &&
           std::ranges::equal(
               a.namespace_annotations(), b.namespace_annotations(),
               [&](const auto& x, const auto& y) { return x.first == y.first && Same(x.second, y.second); });
  }

 private:
  bool Same(const EntityDeclaration& a, const EntityDeclaration& b) {
    return a.parent_types == b.parent_types && a.choices == b.choices && Same(a.attributes, b.attributes) &&
           Same(a.tags, b.tags) && Same(a.annotations, b.annotations);
  }

  bool Same(const ActionDeclaration& a, const ActionDeclaration& b) {
    if (a.parents != b.parents || !Same(a.annotations, b.annotations)) return false;
    if (AppliesToNothing(a) && AppliesToNothing(b)) return true;
    return a.principal_types == b.principal_types && a.resource_types == b.resource_types &&
           Same(a.context, b.context);
  }

  static bool AppliesToNothing(const ActionDeclaration& action) {
    return action.principal_types.empty() || action.resource_types.empty();
  }

  bool Same(const TypePtr& a, const TypePtr& b) {
    if (!a || !b) return !a && !b;
    if (!compared_.emplace(a.get(), b.get()).second) return true;  // or false, and then the answer is known
    return a->kind == b->kind && a->entity_type == b->entity_type && Same(a->element, b->element) &&
           std::ranges::equal(a->attributes, b->attributes,
                              [&](const AttributeType& x, const AttributeType& y) {
                                return x.name == y.name && x.presence == y.presence && Same(x.type, y.type) &&
                                       Same(x.annotations, y.annotations);
                              });
  }

  /// In JSON a bare annotation is one with an empty value.
  static bool Same(const std::vector<Annotation>& a, const std::vector<Annotation>& b) {
    return std::ranges::equal(
        a, b, [](const Annotation& x, const Annotation& y) { return x.key == y.key && x.value == y.value; });
  }

  std::set<std::pair<const Type*, const Type*>> compared_;
};

/// `written`, if it means what `fragment` does.
Result<std::string> Checked(const SchemaFragment& fragment, std::string written,
                            const Result<Schema>& read_again, std::string_view source_name) {
  const auto schema = internal::ResolveSchema(fragment);
  if (!schema) return std::unexpected(schema.error());
  if (!read_again) {
    return base::Fail(
        ErrorCode::kInvalid,
        std::string(source_name) + ": the translation does not read back: " + read_again.error().message);
  }
  if (Comparison().Same(*schema, *read_again)) return written;
  return base::Fail(ErrorCode::kInvalid,
                    std::string(source_name) +
                        ": the translation would change what a name means, since a common type and an entity "
                        "type share it; rename one of them");
}

}  // namespace

Result<std::string> SchemaTextToJson(std::string_view text, std::string_view source_name) {
  const auto fragment = internal::ParseSchemaText(text, source_name);
  if (!fragment) return std::unexpected(fragment.error());
  std::string json = internal::WriteSchemaJson(*fragment);
  const auto again = Schema::ParseJson(json, "translation");
  return Checked(*fragment, std::move(json), again, source_name);
}

Result<std::string> SchemaJsonToText(std::string_view text, std::string_view source_name) {
  const auto fragment = internal::ParseSchemaJson(text, source_name);
  if (!fragment) return std::unexpected(fragment.error());
  auto written = internal::WriteSchemaText(*fragment);
  if (!written) return std::unexpected(written.error());
  const auto again = Schema::Parse(*written, "translation");
  return Checked(*fragment, std::move(*written), again, source_name);
}

}  // namespace proviso::cedar
