// A client that sends literal bytes over a blocking loopback socket and gives back what came.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/tls.h"

namespace proviso::http::testing {

class RawClient {
 public:
  /// Connects to 127.0.0.1; aborts the test program if it cannot.
  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// Puts TLS on the connection; "" or what failed.
  [[nodiscard]] std::string StartTls(const TlsClientContext& context, const std::string& server_name);

  /// False when the peer no longer takes bytes.
  bool Send(std::string_view bytes);
  /// Reads until the text so far ends in `ending`, the peer ends, or ten seconds pass.
  [[nodiscard]] std::string ReadTo(std::string_view ending);
  /// Reads one answer with a Content-Length (or a final chunk).
  [[nodiscard]] std::string ReadAnswer();
  /// Reads to the end; "…<reset>" when the peer reset the connection.
  [[nodiscard]] std::string ReadToEnd() { return ReadTo({}); }
  /// What the next read brings; empty at the end.
  [[nodiscard]] std::string ReadOnce();
  void Close();

 private:
  [[nodiscard]] std::optional<std::string> ReadSome();
  int socket_ = -1;
  SslHandle ssl_;
  std::string waiting_;
};

/// `answer` without its Date line, which differs from run to run.
[[nodiscard]] std::string WithoutDate(std::string answer);

}  // namespace proviso::http::testing
