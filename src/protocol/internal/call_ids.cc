// The ids that tie a call to its result, as each dialect takes them.
//
//   OpenAI Chat   40 bytes of anything           (the API refuses a longer tool_call_id)
//   Responses     64 bytes of anything           (the API refuses a longer call_id)
//   Anthropic     letters, digits, _ and -       (^[a-zA-Z0-9_-]+$)
//   Bedrock       the same, 64 bytes             (ToolUseBlock.toolUseId)
//   Gemini        anything
//   Mistral       exactly nine letters or digits
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "protocol/internal/dialects.h"
#include "protocol/limits.h"

namespace proviso::protocol::internal {
namespace {

constexpr std::size_t kMistralIdBytes = 9;

/// What an id may be.
struct IdForm {
  std::size_t bytes_min = 1;
  std::size_t bytes_max = kNameBytesMax;
  enum class Letters : std::uint8_t { kAny, kDashed, kAlphanumeric };
  Letters letters = Letters::kAny;
};

IdForm FormOf(Dialect target, Profile profile) {
  using enum IdForm::Letters;
  switch (target) {
    case Dialect::kOpenAiChat:
      if (profile == Profile::kMistral) return {kMistralIdBytes, kMistralIdBytes, kAlphanumeric};
      return {.bytes_max = 40};
    case Dialect::kOpenAiResponses:
      return {.bytes_max = 64};
    case Dialect::kAnthropicMessages:
    case Dialect::kBedrockConverse:
      return {.bytes_max = 64, .letters = kDashed};
    case Dialect::kGemini:
      return {};
  }
  return {};
}

bool Fits(const IdForm& form, std::string_view id) {
  if (id.size() < form.bytes_min || id.size() > form.bytes_max) return false;
  if (form.letters == IdForm::Letters::kAny) return true;
  return std::ranges::all_of(id, [&](char c) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return plain || (form.letters == IdForm::Letters::kDashed && (c == '_' || c == '-'));
  });
}

/// SipHash-2-4 (Aumasson and Bernstein, 2012), its state and one round.
class SipState {
 public:
  SipState(std::uint64_t key0, std::uint64_t key1)
      : v_{key0 ^ 0x736f6d6570736575U, key1 ^ 0x646f72616e646f6dU, key0 ^ 0x6c7967656e657261U,
           key1 ^ 0x7465646279746573U} {}

  void Absorb(std::uint64_t word) {
    v_[3] ^= word;
    Round();
    Round();
    v_[0] ^= word;
  }

  std::uint64_t Squeeze() {
    v_[2] ^= 0xffU;
    for (int i = 0; i < 4; ++i) Round();
    return v_[0] ^ v_[1] ^ v_[2] ^ v_[3];
  }

 private:
  void Round() {
    v_[0] += v_[1];
    v_[2] += v_[3];
    v_[1] = std::rotl(v_[1], 13) ^ v_[0];
    v_[3] = std::rotl(v_[3], 16) ^ v_[2];
    v_[0] = std::rotl(v_[0], 32);
    v_[2] += v_[1];
    v_[0] += v_[3];
    v_[1] = std::rotl(v_[1], 17) ^ v_[2];
    v_[3] = std::rotl(v_[3], 21) ^ v_[0];
    v_[2] = std::rotl(v_[2], 32);
  }

  std::array<std::uint64_t, 4> v_;
};

std::uint64_t Digest(std::string_view text, std::uint64_t key) {
  SipState state(key, ~key);
  for (std::size_t i = 0; i < text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, std::min<std::size_t>(8, text.size() - i));
    state.Absorb(word);
  }
  state.Absorb(text.size());
  return state.Squeeze();
}

/// `count` letters and digits that stand for `text`, the same each time; about six bits each.
std::string Name(std::string_view text, std::size_t count) {
  constexpr std::string_view kLetters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr std::size_t kLettersOfOneDigest = 9;
  std::string name;
  for (std::uint64_t part = 0; name.size() < count; ++part) {
    std::uint64_t digest = Digest(text, part);
    for (std::size_t i = 0; i < kLettersOfOneDigest && name.size() < count; ++i) {
      name += kLetters[digest % kLetters.size()];
      digest /= kLetters.size();
    }
  }
  return name;
}

constexpr std::size_t kNameLetters = 24;

}  // namespace

std::string CallIdFor(Dialect target, Profile profile, std::string_view id) {
  const IdForm form = FormOf(target, profile);
  if (Fits(form, id)) return std::string(id);
  if (form.bytes_max == kMistralIdBytes) return Name(id, kMistralIdBytes);
  return "call_" + Name(id, kNameLetters);
}

std::string InventCallId(std::string_view answer_id, std::size_t position, std::string_view name,
                         std::string_view arguments) {
  std::string all = std::to_string(position);
  for (const std::string_view part : {answer_id, name, arguments}) {
    all.append(1, '\0').append(std::to_string(part.size())).append(1, ':').append(part);
  }
  return "call_" + Name(all, kNameLetters);
}

}  // namespace proviso::protocol::internal
