// Entities, contexts and values to JSON: what entities_json.cc reads.
#include "cedar/entities.h"
#include "cedar/internal/json_escapes.h"
#include "cedar/internal/library.h"
#include "cedar/limits.h"
#include "cedar/print.h"

namespace proviso::cedar {
namespace internal {
namespace {

using base::ErrorCode;
using base::JsonWriter;
using base::Status;

void PutCall(JsonWriter& json, std::string_view function, std::string_view argument) {
  json.BeginObject().Key(kExtensionEscape).BeginObject();
  json.Key("fn").String(function).Key("arg").String(argument).EndObject().EndObject();
}

/// An instant outside the years that datetime() reads is written as one inside and what leads from there.
void PutDatetime(JsonWriter& json, const Datetime& instant) {
  if (const auto text = instant.Text()) return PutCall(json, "datetime", *text);
  json.BeginObject().Key(kExtensionEscape).BeginObject().Key("fn").String("offset").Key("args").BeginArray();
  PutCall(json, "datetime", "1970-01-01");
  PutCall(json, "duration", Duration{instant.epoch_ms}.Text());
  json.EndArray().EndObject().EndObject();
}

class ValueWriter {
 public:
  explicit ValueWriter(JsonWriter& json) : json_(json) {}

  Status Put(const Value& value) {
    if (depth_ == kValueDepthMax) {
      return base::Fail(ErrorCode::kLimit,
                        "values nest deeper than " + std::to_string(kValueDepthMax) + " levels");
    }
    ++depth_;
    auto status = PutAtDepth(value);
    --depth_;
    return status;
  }

  Status PutRecord(const Record& record) {
    json_.BeginObject();
    for (const Attribute& attribute : record.attributes()) {
      if (Contains(kEscapes, attribute.name)) {
        return base::Fail(ErrorCode::kInvalid, "an attribute named `" + attribute.name +
                                                   "` cannot be written in JSON, where it is an escape; "
                                                   "give it another name");
      }
      json_.Key(attribute.name);
      if (auto status = Put(attribute.value); !status)
        return base::Within(QuoteString(attribute.name), status.error());
    }
    json_.EndObject();
    return {};
  }

 private:
  Status PutAtDepth(const Value& value) {
    switch (value.kind()) {
      case ValueKind::kBool:
        json_.Bool(*value.AsBool());
        return {};
      case ValueKind::kLong:
        json_.Integer(*value.AsLong());
        return {};
      case ValueKind::kString:
        json_.String(*value.AsString());
        return {};
      case ValueKind::kEntity:
        json_.BeginObject().Key(kEntityEscape);
        PutUid(json_, *value.AsEntity());
        json_.EndObject();
        return {};
      case ValueKind::kSet:
        return PutSet(*value.AsSet());
      case ValueKind::kRecord:
        return PutRecord(*value.AsRecord());
      case ValueKind::kDecimal:
        PutCall(json_, "decimal", value.AsDecimal()->Text());
        return {};
      case ValueKind::kIpAddress:
        PutCall(json_, "ip", value.AsIpAddress()->Text());
        return {};
      case ValueKind::kDatetime:
        PutDatetime(json_, *value.AsDatetime());
        return {};
      case ValueKind::kDuration:
        PutCall(json_, "duration", value.AsDuration()->Text());
        return {};
    }
    std::unreachable();
  }

  Status PutSet(const Set& set) {
    json_.BeginArray();
    for (const Value& element : set.elements()) {
      if (auto status = Put(element); !status) return status;
    }
    json_.EndArray();
    return {};
  }

  JsonWriter& json_;
  std::size_t depth_ = 0;
};

Status PutEntity(JsonWriter& json, const Entity& entity) {
  ValueWriter writer(json);
  json.BeginObject().Key("uid");
  PutUid(json, entity.uid);
  json.Key("attrs");
  if (auto status = writer.PutRecord(entity.attributes); !status) return status;
  json.Key("parents").BeginArray();
  for (const EntityUid& parent : entity.parents) PutUid(json, parent);
  json.EndArray();
  if (!entity.tags.empty()) {
    json.Key("tags");
    if (auto status = writer.PutRecord(entity.tags); !status) return base::Within("tags", status.error());
  }
  json.EndObject();
  return {};
}

}  // namespace

void PutUid(JsonWriter& json, const EntityUid& uid) {
  json.BeginObject().Key("type").String(uid.type()).Key("id").String(uid.id()).EndObject();
}

}  // namespace internal

base::Result<std::string> EntitiesToJson(const Entities& entities) {
  base::JsonWriter json;
  json.BeginArray();
  for (const Entity* entity : entities.Sorted()) {
    if (auto status = internal::PutEntity(json, *entity); !status)
      return base::Within(entity->uid.Text(), status.error());
  }
  json.EndArray();
  return json.Take();
}

base::Result<std::string> ValueToJson(const Value& value) {
  base::JsonWriter json;
  if (auto status = internal::ValueWriter(json).Put(value); !status) return std::unexpected(status.error());
  return json.Take();
}

base::Result<std::string> ValueToJson(const Record& record) {
  base::JsonWriter json;
  if (auto status = internal::ValueWriter(json).PutRecord(record); !status)
    return std::unexpected(status.error());
  return json.Take();
}

}  // namespace proviso::cedar
