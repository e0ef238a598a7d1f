// Who asks, what they declare, and which model it would reach.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace proviso::enforcement {

/// Who the API key belongs to. Never from a header.
struct Caller {
  std::string key_id;
  std::string application;
  std::string organization;
  std::string default_purpose;  ///< Used when the request declares none; "" for none.
};

/// What the request's headers say, as sent. Claims, checked in OpenCase.
struct Declarations {
  std::optional<std::string> purpose;       ///< Proviso-Purpose
  std::optional<std::string> authority;     ///< Proviso-Authority
  std::optional<std::string> on_behalf_of;  ///< Proviso-On-Behalf-Of
  std::optional<std::string> facts{};       ///< Proviso-Facts: JSON, {"determination": {"lawful": true}}
};

/// A model as the configuration knows it.
struct Target {
  std::string model;  ///< As callers name it.
  std::string provider;
  std::string upstream_model;  ///< As the provider names it.
  std::string enclave;         ///< "" when it stands in none.
  std::string standing;        ///< Under orders: clear, proposed, effective, stayed, waived; "" for unknown.
};

}  // namespace proviso::enforcement
