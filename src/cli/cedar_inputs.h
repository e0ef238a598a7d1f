// What the `proviso cedar` commands read, under the option names of the reference CLI (`cedar` of
// cedar-policy-cli 4.5), and the exit codes that they share with it.
//
//   CedarInputs inputs;                       // lives until the command has run
//   AddPolicyOptions(command, inputs);
//   …
//   CedarReader reader(inputs);
//   auto policies = reader.Policies();
//
// `-` is standard input; one option of a command may name it.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "cedar/authorize.h"
#include "cedar/entities.h"
#include "cedar/policy.h"
#include "cedar/schema.h"
#include "cli/console.h"

namespace CLI {
class App;
}

namespace proviso::cli {

/// As the reference CLI exits. A wrong command line is 2 there too.
inline constexpr Exit kCedarFailure = Exit{1};   ///< something cannot be read; format --check: differs
inline constexpr Exit kCedarDeny = Exit{2};      ///< authorize: the decision is deny
inline constexpr Exit kCedarRejected = Exit{3};  ///< validate: the policies do not fit the schema

/// The command line, as given.
struct CedarInputs {
  std::string policies = "-";
  std::string policy_format = "cedar";
  std::string links{};
  std::string schema{};
  std::string schema_format = "cedar";
  std::string entities{};
  std::string principal{};
  std::string action{};
  std::string resource{};
  std::string context{};
  std::string request_json{};
  bool validate_request = true;
};

enum class Presence : std::uint8_t { kRequired, kOptional };

void AddPolicyOptions(CLI::App& command, CedarInputs& inputs);
void AddSchemaOptions(CLI::App& command, CedarInputs& inputs, Presence presence);
void AddEntityOptions(CLI::App& command, CedarInputs& inputs, Presence presence);
void AddRequestOptions(CLI::App& command, CedarInputs& inputs);

/// Reads what the inputs name. Errors begin with the file, or with the option where that is at fault.
class CedarReader {
 public:
  /// Borrows `inputs`.
  explicit CedarReader(const CedarInputs& inputs) : inputs_(inputs) {}

  /// A whole file. `option` is for the message when standard input was read already.
  [[nodiscard]] base::Result<std::string> Text(const std::string& path, std::string_view option);
  /// Ids are those of the `@id` annotations where there are any. Links are added.
  [[nodiscard]] base::Result<cedar::PolicySet> Policies();
  /// Nothing without --schema.
  [[nodiscard]] base::Result<std::optional<cedar::Schema>> Schema();
  /// None without --entities.
  [[nodiscard]] base::Result<cedar::Entities> Entities(const cedar::Schema* schema);
  [[nodiscard]] base::Result<cedar::Request> Request(const cedar::Schema* schema);

 private:
  [[nodiscard]] base::Status AddLinks(cedar::PolicySet& policies);
  [[nodiscard]] base::Result<cedar::Request> RequestFromFile(const cedar::Schema* schema);
  [[nodiscard]] base::Result<cedar::Request> RequestFromOptions(const cedar::Schema* schema);

  const CedarInputs& inputs_;
  std::string stdin_option_;  // who has read it
};

/// How a path stands in messages: "<stdin>" for `-`.
[[nodiscard]] std::string SourceName(const std::string& path);

}  // namespace proviso::cli
