// `proviso init`: a directory with everything that a gateway needs to start.
//
//   config.toml            commented; what it says is what the gateway does
//   keys/record.key .vkey  the record's signing key, and the public half for verifiers
//   keys/seal.key          seals what is kept in the databases
//   keys/<name>.key        one signing key for each approver that the starter terms name
//   keys/api-<app>.key     one API key for each application of the starter terms
//   keys/operator.key      an operator's key for the holds API
//   terms/                 the starter terms, with those approvers' public keys put in
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace proviso::daemon {

/// What was made, for showing.
struct HomeReport {
  std::vector<std::filesystem::path> files;
};

/// What to put into a fresh home besides the defaults.
struct HomeOptions {
  std::string listen = "127.0.0.1:8484";
  std::string gateway_name = "gateway.example";  ///< Name of the record's key, and so of its log.
  std::string configuration_more;                ///< TOML that is appended: providers, models, children.
};

/// Makes `home`, which must not hold a config.toml yet (kConflict).
[[nodiscard]] base::Result<HomeReport> MakeHome(const std::filesystem::path& home,
                                                const HomeOptions& options);

/// A new API key, "pv_" and 43 characters, and its SHA-256 in hexadecimal.
struct ApiKey {
  std::string key;
  std::string sha256;
};
[[nodiscard]] ApiKey MakeApiKey();

/// An access key for applications that sign their requests as AWS's SDKs do.
struct AwsAccessKey {
  std::string id;      ///< "PV" and eighteen letters and digits.
  std::string secret;  ///< Forty; the gateway and the application hold it both.
};
[[nodiscard]] AwsAccessKey MakeAwsAccessKey();

}  // namespace proviso::daemon
