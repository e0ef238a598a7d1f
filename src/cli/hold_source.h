// Where the command line finds held calls: in a home on this machine, or behind a gateway's URL.
//
// Both give the JSON of gateway/hold_json.h, so that a command reads, shows and prints one form. An
// approver's key never comes here: what travels is the note that it signed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "oversight/hold_state.h"

namespace proviso::cli {

class HoldSource {
 public:
  virtual ~HoldSource() = default;
  /// {"holds":[…]}, all or those in one state. Errors here and below: the desk's own, as it words
  /// them; kUnavailable when there is no answer.
  [[nodiscard]] virtual base::Result<std::string> List(std::optional<oversight::HoldState> state) = 0;
  /// One hold.
  [[nodiscard]] virtual base::Result<std::string> Show(std::string_view id) = 0;
  /// Counts a signed approval note; gives the progress.
  [[nodiscard]] virtual base::Result<std::string> Decide(std::string_view id, std::string_view note) = 0;
};

/// The database of `home`, as its config.toml says; needs no running gateway, and one that runs
/// notices what is decided here. Who may decide is read from the home's terms, now.
[[nodiscard]] base::Result<std::unique_ptr<HoldSource>> OpenHome(const std::string& home);

/// A gateway at `url`, with an operator's key from a file. `ca_file` may be empty.
[[nodiscard]] base::Result<std::unique_ptr<HoldSource>> OpenUrl(const std::string& url,
                                                                const std::string& operator_key_file,
                                                                const std::string& ca_file);

}  // namespace proviso::cli
