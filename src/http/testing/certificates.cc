#include "http/testing/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace proviso::http::testing {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;

Certificate NewCertificate(const std::string& common_name, long serial, EVP_PKEY* key) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 24L * 3600);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

void AddExtension(X509* certificate, int kind, const std::string& value) {
  const std::unique_ptr<X509_EXTENSION, Free> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()));
  if (extension == nullptr) std::abort();
  X509_add_ext(certificate, extension.get(), -1);
}

std::unique_ptr<std::FILE, Free> Open(const std::filesystem::path& path) {
  std::unique_ptr<std::FILE, Free> file(std::fopen(path.c_str(), "w"));
  if (file == nullptr) std::abort();
  return file;
}

}  // namespace

Certificates::Certificates(const std::string& name) {
  std::string pattern = (std::filesystem::temp_directory_path() / "proviso-tls-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  folder_ = pattern;

  const Key ca_key(EVP_EC_gen("P-256"));
  const Certificate ca = NewCertificate("Proviso Test Authority", 1, ca_key.get());
  X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get()));
  AddExtension(ca.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(ca.get(), NID_key_usage, "critical,keyCertSign");
  X509_sign(ca.get(), ca_key.get(), EVP_sha256());

  const Key key(EVP_EC_gen("P-256"));
  const Certificate leaf = NewCertificate("server", 2, key.get());
  X509_set_issuer_name(leaf.get(), X509_get_subject_name(ca.get()));
  const bool is_address = name.find_first_not_of("0123456789.") == std::string::npos;
  AddExtension(leaf.get(), NID_subject_alt_name, (is_address ? "IP:" : "DNS:") + name);
  X509_sign(leaf.get(), ca_key.get(), EVP_sha256());

  PEM_write_X509(Open(folder_ / "ca.pem").get(), ca.get());
  PEM_write_X509(Open(folder_ / "server.pem").get(), leaf.get());
  PEM_write_PrivateKey(Open(folder_ / "server.key").get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

Certificates::~Certificates() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

TlsServerFiles Certificates::server_files() const {
  return {(folder_ / "server.pem").string(), (folder_ / "server.key").string()};
}

std::string Certificates::ca_file() const {
  return (folder_ / "ca.pem").string();
}

}  // namespace proviso::http::testing
