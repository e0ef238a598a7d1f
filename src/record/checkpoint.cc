#include "record/checkpoint.h"

#include <array>
#include <charconv>

namespace proviso::record {
namespace {

using base::ErrorCode;
using base::Fail;
using base::Result;

Result<std::string_view> TakeLine(std::string_view& text, std::string_view what) {
  const auto newline = text.find('\n');
  if (newline == std::string_view::npos || newline == 0) {
    return Fail(ErrorCode::kInvalid, "checkpoint: no line for the " + std::string(what));
  }
  const std::string_view line = text.substr(0, newline);
  text.remove_prefix(newline + 1);
  return line;
}

Result<std::uint64_t> ParseSize(std::string_view line) {
  std::uint64_t size = 0;
  const auto [end, failure] = std::from_chars(line.data(), line.data() + line.size(), size);
  const bool leading_zero = line.size() > 1 && line[0] == '0';
  if (failure != std::errc() || end != line.data() + line.size() || leading_zero) {
    return Fail(ErrorCode::kInvalid,
                "checkpoint: the size is not a decimal number: " + std::string(line.substr(0, 40)));
  }
  return size;
}

}  // namespace

std::string CheckpointText(const Checkpoint& checkpoint) {
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" + base::ToBase64(checkpoint.root) +
         "\n";
}

Result<std::string> SignCheckpoint(const Checkpoint& checkpoint, const keys::SigningKey& key) {
  if (checkpoint.origin.empty() || checkpoint.origin.size() > kOriginBytesMax ||
      checkpoint.origin.find('\n') != std::string::npos) {
    return Fail(ErrorCode::kInvalid, "checkpoint: the origin must be one line of 1 to " +
                                         std::to_string(kOriginBytesMax) + " bytes");
  }
  const std::array<const keys::SigningKey*, 1> signers{&key};
  return keys::SignNote(CheckpointText(checkpoint), signers);
}

Result<Checkpoint> OpenCheckpoint(std::string_view note, const keys::VerifyKey& key) {
  if (note.size() > kCheckpointBytesMax) {
    return Fail(ErrorCode::kLimit,
                "checkpoint: larger than " + std::to_string(kCheckpointBytesMax) + " bytes");
  }
  const auto parsed = keys::ParseNote(note);
  if (!parsed) return base::Within("checkpoint", parsed.error());
  const auto signers = keys::VerifiedSigners(*parsed, std::span(&key, 1));
  if (!signers) return base::Within("checkpoint", signers.error());
  if (signers->empty()) {
    return Fail(ErrorCode::kDenied, "checkpoint: not signed by " + key.Text());
  }
  return ParseCheckpointText(parsed->text);
}

Result<Checkpoint> ParseCheckpointText(std::string_view text) {
  const auto origin = TakeLine(text, "origin");
  if (!origin) return std::unexpected(origin.error());
  const auto size_line = TakeLine(text, "size");
  if (!size_line) return std::unexpected(size_line.error());
  const auto size = ParseSize(*size_line);
  if (!size) return std::unexpected(size.error());
  const auto root_line = TakeLine(text, "root");
  if (!root_line) return std::unexpected(root_line.error());
  const auto root = base::FromBase64(*root_line);
  if (!root || root->size() != sizeof(Hash)) {
    return Fail(ErrorCode::kInvalid, "checkpoint: the root is not base64 of 32 bytes");
  }
  while (!text.empty()) {
    if (auto extension = TakeLine(text, "extension"); !extension) return std::unexpected(extension.error());
  }
  Checkpoint checkpoint{std::string(*origin), *size, {}};
  std::copy(root->begin(), root->end(), checkpoint.root.begin());
  return checkpoint;
}

}  // namespace proviso::record
