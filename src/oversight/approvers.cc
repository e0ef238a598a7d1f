#include "oversight/approvers.h"

#include <algorithm>
#include <set>

#include "oversight/limits.h"

namespace proviso::oversight {
namespace {

using base::ErrorCode;
using base::Fail;

std::string LowerAscii(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

base::Result<ApproverBook> ApproverBook::Make(std::vector<Approver> approvers) {
  std::set<std::string> people;
  std::map<keys::PublicKey, std::string> owners;
  ApproverBook book;
  for (std::size_t i = 0; i < approvers.size(); ++i) {
    const auto& [person, roles, person_keys] = approvers[i];
    if (person.empty()) return Fail(ErrorCode::kInvalid, "approvers: a person has no name");
    if (person_keys.empty()) return Fail(ErrorCode::kInvalid, "approvers: " + person + " has no key");
    if (!people.insert(LowerAscii(person)).second) {
      return Fail(ErrorCode::kInvalid,
                  "approvers: " + person + " is listed twice; put all keys of a person in one entry");
    }
    for (std::size_t k = 0; k < person_keys.size(); ++k) {
      const auto& key = person_keys[k];
      const auto [owner, is_new] = owners.emplace(key.public_key(), person);
      if (!is_new) {
        return Fail(ErrorCode::kInvalid, "approvers: the key " + key.name() + " of " + person +
                                             " is also a key of " + owner->second +
                                             "; each person needs keys of their own");
      }
      if (!book.by_key_name_.emplace(key.name(), Place{i, k}).second) {
        return Fail(ErrorCode::kInvalid, "approvers: two keys are named " + key.name() + "; rename one");
      }
    }
    if (std::max(people.size(), owners.size()) > kApproversMax) {
      return Fail(ErrorCode::kLimit,
                  "approvers: more than " + std::to_string(kApproversMax) + " people or keys");
    }
  }
  book.approvers_ = std::move(approvers);
  return book;
}

ApproverBook::Match ApproverBook::FindByKeyName(std::string_view key_name) const {
  const auto found = by_key_name_.find(key_name);
  if (found == by_key_name_.end()) return {nullptr, nullptr};
  const auto& approver = approvers_[found->second.approver];
  return {&approver, &approver.keys[found->second.key]};
}

bool HasAnyRole(const Approver& approver, const std::vector<std::string>& roles) {
  return roles.empty() || std::ranges::find_first_of(approver.roles, roles) != approver.roles.end();
}

}  // namespace proviso::oversight
