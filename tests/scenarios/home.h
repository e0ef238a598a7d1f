// A home for the gateway under test: terms, configuration and keys made by hand, in a folder of its own.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "keys/signing.h"

namespace proviso::scenarios {

/// What the test's agreement and configuration say, where tests differ.
struct HomeSetup {
  int wait_ms = 100;        ///< how long a caller's connection waits for people
  int expires_ms = 60'000;  ///< of a hold
  std::string upstream_url = {};
  std::string gateway_more = {};   ///< lines of [gateway]
  std::string key_more = {};       ///< lines of the key of "desk"; models have prices then
  std::string provider_more = {};  ///< lines of the provider "maker"
  std::string more = {};           ///< tables at the end of config.toml
};

/// Applications "desk" and "other"; approvers alice, bob and carol (commanders) and dave (a clerk);
/// models "same-name" (as the provider names it), "alias" (there "vendor-name") and "openai-only".
///
///   purpose restricted  forbidden (2.1)       tool assign_asset  two people decide (4.2)
///   purpose sensitive   one person (2.2)      tool wipe_disk     forbidden (4.4)
///                                             tool lookup_stock  permitted
class Home {
 public:
  static constexpr std::string_view kProviderSecret = "sk-the-providers-own-secret";

  explicit Home(HomeSetup setup);
  ~Home();
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] const std::string& key_of(const std::string& application) const {
    return keys_.at(application);
  }
  [[nodiscard]] const std::string& operator_key() const { return keys_.at("operator"); }
  [[nodiscard]] const keys::SigningKey& approver(const std::string& person) const {
    return approvers_.at(person);
  }
  [[nodiscard]] const keys::SigningKey& issuer() const { return approvers_.at("court"); }
  [[nodiscard]] keys::VerifyKey record_key() const { return *record_key_; }
  [[nodiscard]] HomeSetup& setup() { return setup_; }

  /// Writes config.toml anew from setup().
  void WriteConfiguration() const;
  /// Writes the clauses, and `more` after them.
  void WriteClauses(std::string_view more = "") const;
  void Write(const std::filesystem::path& relative, std::string_view content) const;

 private:
  void WriteAgreement() const;

  HomeSetup setup_;
  std::filesystem::path path_;
  std::map<std::string, std::string> keys_;
  std::map<std::string, keys::SigningKey> approvers_;
  std::optional<keys::VerifyKey> record_key_;
};

/// The value, or the end of the test program with the error's message.
template <typename T>
T Must(base::Result<T> result);

[[noreturn]] void Die(std::string_view why);

template <typename T>
T Must(base::Result<T> result) {
  if (!result) Die(result.error().message);
  return std::move(*result);
}

inline void Must(const base::Status& status) {
  if (!status) Die(status.error().message);
}

}  // namespace proviso::scenarios
