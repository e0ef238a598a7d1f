#include "record/serve.h"

#include "base/file.h"
#include "record/tiles.h"

namespace proviso::record {
namespace {

constexpr std::string_view kRoot = "/record/";

}  // namespace

base::Result<Served> ServeRecord(const std::filesystem::path& directory, std::string_view path) {
  const auto none = [&] { return base::Fail(base::ErrorCode::kNotFound, "the record has no such file"); };
  if (!path.starts_with(kRoot)) return none();
  path.remove_prefix(kRoot.size());
  Served served{{}, "text/plain; charset=utf-8", "no-cache"};
  if (path != "checkpoint") {
    const auto tile = ParseTilePath(path);
    if (!tile) return none();
    served.content_type = "application/octet-stream";
    served.cache_control = "public, max-age=31536000, immutable";
  }
  auto bytes = base::ReadFile(directory / path, kBundleBytesMax);
  if (!bytes && bytes.error().code == base::ErrorCode::kNotFound) return none();
  if (!bytes) return std::unexpected(bytes.error());
  served.bytes = std::move(*bytes);
  return served;
}

}  // namespace proviso::record
