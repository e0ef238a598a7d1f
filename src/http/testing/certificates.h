// Real certificates for tests, made when they are needed and gone with the object.
#pragma once

#include <filesystem>
#include <string>

#include "http/tls.h"

namespace proviso::http::testing {

/// An authority and one server certificate that it signed, as PEM files in a folder of their own.
class Certificates {
 public:
  /// The certificate is for `name`: a DNS name or an IP address.
  explicit Certificates(const std::string& name);
  ~Certificates();
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  [[nodiscard]] TlsServerFiles server_files() const;
  [[nodiscard]] std::string ca_file() const;

 private:
  std::filesystem::path folder_;
};

}  // namespace proviso::http::testing
