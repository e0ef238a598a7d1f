#include "terms/internal/agreement_references.h"

#include <algorithm>
#include <array>
#include <set>

#include "terms/finding.h"
#include "terms/internal/typed_value.h"
#include "terms/limits.h"

namespace proviso::terms {
namespace internal {
namespace {

using base::Fields;

/// Words after which nothing can fix the text.
constexpr std::array<std::string_view, 30> kMoving{
    "latest", "newest",      "recent",      "later",     "newer",      "above",      "onward",  "onwards",
    "after",  "subsequent",  "successor",   "future",    "any",        "all",        "every",   "whichever",
    "being",  "undated",     "unknown",     "none",      "tbd",        "tba",        "rolling", "evergreen",
    "head",   "unversioned", "unspecified", "replacing", "successors", "superseding"};
/// Words that a later year fixes: "as amended on 25 January 2023".
constexpr std::array<std::string_view, 12> kMovingUnlessDated{
    "amended", "updated",    "revised", "current", "currently",  "force",
    "effect",  "applicable", "today",   "now",     "prevailing", "changed"};

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char given : text) {
    const char c = given >= 'A' && given <= 'Z' ? static_cast<char>(given - 'A' + 'a') : given;
    if (IsLetterOrDigit(c)) {
      words.back().push_back(c);
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

bool IsYear(std::string_view word) {
  return word.size() == 4 && (word.starts_with("1") || word.starts_with("2")) &&
         word.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "revised edition" moves as little as "second edition".
bool IsEdition(const std::vector<std::string>& words, std::size_t at) {
  return words[at] == "revised" && (at == 0 || words[at - 1] != "as");
}

/// An entry's text in one line, within its limit.
std::string Line(Fields& table, std::string_view key, std::string text) {
  if (text.size() > kReasonBytesMax)
    table.Error(key, "is longer than " + std::to_string(kReasonBytesMax) + " bytes");
  const bool controls =
      std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
  if (controls) table.Error(key, "must be one line without control characters");
  return text;
}

bool IsDigest(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256:";
  return text.starts_with(kPrefix) && text.size() == kPrefix.size() + 64 &&
         text.find_first_not_of("0123456789abcdef", kPrefix.size()) == std::string_view::npos;
}

Reference ReadReference(Fields& table) {
  Reference reference;
  reference.name = Line(table, "name", table.RequiredText("name"));
  if (reference.name.contains(','))
    table.Error("name", "must have no comma, which parts names in @refers_to");
  reference.title = Line(table, "title", table.Text("title", reference.name));
  reference.version = Line(table, "version", table.Text("version", ""));
  const std::string date = table.Text("date", "");
  if (!date.empty()) {
    const auto instant = ReadInstant(date);
    if (instant) reference.date_ms = *instant;
    if (!instant) table.Error("date", instant.error().message + "; leave it out where no date is fixed");
  }
  reference.digest = table.Text("digest", "");
  if (!reference.digest.empty() && !IsDigest(reference.digest))
    table.Error("digest", "must be sha256: and 64 hexadecimal digits in lower case (see `sha256sum`)");
  table.RefuseOthers();
  return reference;
}

Acknowledgement ReadAcknowledgement(Fields& table) {
  constexpr auto kValid = CheckQuestion::kValid;
  Acknowledgement acknowledgement{kValid, "", "", ""};
  std::vector<std::string> known;
  for (std::size_t i = 1; i < kCheckQuestions; ++i) known.emplace_back(NameOf(static_cast<CheckQuestion>(i)));
  const std::string question = table.RequiredText("question");
  const auto named = CheckQuestionNamed(question);
  if (named && *named != kValid) {
    acknowledgement.question = *named;
  } else if (!question.empty()) {
    std::string message = "\"" + question + "\" is no question whose answer can be acknowledged";
    const std::string meant = base::DidYouMean(question, known);
    table.Error("question", message + (meant.empty() ? "; there are: " : "; did you mean " + meant + "?"));
  }
  acknowledgement.subject = Line(table, "subject", table.RequiredText("subject"));
  acknowledgement.party = table.Text("party", "");
  acknowledgement.reason = Line(table, "reason", table.RequiredText("reason"));
  table.RefuseOthers();
  return acknowledgement;
}

void CheckAcknowledgements(const Agreement& agreement, std::vector<std::string>& errors) {
  std::vector<std::string> parties = agreement.third_parties;
  for (const Party& party : agreement.parties) parties.push_back(party.id);
  for (const Acknowledgement& one : agreement.acknowledgements) {
    if (one.party.empty()) continue;
    const std::string where = "acknowledgement of " + one.subject + ": party \"" + one.party + "\" ";
    const std::string meant = base::DidYouMean(one.party, parties);
    if (one.question != CheckQuestion::kSetAside) {
      errors.push_back(where + "can stand only under the question " +
                       std::string(NameOf(CheckQuestion::kSetAside)));
    } else if (std::ranges::find(parties, one.party) == parties.end()) {
      errors.push_back(where + "is no party of the agreement" +
                       (meant.empty() ? "" : "; did you mean " + meant + "?"));
    }
  }
}

template <typename T, typename Read>
std::vector<T> ReadAll(Fields& root, const std::string& key, std::size_t max, const Read& read,
                       std::vector<std::string>& errors) {
  std::vector<T> out;
  const std::vector<base::Json> tables = root.Tables(key);
  if (tables.size() > max) errors.push_back(key + ": more than " + std::to_string(max));
  for (std::size_t i = 0; i < std::min(tables.size(), max); ++i) {
    Fields table(tables[i], key + "[" + std::to_string(i) + "]", errors);
    out.push_back(read(table));
  }
  return out;
}

}  // namespace

bool MovesWithTime(std::string_view version) {
  if (version.find_first_of("<>^~*") != std::string_view::npos || version.ends_with('+')) return true;
  const std::vector<std::string> words = Words(version);
  bool is_amended = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (std::ranges::find(kMoving, word) != kMoving.end()) return true;
    if (word == "x" && i > 0) return true;                               // 4.x
    if (word == "time" && i > 0 && words[i - 1] != "date") return true;  // from time to time
    if (std::ranges::find(kMovingUnlessDated, word) != kMovingUnlessDated.end() && !IsEdition(words, i))
      is_amended = true;
    if (is_amended && IsYear(word)) is_amended = false;
  }
  return is_amended;
}

void ReadReferences(Fields& root, Agreement& agreement, std::vector<std::string>& errors) {
  agreement.references = ReadAll<Reference>(root, "reference", kReferencesMax, ReadReference, errors);
  agreement.acknowledgements =
      ReadAll<Acknowledgement>(root, "acknowledgement", kAcknowledgementsMax, ReadAcknowledgement, errors);
  std::set<std::string_view> seen;
  for (const Reference& reference : agreement.references) {
    if (!seen.insert(reference.name).second)
      errors.push_back("reference: " + reference.name + " stands twice");
  }
  CheckAcknowledgements(agreement, errors);
}

}  // namespace internal

bool Reference::IsFixed() const {
  if (!digest.empty()) return true;
  const bool says_something =
      std::ranges::any_of(version, [](char c) { return static_cast<unsigned char>(c) > ' ' && c != '-'; });
  if (says_something && internal::MovesWithTime(version)) return false;
  return says_something || date_ms.has_value();
}

}  // namespace proviso::terms
