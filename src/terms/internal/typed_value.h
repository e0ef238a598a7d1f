// Values that people write in TOML, read as the schema's types say.
#pragma once

#include "base/json.h"
#include "cedar/schema.h"

namespace proviso::terms::internal {

/// `json` as a value of `type`: a text becomes an entity of the type's entity type, a datetime
/// (RFC 3339), a duration, a decimal or an address where the type says so; a TOML number may stand for
/// a decimal. Anything else, a record's unknown member or a missing one is kInvalid. The message
/// begins with the path below the value: "authority.expires: …" has ".expires".
[[nodiscard]] base::Result<cedar::Value> TypedValue(const base::Json& json, const cedar::Type& type);

/// An instant as people write it: RFC 3339 in UTC, a bare date, or Cedar's own spelling.
[[nodiscard]] base::Result<std::int64_t> ReadInstant(const std::string& text);

}  // namespace proviso::terms::internal
