#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <ostream>

#include "base/clock.h"
#include "base/file.h"
#include "base/json_writer.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "record/disclosure.h"
#include "record/prove.h"
#include "record/verify.h"
#include "store/sqlite_openings.h"

namespace proviso::cli {
namespace {

using base::Result;
using base::Status;

constexpr std::size_t kKeyFileBytesMax = 4096;

/// What the subcommands of `record` take; each uses its part.
struct Options {
  std::string directory;
  std::string key;
  std::uint64_t index = 0;
  std::uint64_t count = 20;
  std::string file;
  std::string openings;
  std::string sealing_key;
  std::vector<std::string> fields;
  bool json = false;

  [[nodiscard]] record::Fetch fetch() const { return record::FetchFromDirectory(directory); }
};

/// A verifier key as its text, or as the name of a file that holds it.
Result<keys::VerifyKey> KeyOf(const std::string& given) {
  auto key = keys::VerifyKey::Parse(given);
  if (key) return key;
  auto text = base::ReadFile(given, kKeyFileBytesMax);
  if (!text) return base::Within("--key is neither a verifier key nor a file with one", key.error());
  while (text->ends_with('\n')) text->pop_back();
  return keys::VerifyKey::Parse(*text);
}

std::string ReportJson(const record::LogReport& report) {
  base::JsonWriter json(base::JsonWriter::Layout::kPretty);
  json.BeginObject().Key("verified").Bool(report.verified());
  json.Key("origin").String(report.checkpoint.origin);
  json.Key("entries").Integer(static_cast<std::int64_t>(report.checkpoint.size));
  json.Key("root").String(base::ToHex(report.checkpoint.root)).Key("kinds").BeginObject();
  for (std::size_t i = 0; i < record::kKinds; ++i) {
    json.Key(record::KindName(static_cast<record::Kind>(i)))
        .Integer(static_cast<std::int64_t>(report.by_kind.at(i)));
  }
  json.EndObject().Key("first").String(base::FormatUtc(report.first_ms));
  json.Key("last").String(base::FormatUtc(report.last_ms));
  json.Key("longest_silence_ms").Integer(report.longest_silence_ms);
  json.Key("open_intents").Integer(static_cast<std::int64_t>(report.open_intents.size()));
  json.Key("files").Integer(static_cast<std::int64_t>(report.files));
  json.Key("broken");
  if (report.broken) {
    json.String(report.broken->Text());
  } else {
    json.Null();
  }
  json.EndObject();
  return json.Take();
}

void PrintReport(const record::LogReport& report, Console& console) {
  std::ostream& out = console.out();
  out << console.Styled(Style::kGood, "verified") << "  " << report.checkpoint.origin << "\n"
      << "entries   " << report.checkpoint.size << "\n";
  for (std::size_t i = 0; i < record::kKinds; ++i) {
    if (report.by_kind.at(i) == 0) continue;
    out << "          " << report.by_kind.at(i) << " " << record::KindName(static_cast<record::Kind>(i))
        << "\n";
  }
  out << "root      " << base::ToHex(report.checkpoint.root) << "\n"
      << "span      " << base::FormatUtc(report.first_ms) << " to " << base::FormatUtc(report.last_ms) << "\n"
      << "silence   " << report.longest_silence_ms << " ms at most, before entry "
      << report.longest_silence_index << "\n"
      << "open      " << report.open_intents.size() << " INTENTs without an OUTCOME\n"
      << "checked   " << report.files << " files\n";
}

Status Verify(const Options& options, Console& console) {
  const auto key = KeyOf(options.key);
  if (!key) return std::unexpected(key.error());
  const record::LogReport report = record::VerifyLog(options.fetch(), *key);
  if (options.json) console.out() << ReportJson(report) << "\n";
  if (!report.verified()) {
    console.Fail(Exit::kNo, "the record does not verify: " + report.broken->Text());
  } else if (!options.json) {
    PrintReport(report, console);
  }
  return {};
}

Status Prove(const Options& options, Console& console) {
  const auto key = KeyOf(options.key);
  if (!key) return std::unexpected(key.error());
  const auto proof = record::ProveEntry(options.fetch(), *key, options.index);
  if (!proof) return std::unexpected(proof.error());
  console.out() << *proof;
  return {};
}

Result<record::Entry> EntryAt(const Options& options, std::uint64_t size, std::uint64_t index) {
  const auto bytes = record::FetchEntry(options.fetch(), size, index);
  if (!bytes) return std::unexpected(bytes.error());
  auto entry = record::DecodeEntry(*bytes);
  if (!entry) return base::Within("entry " + std::to_string(index), entry.error());
  return entry;
}

Status Show(const Options& options, Console& console) {
  const auto key = KeyOf(options.key);
  if (!key) return std::unexpected(key.error());
  const auto note = options.fetch()("checkpoint");
  if (!note) return std::unexpected(note.error());
  const auto checkpoint = record::OpenCheckpoint(*note, *key);
  if (!checkpoint) return std::unexpected(checkpoint.error());
  const std::uint64_t end = checkpoint->size;
  for (std::uint64_t i = end - std::min(options.count, end); i < end; ++i) {
    const auto entry = EntryAt(options, end, i);
    if (!entry) return std::unexpected(entry.error());
    console.out() << base::FormatUtc(entry->t_ms) << "  " << i << "  " << record::KindName(entry->kind);
    if (entry->pair) console.out() << " of " << *entry->pair;
    console.out() << "\n";
  }
  return {};
}

Result<std::vector<record::Field>> FieldsOf(const Options& options) {
  std::vector<record::Field> fields;
  for (const std::string& name : options.fields) {
    const auto field = record::FieldNamed(name);
    if (!field) return base::Fail(base::ErrorCode::kInvalid, "--field " + name + ": there is no such field");
    fields.push_back(*field);
  }
  return fields;
}

Status Open(const Options& options, Console& console) {
  const auto key = KeyOf(options.key);
  if (!key) return std::unexpected(key.error());
  const auto fields = FieldsOf(options);
  if (!fields) return std::unexpected(fields.error());
  const auto sealing_key = keys::SealingKey::Load(options.sealing_key);
  if (!sealing_key) return std::unexpected(sealing_key.error());
  const auto store = store::SqliteOpenings::Open(options.openings);
  if (!store) return std::unexpected(store.error());
  const auto note = options.fetch()("checkpoint");
  if (!note) return std::unexpected(note.error());
  const auto checkpoint = record::OpenCheckpoint(*note, *key);
  if (!checkpoint) return std::unexpected(checkpoint.error());
  const auto entry = EntryAt(options, checkpoint->size, options.index);
  if (!entry) return std::unexpected(entry.error());
  const auto opening = record::ReadOpening(**store, options.index, entry->fields, *sealing_key);
  if (!opening) return std::unexpected(opening.error());
  const auto disclosure = record::Disclose(options.fetch(), *key, options.index, *opening, *fields);
  if (!disclosure) return std::unexpected(disclosure.error());
  console.out() << *disclosure;
  return {};
}

Status Check(const Options& options, Console& console) {
  const auto key = KeyOf(options.key);
  if (!key) return std::unexpected(key.error());
  const auto json = base::ReadFile(options.file);
  if (!json) return std::unexpected(json.error());
  const auto disclosed = record::VerifyDisclosure(*json, *key);
  if (!disclosed) return std::unexpected(disclosed.error());
  console.out() << console.Styled(Style::kGood, "verified") << "  entry " << disclosed->index << " of "
                << disclosed->checkpoint.origin << ": " << record::KindName(disclosed->entry.kind) << ", "
                << base::FormatUtc(disclosed->entry.t_ms) << "\n";
  for (const record::OpenedField& field : disclosed->fields) {
    console.out() << record::FieldName(field.field) << "  "
                  << (field.value ? base::JsonString(*field.value) : std::string("(absent)")) << "\n";
  }
  return {};
}

using Work = Status (*)(const Options&, Console&);

/// Adds one subcommand with its own options; `work` runs when it is named.
CLI::App* Add(CLI::App& parent, Console& console, const char* name, const char* what, const char* example,
              Work work, std::shared_ptr<Options> options) {
  CLI::App* command = parent.add_subcommand(name, what);
  command->footer(std::string("Example:\n  ") + example);
  command->add_option("--key", options->key, "The log's verifier key, or a file with it")->required();
  command->callback([&console, work, options] {
    if (auto done = work(*options, console); !done) console.Fail(done.error());
  });
  return command;
}

}  // namespace

void AddRecordCommand(CLI::App& app, Console& console) {
  CLI::App* record = app.add_subcommand("record", "Verify the record, prove and open entries; offline");
  record->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  const auto add = [&](const char* name, const char* what, const char* example, Work work) {
    return Add(*record, console, name, what, example, work, options);
  };
  CLI::App* verify = add("verify", "Recompute a whole log from its public files; say where it breaks",
                         "proviso record verify record --key gateway.example+1a2b3c4d+AbC…", Verify);
  verify->add_option("directory", options->directory, "The log")->required();
  verify->add_flag("--json", options->json, "Print the report as JSON");
  CLI::App* show = add("show", "List the last entries: time, index, kind",
                       "proviso record show record --key record.vkey --last 5", Show);
  show->add_option("directory", options->directory, "The log")->required();
  show->add_option("--last", options->count, "How many")->capture_default_str();
  CLI::App* prove = add("prove", "Print the inclusion proof of an entry (C2SP tlog-proof)",
                        "proviso record prove record 41 --key record.vkey > 41.tlog-proof", Prove);
  prove->add_option("directory", options->directory, "The log")->required();
  prove->add_option("index", options->index, "The entry")->required();
  CLI::App* open = add("open", "Disclose chosen fields of an entry, with their proof",
                       "proviso record open record 41 --key record.vkey --openings openings.db "
                       "--sealing-key sealing.key --field purpose --field clause_ids > 41.json",
                       Open);
  open->add_option("directory", options->directory, "The log")->required();
  open->add_option("index", options->index, "The entry")->required();
  open->add_option("--openings", options->openings, "The openings' database")->required();
  open->add_option("--sealing-key", options->sealing_key, "The file with the gateway's sealing key")
      ->required();
  open->add_option("--field", options->fields, "A field to open; may be repeated")->required();
  CLI::App* check = add("check", "Check a disclosure that somebody gave you",
                        "proviso record check 41.json --key gateway.example+1a2b3c4d+AbC…", Check);
  check->add_option("file", options->file, "The disclosure")->required();
}

}  // namespace proviso::cli
