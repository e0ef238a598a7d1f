// Who may decide: people, their roles and their keys, as the terms in force name them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "keys/signing.h"

namespace proviso::oversight {

/// One person. Several keys of one person are still one person.
struct Approver {
  std::string person;
  std::vector<std::string> roles;
  std::vector<keys::VerifyKey> keys;
};

/// The approvers under one set of terms. A value; safe to read from any thread.
class ApproverBook {
 public:
  ApproverBook() = default;
  /// Refuses (kInvalid) whatever would let one person count twice: a person listed twice (names
  /// compared without ASCII case), one public key or one key name listed twice, a person without a
  /// name or a key; and (kLimit) more than kApproversMax people or keys.
  [[nodiscard]] static base::Result<ApproverBook> Make(std::vector<Approver> approvers);

  struct Match {
    const Approver* approver;
    const keys::VerifyKey* key;
  };
  /// The approver whose key has this name, or null pointers. Borrows the book.
  [[nodiscard]] Match FindByKeyName(std::string_view key_name) const;

  [[nodiscard]] const std::vector<Approver>& approvers() const { return approvers_; }

 private:
  struct Place {
    std::size_t approver;
    std::size_t key;
  };
  std::vector<Approver> approvers_;
  std::map<std::string, Place, std::less<>> by_key_name_;
};

/// Whether the person has at least one of `roles`; an empty list asks for none.
[[nodiscard]] bool HasAnyRole(const Approver& approver, const std::vector<std::string>& roles);

}  // namespace proviso::oversight
