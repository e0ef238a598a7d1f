// Errors as values. Every fallible function of Proviso returns Result<T>; exceptions from
// libraries are caught at the edge of the room that calls them.
//
//   base::Result<Port> ParsePort(std::string_view text) {
//     if (text.empty()) return base::Fail(ErrorCode::kInvalid, "listen.port: empty; write a number 1-65535");
//     ...
//   }
//
//   auto port = ParsePort(text);
//   if (!port) return std::unexpected(port.error());
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

namespace proviso::base {

/// What kind of failure it is, for code that must choose; the message is for people.
enum class ErrorCode : std::uint8_t {
  kInvalid,      ///< Input breaks its format or its rules.
  kNotFound,     ///< The named thing does not exist.
  kConflict,     ///< The state does not allow it: already used, already decided, already there.
  kDenied,       ///< The caller may not do this.
  kLimit,        ///< A named bound was passed.
  kUnavailable,  ///< A peer or a resource does not answer; trying again may help.
  kExpired,      ///< A deadline or a lifetime ended.
  kCorrupt,      ///< Stored or received bytes contradict themselves.
  kIo,           ///< The operating system refused; the message carries errno's text.
  kInternal,     ///< A bug of ours, or a library that broke its promise.
};

/// A failure: a code, and a message that says where and what to do. Never contains a secret.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;

  bool operator==(const Error&) const = default;
};

template <typename T>
using Result = std::expected<T, Error>;

/// A result with nothing to carry but success.
using Status = Result<void>;

/// Makes the failing side of a Result.
[[nodiscard]] inline std::unexpected<Error> Fail(ErrorCode code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

/// Puts "where: " before an error's message, as the error travels outwards.
[[nodiscard]] inline std::unexpected<Error> Within(std::string_view where, Error error) {
  error.message.insert(0, std::string(where) + ": ");
  return std::unexpected(std::move(error));
}

}  // namespace proviso::base
