// Reasoning in a request's history that did not come from the dialect that the request is in.
#include <algorithm>
#include <optional>
#include <vector>

#include "base/json_writer.h"
#include "protocol/internal/reading.h"
#include "protocol/internal/splice.h"
#include "protocol/limits.h"
#include "protocol/origin.h"
#include "protocol/translate.h"

namespace proviso::protocol {
namespace {

using base::Json;

/// How an envelope begins, and how its base64 does (Gemini's clients encode it).
constexpr std::string_view kMarks[] = {"\"pv1.", "\"cHYxL"};

bool MayHold(std::string_view body) {
  return std::ranges::any_of(kMarks, [body](std::string_view mark) { return body.contains(mark); });
}

bool MayBe(std::string_view raw) {
  return std::ranges::any_of(kMarks, [raw](std::string_view mark) { return raw.starts_with(mark); });
}

/// What is cut out of its list as a whole: a block of reasoning, or a citation whose index is opaque.
bool GoesAsAWhole(Json object) {
  const Json type = object.Find("type");
  for (const std::string_view word : {"thinking", "redacted_thinking", "reasoning"}) {
    if (type.equals(word)) return true;
  }
  return object.Find("encrypted_index").is_string() || object.Find("reasoningContent").is_object() || object.Find("thought").is_true();
}

/// A stream of Gemini's tells one thought in several parts, of which the last is signed.
bool IsUnsignedThought(Json part) {
  return part.Find("thought").is_true() && part.Find("thoughtSignature").missing();
}

/// Recursions are bounded by the depth that the parse allowed.
class Search {
 public:
  Search(Dialect dialect, std::string_view model, std::vector<Finding>& findings)
      : dialect_(dialect), model_(model), findings_(findings) {}

  void Look(Json value, const std::string& path) {
    if (value.is_array()) LookThroughList(value, path);
    if (value.is_object()) LookThroughMembers(value, path);
    if (value.is_string() && Judge(value) == Fate::kOwn)
      splice_.Replace(value, base::JsonString(OpenOrigin(value.text())->signature));
  }

  [[nodiscard]] std::string Apply(std::string_view body) const { return splice_.Apply(body); }

 private:
  enum class Fate : std::uint8_t { kOther, kOwn, kForeign };
  using Items = std::vector<internal::Splice::Item>;

  /// Blocks of foreign reasoning go as a whole.
  void LookThroughList(Json list, const std::string& path) {
    Items items;
    std::size_t unsigned_before = 0;
    for (const Json element : list.elements()) {
      const std::string at = internal::At(path, items.size());
      const auto maker = GoesAsAWhole(element) ? ForeignMaker(element) : std::nullopt;
      items.push_back({element.begin(), element.end(), maker.has_value()});
      const std::size_t begin = items.size() - 1 - unsigned_before;
      unsigned_before = !maker && IsUnsignedThought(element) ? unsigned_before + 1 : 0;
      if (maker) {
        for (std::size_t i = begin; i < items.size(); ++i) items[i].cut = true;
        Report(at, *maker);
      } else {
        Look(element, at);
      }
    }
    splice_.CutFromList(items);
  }

  /// Elsewhere only the signature goes, and what was said aloud beside it: no other model is to take
  /// it for its own.
  void LookThroughMembers(Json object, const std::string& path) {
    Items items;
    bool foreign = false;
    for (const base::JsonMember member : object.members()) {
      // Chat Completions holds all reasoning of a message in one member, beside its words.
      const bool holds = member.value.is_string() || member.key.equals("reasoning_details");
      const auto maker = holds ? ForeignMaker(member.value) : std::nullopt;
      items.push_back({member.key.begin(), member.value.end(), maker.has_value()});
      if (maker) Report(path, *maker);
      foreign = foreign || maker;
      if (!maker) Look(member.value, path + "." + member.key.text());
    }
    if (!foreign) return;
    std::size_t i = 0;
    for (const base::JsonMember member : object.members()) {
      if (member.key.equals("reasoning_content") && member.value.is_string()) items[i].cut = true;
      ++i;
    }
    splice_.CutFromList(items);
  }

  /// Who made the reasoning in `value`, if it was another.
  std::optional<std::string> ForeignMaker(Json value) {
    if (value.is_string() && Judge(value) == Fate::kForeign) return OpenOrigin(value.text())->model;
    for (const Json element : value.elements()) {
      if (auto maker = ForeignMaker(element)) return maker;
    }
    for (const base::JsonMember member : value.members()) {
      if (auto maker = ForeignMaker(member.value)) return maker;
    }
    return std::nullopt;
  }

  Fate Judge(Json text) const {
    if (!MayBe(text.raw())) return Fate::kOther;
    const auto origin = OpenOrigin(text.text());
    if (!origin) return Fate::kOther;
    return origin->dialect == dialect_ && origin->model == model_ ? Fate::kOwn : Fate::kForeign;
  }

  void Report(const std::string& path, const std::string& maker) {
    findings_.push_back({Feature::kReasoningReplay, path,
                         path + ": the reasoning of \"" + maker + "\" is not given to \"" +
                             std::string(model_) + "\"; it was left out",
                         Disposal::kDrop});
  }

  Dialect dialect_;
  std::string_view model_;
  std::vector<Finding>& findings_;
  internal::Splice splice_;
};

}  // namespace

base::Result<std::optional<TranslatedRequest>> WithoutForeignReasoning(Dialect dialect, std::string_view body,
                                                                       std::string_view model) {
  if (!MayHold(body)) return std::nullopt;
  const auto document =
      base::JsonDocument::Parse(body, {.depth_max = kDepthMax, .nodes_max = base::kJsonNodesMax});
  if (!document) return std::unexpected(document.error());
  TranslatedRequest out;
  Search search(dialect, model, out.findings);
  search.Look(document->root(), "body");
  out.body = search.Apply(body);
  return out;
}

}  // namespace proviso::protocol
