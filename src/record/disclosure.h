// Selective disclosure: some fields of one entry, laid open for somebody who has only the log's key.
//
//   {"format": "proviso-disclosure@v1",
//    "entry": "<base64 of the entry>",
//    "proof": "<tlog-proof of the entry, with its checkpoint>",
//    "fields": [{"id": 5, "name": "principal", "salt": "…", "value": "<base64>", "path": ["…", ×5]},
//               {"id": 14, "name": "tool", "salt": "…", "value": null, "path": […]}]}
//
// A null value proves that the field is absent. Fields that are not listed stay closed.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "record/fields.h"
#include "record/openings.h"
#include "record/prove.h"

namespace proviso::record {

/// Opens `fields` of the entry `index` of the log behind `fetch`. kCorrupt when `opening` is not of
/// that entry.
[[nodiscard]] base::Result<std::string> Disclose(const Fetch& fetch, const keys::VerifyKey& key,
                                                 std::uint64_t index, const Opening& opening,
                                                 std::span<const Field> fields);

struct Disclosed {
  Checkpoint checkpoint;
  std::uint64_t index = 0;
  Entry entry;
  std::vector<OpenedField> fields;
};

/// Checks a disclosure from anywhere: the checkpoint's signature, that the entry is under it, and
/// each field against the entry.
[[nodiscard]] base::Result<Disclosed> VerifyDisclosure(std::string_view json, const keys::VerifyKey& key);

}  // namespace proviso::record
