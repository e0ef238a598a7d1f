// Agreements that parties sign, for this room's tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "terms/bundle.h"
#include "terms/internal/package_for_tests.h"

namespace proviso::terms::internal {

inline std::string KeyText(const std::string& name) {
  return KeyOf(name).verifier().Text();
}

/// What differs between the agreements of one test. Keys are names for KeyOf.
struct SignedAgreement {
  std::string version = "1";
  std::string supersedes = {};
  std::vector<std::string> customer_keys = {"customer-1", "customer-2"};
  std::vector<std::string> provider_keys = {"provider-1"};
  std::string customer_more = {};  ///< Lines of the customer's [[party]].
  std::string more = {};           ///< Tables at the end.
};

inline std::string KeysLine(const std::vector<std::string>& names) {
  std::string line = "keys = [";
  for (const std::string& name : names) line += "\"" + KeyText(name) + "\", ";
  return names.empty() ? "" : line + "]\n";
}

inline std::string TomlOf(const SignedAgreement& setup) {
  return "[agreement]\nname = \"founding\"\nversion = \"" + setup.version + "\"\n" +
         (setup.supersedes.empty() ? "" : "supersedes = \"" + setup.supersedes + "\"\n") +
         "[[party]]\nid = \"customer\"\n" + KeysLine(setup.customer_keys) + setup.customer_more +
         "[[party]]\nid = \"provider\"\n" + KeysLine(setup.provider_keys) + "[[party]]\nid = \"auditor\"\n" +
         setup.more;
}

inline std::vector<PackageFile> FilesOf(const SignedAgreement& setup) {
  return {{"agreement.toml", TomlOf(setup)},
          {"clauses/a.cedar", "@id(\"1\") permit (principal, action, resource);\n"}};
}

inline Bundle BundleOf(const SignedAgreement& setup = {}) {
  return Bundle::Make(FilesOf(setup), {}).value();
}

inline std::int64_t At(const std::string& time) {
  return base::ParseUtc(time).value();
}

/// `signers` are pairs of a party and a key.
inline Bundle Signed(Bundle bundle, const std::vector<std::pair<std::string, std::string>>& signers,
                     const std::string& time = "2026-03-01T12:00:00Z") {
  for (const auto& [party, key] : signers) bundle.Sign(KeyOf(key), party, At(time)).value();
  return bundle;
}

inline const std::vector<std::pair<std::string, std::string>> kBoth{{"customer", "customer-1"},
                                                                    {"provider", "provider-1"}};

}  // namespace proviso::terms::internal
