#include "record/internal/publisher.h"

#include <algorithm>

#include "base/file.h"
#include "base/json.h"
#include "base/json_writer.h"

namespace proviso::record::internal {
namespace {

using base::ErrorCode;
using base::Fail;

constexpr std::string_view kStateFile = "state";

std::string StateText(const State& state) {
  base::JsonWriter json;
  json.BeginObject().Key("size").Integer(static_cast<std::int64_t>(state.size));
  json.Key("root").String(base::ToBase64(state.root)).Key("open").BeginArray();
  for (const std::uint64_t index : state.open_intents) json.Integer(static_cast<std::int64_t>(index));
  json.EndArray().EndObject();
  return json.Take() + "\n";
}

base::Result<State> ParseState(std::string_view text) {
  const auto document = base::JsonDocument::Parse(text);
  if (!document) return std::unexpected(document.error());
  const auto size = document->root().Find("size").integer();
  const auto root = base::FromBase64(document->root().Find("root").text());
  if (!size || *size < 0 || !root || root->size() != sizeof(Hash)) {
    return Fail(ErrorCode::kCorrupt, "needs a size and a root");
  }
  State state{static_cast<std::uint64_t>(*size), {}, {}};
  std::copy(root->begin(), root->end(), state.root.begin());
  for (const base::Json index : document->root().Find("open").elements()) {
    const auto number = index.integer();
    if (!number || *number < 0 || *number >= *size)
      return Fail(ErrorCode::kCorrupt, "an open index that is none");
    state.open_intents.insert(static_cast<std::uint64_t>(*number));
  }
  return state;
}

}  // namespace

base::Result<State> ReadState(const std::filesystem::path& directory) {
  const auto text = base::ReadFile(directory / kStateFile);
  if (!text && text.error().code == ErrorCode::kNotFound) return State();
  if (!text) return std::unexpected(text.error());
  auto state = ParseState(*text);
  if (!state) return base::Within((directory / kStateFile).string(), state.error());
  return state;
}

base::Status Publisher::Take(const Frame& frame) {
  if (auto added = files_.Append(frame.entry); !added) return added;
  const auto entry = DecodeEntry(frame.entry);
  if (!entry) return base::Within("entry " + std::to_string(frame.index), entry.error());
  if (entry->kind == Kind::kIntent) open_intents_.insert(frame.index);
  if (entry->pair) open_intents_.erase(*entry->pair);
  return {};
}

base::Result<std::string> Publisher::Publish(std::vector<Durable> batch) {
  for (const Durable& durable : batch) {
    if (auto taken = Take(durable.frame); !taken) return std::unexpected(taken.error());
  }
  if (auto wrote = files_.WritePartials(); !wrote) return std::unexpected(wrote.error());
  auto note = SignCheckpoint({setup_.origin, size(), files_.edge().Root()}, setup_.key);
  if (!note) return note;
  const auto wrote = storage_.WriteFile(setup_.directory / "checkpoint", *note, Storage::Sync::kDurable);
  if (!wrote) return std::unexpected(wrote.error());
  files_.RemoveOutgrown();
  if (setup_.openings != nullptr) {
    std::erase_if(batch, [](const Durable& durable) { return !durable.frame.subject.has_value(); });
    std::ranges::move(batch, std::back_inserter(waiting_));
  }
  return note;
}

base::Status Publisher::MoveOpenings(SubjectKeys* keys) {
  while (!waiting_.empty()) {
    // Order matters around a shred: what came before it is put first, then its key goes.
    const auto shred =
        std::ranges::find_if(waiting_, [](const Durable& d) { return d.frame.destroyed.has_value(); });
    const bool found = shred != waiting_.end();
    const SubjectTag tag = found ? *shred->frame.destroyed : SubjectTag{};
    const auto before = static_cast<std::size_t>(shred - waiting_.begin());
    if (auto put = PutUpTo(before); !put) return put;
    if (!found) return {};
    // A crash after this and before its own opening is put repeats it, harmlessly.
    if (auto destroyed = setup_.openings->DestroySubject(tag); !destroyed) return destroyed;
    waiting_.front().frame.destroyed.reset();
    if (keys != nullptr) keys->Destroyed(tag);
  }
  return {};
}

base::Status Publisher::PutUpTo(std::size_t count) {
  std::vector<SealedSubjectKey> keys;
  std::vector<SealedOpening> openings;
  for (std::size_t i = 0; i < count; ++i) {
    Frame& frame = waiting_[i].frame;
    if (!frame.sealed_key.empty()) keys.push_back({*frame.subject, frame.sealed_key});
    openings.push_back({frame.index, *frame.subject, frame.sealed_opening});
  }
  if (auto put = setup_.openings->Put(keys, openings); !put) return put;
  for (std::size_t i = 0; i < count; ++i) {
    if (waiting_[i].key) waiting_[i].key->stored.store(true);
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
  return {};
}

base::Status Publisher::Settle() {
  if (auto synced = storage_.SyncAll(setup_.directory); !synced) return synced;
  const State state{size(), files_.edge().Root(), open_intents_};
  return storage_.WriteFile(setup_.directory / kStateFile, StateText(state), Storage::Sync::kDurable);
}

}  // namespace proviso::record::internal
