#include "terms/history.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "base/clock.h"
#include "base/file.h"
#include "terms/internal/statement_lines.h"
#include "terms/limits.h"

namespace proviso::terms {
namespace {

using base::ErrorCode;
using base::Fail;

constexpr std::string_view kActivationFormat = "proviso.activation/v1\n";
constexpr std::string_view kBundleSuffix = ".bundle";
constexpr std::string_view kActivationSuffix = ".activation";
constexpr std::string_view kDigestPrefix = "sha256:";

std::optional<std::size_t> WholeNumber(std::string_view text) {
  std::size_t number = 0;
  const auto [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = failure == std::errc() && stop == text.data() + text.size() && number > 0;
  return whole && std::to_string(number) == text ? std::optional(number) : std::nullopt;
}

/// "2-<hex>": the file's name without its suffix.
std::string NameOf(std::size_t number, std::string_view package_digest) {
  return std::to_string(number) + "-" + std::string(package_digest.substr(kDigestPrefix.size()));
}

using Numbered = std::multimap<std::size_t, std::filesystem::path>;

/// The bundles of the directory by their numbers, or why a name is none.
base::Result<Numbered> BundlesIn(const std::filesystem::path& directory) {
  const auto files = base::ListFiles(directory, kBundleSuffix);
  if (!files) return std::unexpected(files.error());
  Numbered bundles;
  for (const std::filesystem::path& file : *files) {
    if (file.parent_path() != directory) continue;
    const std::string name = file.filename().string();
    const auto number = WholeNumber(std::string_view(name).substr(0, name.find('-')));
    if (!number) {
      return Fail(ErrorCode::kCorrupt, name +
                                           ": the name is not NUMBER-DIGEST.bundle; a history holds what "
                                           "`proviso terms activate` put there");
    }
    bundles.emplace(*number, file);
    if (bundles.size() > kHistoryLinksMax) {
      return Fail(ErrorCode::kLimit,
                  directory.string() + ": more than " + std::to_string(kHistoryLinksMax) + " agreements");
    }
  }
  return bundles;
}

std::optional<Activation> ReadActivation(const HistoryLink& link, const std::filesystem::path& directory,
                                         std::vector<std::string>& remarks) {
  const std::string name = NameOf(link.number, link.bundle.package_digest()) + std::string(kActivationSuffix);
  const auto text = base::ReadFile(directory / name, kBundleSignatureBytesMax);
  auto read = text ? ParseActivation(*text) : std::unexpected(text.error());
  if (!read) {
    remarks.push_back("when it came into force is not known here: " + read.error().message);
    return std::nullopt;
  }
  if (read->number != link.number || read->package != link.bundle.package_digest() ||
      read->manifest != link.bundle.ManifestDigest()) {
    remarks.push_back(name + ": is about another bundle");
    return std::nullopt;
  }
  return std::move(*read);
}

void RemarkOnTimes(HistoryLink& link) {
  for (const SignatureStanding& one : link.quorum.signatures) {
    if (!one.objection.empty()) {
      link.remarks.push_back("the signature of " + one.party + " by " + one.key +
                             " does not count: " + one.objection);
    } else if (link.activation && one.time_ms > link.activation->time_ms) {
      link.remarks.push_back("the signature of " + one.party + " by " + one.key + " bears a later time, " +
                             base::FormatUtc(one.time_ms) + ", than the activation");
    }
  }
}

/// Signatures that counted, by keys that a later agreement revokes from an earlier time on.
void RemarkOnRevoked(History& history) {
  if (history.links.empty()) return;
  const Agreement& last = history.links.back().bundle.agreement();
  for (HistoryLink& link : history.links) {
    for (const BundleSignature& signature : link.bundle.signatures()) {
      for (const RevokedKey& revoked : last.revoked_keys) {
        if (!signature.IsBy(revoked.key) || signature.statement.time_ms < revoked.from_ms) continue;
        link.remarks.push_back(
            "signed by " + signature.KeyText() + " at " + base::FormatUtc(signature.statement.time_ms) +
            ", a key that is revoked from " + base::FormatUtc(revoked.from_ms) + " on by a later agreement");
      }
    }
  }
}

/// Adds the link if it follows; otherwise says why not.
std::string Follow(History& history, std::size_t number, const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  if (number != history.links.size() + 1) {
    const bool is_twice = number <= history.links.size();
    return name + (is_twice
                       ? ": two agreements have this number"
                       : ": number " + std::to_string(history.links.size() + 1) + " before it is missing");
  }
  auto bundle = Bundle::Read(file);
  if (!bundle) return bundle.error().message;
  if (name != NameOf(number, bundle->package_digest()) + std::string(kBundleSuffix))
    return name + ": holds another package, " + bundle->package_digest();
  QuorumReport quorum = JudgeQuorum(*bundle, history.InForceNow());
  if (!quorum.IsMet()) return name + ": " + quorum.Missing();
  HistoryLink link{number, name, std::move(*bundle), std::move(quorum), std::nullopt, {}};
  link.activation = ReadActivation(link, file.parent_path(), link.remarks);
  RemarkOnTimes(link);
  history.links.push_back(std::move(link));
  return "";
}

}  // namespace

base::Result<std::string> ActivationText(const Activation& activation) {
  std::string text(kActivationFormat);
  const std::pair<std::string_view, std::string> lines[] = {{"number", std::to_string(activation.number)},
                                                            {"package", activation.package},
                                                            {"manifest", activation.manifest},
                                                            {"time", base::FormatUtc(activation.time_ms)},
                                                            {"decision", activation.decision}};
  for (const auto& [word, value] : lines) {
    if (auto added = internal::AppendLine(text, "activation", word, value); !added)
      return std::unexpected(added.error());
  }
  return text;
}

base::Result<Activation> ParseActivation(std::string_view text) {
  const auto wrong =
      Fail(ErrorCode::kInvalid,
           "activation: is not proviso.activation/v1 with the lines number, package, manifest, "
           "time, decision, in this order (docs/formats/bundle.md)");
  if (!text.starts_with(kActivationFormat)) return wrong;
  internal::StatementLines lines(text.substr(kActivationFormat.size()));
  Activation activation;
  const auto number = WholeNumber(lines.Take("number").value_or(""));
  activation.package = lines.Take("package").value_or("");
  activation.manifest = lines.Take("manifest").value_or("");
  const auto time = base::ParseUtc(lines.Take("time").value_or(""));
  activation.decision = lines.Take("decision").value_or("");
  if (!number || !time) return wrong;
  activation.number = *number;
  activation.time_ms = *time;
  const auto rewritten = ActivationText(activation);
  if (!rewritten || *rewritten != text) return wrong;
  return activation;
}

std::optional<InForce> History::InForceNow() const {
  if (links.empty()) return std::nullopt;
  return InForce{links.back().bundle.agreement(), links.back().bundle.package_digest()};
}

base::Result<History> ReadHistory(const std::filesystem::path& directory) {
  History history;
  std::error_code unknown;
  if (!std::filesystem::exists(directory, unknown) && !unknown) return history;
  const auto bundles = BundlesIn(directory);
  if (!bundles && bundles.error().code == ErrorCode::kCorrupt) {
    history.broken = bundles.error().message;
    return history;
  }
  if (!bundles) return std::unexpected(bundles.error());
  for (const auto& [number, file] : *bundles) {
    history.broken = Follow(history, number, file);
    if (!history.broken.empty()) break;
  }
  RemarkOnRevoked(history);
  return history;
}

base::Result<Activation> AppendToHistory(const std::filesystem::path& directory, const History& history,
                                         const Bundle& bundle, std::int64_t now_ms) {
  if (!history.Verifies()) {
    return Fail(
        ErrorCode::kConflict,
        directory.string() + ": the history does not verify, so nothing can follow: " + history.broken);
  }
  if (history.links.size() == kHistoryLinksMax)
    return Fail(ErrorCode::kLimit, directory.string() + ": has as many agreements as a history can");
  const QuorumReport quorum = JudgeQuorum(bundle, history.InForceNow());
  if (!quorum.IsMet()) return Fail(ErrorCode::kDenied, quorum.Missing());
  std::string decision = "quorum named by " + quorum.named_by + ": " + quorum.SignersText();
  Activation activation{history.links.size() + 1, bundle.package_digest(), bundle.ManifestDigest(), now_ms,
                        std::move(decision)};
  const auto text = ActivationText(activation);
  if (!text) return std::unexpected(text.error());
  std::error_code failure;
  std::filesystem::create_directories(directory, failure);
  if (failure) return Fail(ErrorCode::kIo, directory.string() + ": " + failure.message());
  const std::string name = NameOf(activation.number, activation.package);
  // The bundle is last: it is what counts, and it appears whole or not at all.
  auto written = base::WriteFileAtomically(directory / (name + std::string(kActivationSuffix)), *text);
  if (written)
    written = base::WriteFileAtomically(directory / (name + std::string(kBundleSuffix)), bundle.Text());
  if (!written) return std::unexpected(written.error());
  return activation;
}

base::Status RemoveFromHistory(const std::filesystem::path& directory, const Activation& activation) {
  const std::string name = NameOf(activation.number, activation.package);
  for (const std::string_view suffix : {kBundleSuffix, kActivationSuffix}) {
    std::error_code failure;
    std::filesystem::remove(directory / (name + std::string(suffix)), failure);
    if (failure) return Fail(ErrorCode::kIo, directory.string() + "/" + name + ": " + failure.message());
  }
  return {};
}

}  // namespace proviso::terms
