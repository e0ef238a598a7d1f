#include "terms/bundle.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "base/fields.h"
#include "base/file.h"
#include "base/utf8.h"
#include "keys/digest.h"
#include "terms/internal/manifest.h"
#include "terms/internal/statement_lines.h"
#include "terms/limits.h"

namespace proviso::terms {
namespace {

using base::ErrorCode;
using base::Fail;
using internal::kBundleFormat;

constexpr std::string_view kSignatureFormat = "proviso.signature/v1\n";
constexpr std::string_view kFilesFormat = "proviso.files/v1\n";
constexpr std::string_view kFile = "file ";
constexpr std::string_view kEnd = "end\n";
constexpr std::string_view kBlank = "\n\n";

/// A path that stays below the directory it is put into, on any system, and stands in one line.
bool IsSafePath(std::string_view path) {
  if (path.empty() || path.size() > kBundlePathBytesMax) return false;
  for (const char c : path) {
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '\\' || c == ':') return false;
  }
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    if (name.empty() || name == "." || name == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

base::Status CheckFile(const PackageFile& file) {
  if (!base::IsUtf8(file.path) || !IsSafePath(file.path)) {
    const bool shown = internal::IsPlainLine(file.path) && file.path.size() <= kBundlePathBytesMax;
    return Fail(ErrorCode::kInvalid,
                "bundle: the path " + (shown ? "\"" + file.path + "\" " : std::string("of a file ")) +
                    "is refused: paths are names divided by '/', of UTF-8, without \"..\", spaces, control "
                    "characters, '\\' and ':', at most " +
                    std::to_string(kBundlePathBytesMax) + " bytes");
  }
  if (file.content.size() > kPackageFileBytesMax) {
    return Fail(ErrorCode::kLimit,
                file.path + ": larger than " + std::to_string(kPackageFileBytesMax) + " bytes");
  }
  if (!base::IsUtf8(file.content) || file.content.contains('\0'))
    return Fail(ErrorCode::kInvalid, file.path + ": is not UTF-8 text; a bundle is read by people");
  return {};
}

/// `files` are sorted.
base::Status CheckFiles(const std::vector<PackageFile>& files) {
  if (files.size() > kPackageFilesMax)
    return Fail(ErrorCode::kLimit, "bundle: more than " + std::to_string(kPackageFilesMax) + " files");
  std::size_t bytes = 0;
  for (const PackageFile& file : files) {
    if (auto checked = CheckFile(file); !checked) return checked;
    bytes += file.content.size();
  }
  if (bytes > kPackageBytesMax)
    return Fail(ErrorCode::kLimit,
                "bundle: more than " + std::to_string(kPackageBytesMax) + " bytes of files in all");
  const auto twice = std::ranges::adjacent_find(files, {}, &PackageFile::path);
  if (twice != files.end()) return Fail(ErrorCode::kInvalid, twice->path + ": the file is given twice");
  return {};
}

base::Result<Agreement> AgreementIn(const std::vector<PackageFile>& files) {
  const auto found = std::ranges::find(files, "agreement.toml", &PackageFile::path);
  if (found == files.end()) return Fail(ErrorCode::kInvalid, "bundle: has no agreement.toml");
  std::vector<std::string> errors;
  Agreement agreement = ReadAgreement(found->content, errors);
  if (!errors.empty()) return Fail(ErrorCode::kInvalid, base::JoinLines(errors));
  return agreement;
}

/// Takes a bundle apart, without judging its parts.
class Reader {
 public:
  explicit Reader(std::string_view text) : whole_(text), rest_(text) {}

  base::Result<std::string_view> Manifest() {
    const std::size_t blank = rest_.find(kBlank);
    if (!rest_.starts_with(kBundleFormat)) return NotABundle("does not begin with proviso.bundle/v1");
    if (blank == std::string_view::npos || blank >= kManifestBytesMax)
      return NotABundle("the manifest does not end with a blank line within " +
                        std::to_string(kManifestBytesMax) + " bytes");
    return Take(blank + 1, 1);
  }

  base::Result<std::vector<BundleSignature>> Signatures() {
    std::vector<BundleSignature> signatures;
    while (rest_.starts_with(kSignatureFormat)) {
      const std::size_t blank = rest_.find(kBlank);
      const std::size_t end = blank == std::string_view::npos ? blank : rest_.find(kBlank, blank + 2);
      if (end == std::string_view::npos) return NotABundle("a signature does not end with a blank line");
      if (signatures.size() == kBundleSignaturesMax)
        return Fail(ErrorCode::kLimit,
                    "bundle: more than " + std::to_string(kBundleSignaturesMax) + " signatures");
      auto signature = ParseBundleSignature(Take(end + 1, 1));
      if (!signature) return base::Within("bundle", signature.error());
      signatures.push_back(std::move(*signature));
    }
    return signatures;
  }

  base::Result<std::vector<PackageFile>> Files() {
    if (!rest_.starts_with(kFilesFormat))
      return NotABundle("after the manifest and the signatures stands proviso.files/v1");
    rest_.remove_prefix(kFilesFormat.size());
    std::vector<PackageFile> files;
    while (rest_.starts_with(kFile)) {
      if (files.size() == kPackageFilesMax)
        return Fail(ErrorCode::kLimit, "bundle: more than " + std::to_string(kPackageFilesMax) + " files");
      auto file = OneFile();
      if (!file) return std::unexpected(file.error());
      files.push_back(std::move(*file));
    }
    if (rest_ != kEnd) return NotABundle("after the last file stands \"end\" and nothing more");
    return files;
  }

 private:
  std::string_view Take(std::size_t bytes, std::size_t skip) {
    const std::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes + skip);
    return taken;
  }

  base::Result<PackageFile> OneFile() {
    const std::size_t newline = rest_.find('\n');
    const std::string_view head = rest_.substr(kFile.size(), newline - kFile.size());
    std::size_t bytes = 0;
    const auto [stop, failure] = std::from_chars(head.data(), head.data() + head.size(), bytes);
    const auto digits = static_cast<std::size_t>(stop - head.data());
    if (newline == std::string_view::npos || failure != std::errc() || digits == head.size() ||
        head[digits] != ' ' || bytes > kPackageFileBytesMax) {
      return NotABundle("a line is not \"file BYTES PATH\", of at most " +
                        std::to_string(kPackageFileBytesMax) + " bytes");
    }
    PackageFile file{std::string(head.substr(digits + 1)), ""};
    rest_.remove_prefix(newline + 1);
    if (rest_.size() <= bytes || rest_[bytes] != '\n')
      return NotABundle("a file is not as long as it says, and a newline after it");
    file.content = Take(bytes, 1);
    return file;
  }

  [[nodiscard]] std::unexpected<base::Error> NotABundle(std::string_view what) const {
    return Fail(ErrorCode::kInvalid, "bundle: at byte " + std::to_string(whole_.size() - rest_.size()) +
                                         ": " + std::string(what) + " (docs/formats/bundle.md)");
  }

  std::string_view whole_;
  std::string_view rest_;
};

/// Every file is one of the manifest's, with its bytes, and the other way round.
base::Status CompareWithManifest(const std::vector<PackageFile>& files, std::string_view manifest) {
  std::vector<std::string> listed;  // "<hex>  <path>\n"
  for (const std::string_view line : internal::DigestLinesIn(manifest)) listed.emplace_back(line);
  const auto path_of = [](const std::string& line) {
    return std::string_view(line).substr(66, line.size() - 67);
  };
  for (const PackageFile& file : files) {
    const std::string line = internal::DigestLine(file);
    if (std::ranges::find(listed, line) != listed.end()) continue;
    const bool is_listed = std::ranges::find(listed, std::string_view(file.path), path_of) != listed.end();
    if (is_listed)
      return Fail(ErrorCode::kCorrupt, file.path + ": its bytes are not those whose digest was signed");
    return Fail(ErrorCode::kInvalid, file.path + ": is in the bundle and not in its manifest");
  }
  for (const std::string& line : listed) {
    if (std::ranges::find(files, path_of(line), &PackageFile::path) == files.end())
      return Fail(ErrorCode::kInvalid,
                  std::string(path_of(line)) + ": is in the manifest and not in the bundle");
  }
  return {};
}

auto OrderOf(const BundleSignature& signature) {
  return std::tuple(signature.statement.party, signature.key_name(), signature.key_id(), signature.Text());
}

}  // namespace

base::Result<Bundle> Bundle::Make(std::vector<PackageFile> files, std::vector<SignedProof> proofs) {
  std::ranges::sort(files, {}, &PackageFile::path);
  if (auto checked = CheckFiles(files); !checked) return std::unexpected(checked.error());
  auto agreement = AgreementIn(files);
  if (!agreement) return std::unexpected(agreement.error());
  auto manifest = internal::ManifestText(*agreement, files, proofs);
  if (!manifest) return std::unexpected(manifest.error());
  Bundle bundle;
  bundle.package_digest_ = "sha256:" + base::ToHex(DigestOfFiles(files));
  bundle.files_ = std::move(files);
  bundle.proofs_ = std::move(proofs);
  bundle.agreement_ = std::move(*agreement);
  bundle.manifest_ = std::move(*manifest);
  return bundle;
}

base::Result<Bundle> Bundle::Parse(std::string_view text) {
  if (text.size() > kBundleBytesMax)
    return Fail(ErrorCode::kLimit, "bundle: larger than " + std::to_string(kBundleBytesMax) + " bytes");
  Reader reader(text);
  const auto manifest = reader.Manifest();
  if (!manifest) return std::unexpected(manifest.error());
  if (!base::IsUtf8(*manifest)) return Fail(ErrorCode::kInvalid, "bundle: the manifest is not UTF-8");
  auto signatures = reader.Signatures();
  if (!signatures) return std::unexpected(signatures.error());
  auto files = reader.Files();
  if (!files) return std::unexpected(files.error());
  if (auto checked = CheckFiles(*files); !checked) return std::unexpected(checked.error());
  if (auto same = CompareWithManifest(*files, *manifest); !same) return std::unexpected(same.error());
  auto proofs = internal::ProofsIn(*manifest);
  if (!proofs) return std::unexpected(proofs.error());
  auto bundle = Make(std::move(*files), std::move(*proofs));
  if (!bundle) return bundle;
  if (bundle->manifest_ != *manifest) {
    return Fail(ErrorCode::kInvalid, "manifest: " + internal::FirstDifference(*manifest, bundle->manifest_) +
                                         "; a manifest says what the files say and nothing else");
  }
  for (BundleSignature& signature : *signatures) {
    if (auto added = bundle->Add(std::move(signature)); !added) return std::unexpected(added.error());
  }
  if (bundle->Text() != text) {
    return Fail(ErrorCode::kInvalid,
                "bundle: is not in its one spelling: signatures stand by party and key, files by path");
  }
  return bundle;
}

base::Result<Bundle> Bundle::Read(const std::filesystem::path& file) {
  const auto text = base::ReadFile(file, kBundleBytesMax);
  if (!text) return std::unexpected(text.error());
  auto bundle = Parse(*text);
  if (!bundle) return base::Within(file.string(), bundle.error());
  return bundle;
}

std::string Bundle::Text() const {
  std::string text = manifest_ + "\n";
  for (const BundleSignature& signature : signatures_) text += signature.Text() + "\n";
  text += kFilesFormat;
  for (const PackageFile& file : files_) {
    text.append(kFile).append(std::to_string(file.content.size())).append(" ").append(file.path);
    text.append("\n").append(file.content).append("\n");
  }
  return text.append(kEnd);
}

std::string Bundle::ManifestDigest() const {
  return "sha256:" + base::ToHex(keys::Sha256(manifest_));
}

base::Result<std::shared_ptr<const Package>> Bundle::Load() const {
  return Package::FromFiles(files_);
}

base::Status Bundle::Add(BundleSignature signature) {
  const SignatureStatement& says = signature.statement;
  const std::string where = "bundle: the signature of " + says.party + " by " + signature.KeyText();
  if (says.manifest != ManifestDigest() || says.package != package_digest_ ||
      says.agreement != agreement_.name || says.version != agreement_.version) {
    return Fail(ErrorCode::kInvalid, where + " is one on another bundle: " + says.agreement + " version " +
                                         says.version + ", manifest " + says.manifest);
  }
  const auto place = std::ranges::lower_bound(signatures_, OrderOf(signature), {}, OrderOf);
  if (place != signatures_.end() && OrderOf(*place) == OrderOf(signature))
    return Fail(ErrorCode::kConflict, where + " is there already");
  if (signatures_.size() == kBundleSignaturesMax)
    return Fail(ErrorCode::kLimit,
                "bundle: more than " + std::to_string(kBundleSignaturesMax) + " signatures");
  signatures_.insert(place, std::move(signature));
  return {};
}

base::Status Bundle::Sign(const keys::SigningKey& key, std::string_view party, std::int64_t now_ms) {
  const bool has_signed = std::ranges::any_of(signatures_, [&](const BundleSignature& one) {
    return one.statement.party == party && one.IsBy(key.verifier());
  });
  if (has_signed) {
    return Fail(ErrorCode::kConflict, "bundle: " + ShortText(key.verifier()) + " has signed for " +
                                          std::string(party) + " already");
  }
  auto signature = SignStatement({.agreement = agreement_.name,
                                  .version = agreement_.version,
                                  .package = package_digest_,
                                  .manifest = ManifestDigest(),
                                  .party = std::string(party),
                                  .time_ms = now_ms},
                                 key);
  if (!signature) return std::unexpected(signature.error());
  return Add(std::move(*signature));
}

base::Status Bundle::Merge(const Bundle& other) {
  if (other.manifest_ != manifest_) {
    return Fail(ErrorCode::kInvalid, "these are not copies of one bundle: one is " + agreement_.name +
                                         " version " + agreement_.version + ", manifest " + ManifestDigest() +
                                         ", the other " + other.agreement_.name + " version " +
                                         other.agreement_.version + ", manifest " + other.ManifestDigest());
  }
  for (const BundleSignature& theirs : other.signatures_) {
    const auto ours = std::ranges::find(signatures_, OrderOf(theirs), OrderOf);
    if (ours != signatures_.end()) continue;
    if (auto added = Add(theirs); !added) return added;
  }
  return {};
}

bool LooksLikeABundle(std::string_view text) {
  return text.starts_with(kBundleFormat);
}

base::Result<std::shared_ptr<const Package>> LoadPackage(const std::filesystem::path& place) {
  std::error_code unknown;
  if (!std::filesystem::is_regular_file(place, unknown)) return Package::Load(place);
  const auto bundle = Bundle::Read(place);
  if (!bundle) return std::unexpected(bundle.error());
  auto package = bundle->Load();
  if (!package)
    return Fail(package.error().code, place.string() + " is refused:\n" + package.error().message);
  return package;
}

}  // namespace proviso::terms
