// proviso holds: what people decide on, listed, shown, approved and denied.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/hold_source.h"
#include "cli/hold_view.h"
#include "cli/limits.h"
#include "oversight/approval.h"
#include "oversight/statement.h"
#include "oversight/visible_text.h"
#include "upstreams/credential.h"

namespace proviso::cli {
namespace {

using base::ErrorCode;
using oversight::Verdict;

struct Options {
  std::string id;
  std::string home = "proviso-home";
  std::string url;
  std::string operator_key;
  std::string ca_file;
  std::string state;
  std::string key;
  std::string reason;
  bool json = false;
  bool yes = false;
};

/// What the desk answers is a "no" (exit 1), unless there was no desk to ask.
void FailAsAnswered(Console& console, const base::Error& error) {
  if (error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kIo ||
      error.code == ErrorCode::kInternal) {
    console.Fail(error);
  } else {
    console.Fail(Exit::kNo, error.message);
  }
}

std::unique_ptr<HoldSource> SourceOf(const Options& options, Console& console) {
  auto source = options.url.empty() ? OpenHome(options.home)
                                    : OpenUrl(options.url, options.operator_key, options.ca_file);
  if (source) return std::move(*source);
  console.Fail(source.error());
  return nullptr;
}

void List(const Options& options, Console& console) {
  std::optional<oversight::HoldState> state;
  if (!options.state.empty()) {
    const auto named = oversight::ParseHoldState(options.state);
    if (!named) {
      console.Fail(Exit::kUsage, "--state: " + named.error().message);
      return;
    }
    state = *named;
  }
  const auto source = SourceOf(options, console);
  if (source == nullptr) return;
  const auto json = source->List(state);
  if (!json) return FailAsAnswered(console, json.error());
  if (options.json) {
    console.out() << *json << "\n";
    return;
  }
  const auto holds = ReadHolds(*json);
  if (!holds) return FailAsAnswered(console, holds.error());
  if (holds->empty()) {
    console.out() << "No call is held" << (state ? " in that state" : "") << ".\n";
    return;
  }
  console.out() << TableOf(*holds, base::SystemClock().WallMs());
}

/// The hold of that id, whose statement has been read and names that id; its JSON besides.
std::optional<HoldView> Find(HoldSource& source, const Options& options, Console& console,
                             std::string& json) {
  auto shown = source.Show(options.id);
  auto view = shown ? ReadHold(*shown) : std::unexpected(shown.error());
  if (view && view->call.id != options.id) {
    view = base::Fail(ErrorCode::kCorrupt, "the answer is about " + view->call.id + ", not " + options.id);
  }
  if (!view) {
    FailAsAnswered(console, view.error());
    return std::nullopt;
  }
  json = std::move(*shown);
  return std::move(*view);
}

void PrintStatement(const HoldView& hold, std::ostream& out) {
  // ReadHold has parsed it, so it renders.
  out << oversight::RenderStatement(hold.statement).value_or("") << "\n";
}

void Show(const Options& options, Console& console) {
  const auto source = SourceOf(options, console);
  if (source == nullptr) return;
  std::string json;
  const auto hold = Find(*source, options, console, json);
  if (!hold) return;
  if (options.json) {
    console.out() << json << "\n";
    return;
  }
  PrintStatement(*hold, console.out());
  console.out() << "state           " << oversight::Name(hold->state) << "\n"
                << "progress        " << hold->progress << "\n";
  for (const std::string& decision : hold->decisions) console.out() << "decided         " << decision << "\n";
}

base::Result<keys::SigningKey> LoadKey(const std::string& path) {
  auto text = base::ReadFile(path, kKeyFileBytesMax);
  if (!text) return base::Within("--key", text.error());
  auto key = keys::SigningKey::Parse(*text);
  upstreams::WipeText(*text);
  if (!key) return base::Within("--key " + path, key.error());
  return key;
}

/// A person at a terminal is asked; a script has said what it wants.
bool Confirmed(const Options& options, Verdict verdict, const std::string& name, std::ostream& out) {
  if (options.yes || isatty(STDIN_FILENO) == 0) return true;
  out << (verdict == Verdict::kApprove ? "Approve" : "Deny") << " exactly this, as " << name << "? [y/N] "
      << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

void PrintProgress(const std::string& json, Console& console) {
  const auto document = base::JsonDocument::Parse(json);
  const std::string message = document ? document->root().Find("message").text() : "";
  const bool approved = document && document->root().Find("state").equals("approved");
  console.out() << console.Styled(approved ? Style::kGood : Style::kWarn,
                                  oversight::MakeVisible(message, oversight::Backslashes::kDouble))
                << "\n";
}

void Decide(const Options& options, Verdict verdict, Console& console) {
  const auto key = LoadKey(options.key);
  if (!key) {
    console.Fail(key.error());
    return;
  }
  const auto source = SourceOf(options, console);
  if (source == nullptr) return;
  std::string json;
  const auto hold = Find(*source, options, console, json);
  if (!hold) return;
  std::ostream& page = options.json ? console.err() : console.out();
  PrintStatement(*hold, page);
  if (!Confirmed(options, verdict, key->verifier().name(), page)) {
    console.Fail(Exit::kNo, "nothing was signed");
    return;
  }
  const auto note = oversight::SignApproval({.hold_id = hold->call.id,
                                             .statement_digest = oversight::StatementDigest(hold->statement),
                                             .verdict = verdict,
                                             .key_name = key->verifier().name(),
                                             .time_ms = base::SystemClock().WallMs(),
                                             .reason = options.reason},
                                            *key);
  if (!note) return FailAsAnswered(console, note.error());
  const auto progress = source->Decide(options.id, *note);
  if (!progress) return FailAsAnswered(console, progress.error());
  if (options.json) {
    console.out() << *progress << "\n";
  } else {
    PrintProgress(*progress, console);
  }
}

void AddCommonOptions(CLI::App& command, Options& options) {
  CLI::Option* home = command.add_option("--home", options.home, "The gateway's home, on this machine")
                          ->capture_default_str();
  CLI::Option* url = command.add_option("--url", options.url, "A gateway elsewhere, instead of --home");
  CLI::Option* operator_key =
      command.add_option("--operator-key", options.operator_key, "File with an operator's key, for --url");
  CLI::Option* ca =
      command.add_option("--ca", options.ca_file, "PEM file of the authorities to trust, for --url");
  url->needs(operator_key)->excludes(home);
  operator_key->needs(url);
  ca->needs(url);
  command.add_flag("--json", options.json, "Print JSON");
}

void AddDeciding(CLI::App& parent, Console& console, Verdict verdict, const char* what, const char* example) {
  const bool approves = verdict == Verdict::kApprove;
  CLI::App* command = parent.add_subcommand(approves ? "approve" : "deny", what);
  auto options = std::make_shared<Options>();  // shared with the callback that CLI11 keeps
  command->add_option("ID", options->id, "The held call")->required();
  command->add_option("--key", options->key, "File with the approver's signing key")->required();
  command->add_option("--reason", options->reason, "One line, kept with the decision and signed");
  command->add_flag("--yes", options->yes, "Do not ask at a terminal");
  AddCommonOptions(*command, *options);
  command->footer(example);
  command->callback([options, verdict, &console] { Decide(*options, verdict, console); });
}

}  // namespace

void AddHoldsCommand(CLI::App& app, Console& console) {
  CLI::App* holds = app.add_subcommand("holds", "Held calls: list, show, approve and deny them");
  holds->require_subcommand(1);
  holds->footer("Example:\n  proviso holds list --home ./gateway --state waiting");

  CLI::App* list = holds->add_subcommand("list", "A line for each held call");
  auto list_options = std::make_shared<Options>();  // shared with the callback that CLI11 keeps
  list->add_option("--state", list_options->state, "waiting, approved, denied, expired, released or void");
  AddCommonOptions(*list, *list_options);
  list->footer(
      "Over HTTP the first 100 are listed; narrow them by --state.\nExamples:\n"
      "  proviso holds list --home ./gateway --state waiting\n"
      "  proviso holds list --url https://gateway.example --operator-key operator.key --json");
  list->callback([list_options, &console] { List(*list_options, console); });

  CLI::App* show = holds->add_subcommand("show", "One held call, in full, and what is still needed");
  auto show_options = std::make_shared<Options>();  // shared with the callback that CLI11 keeps
  show->add_option("ID", show_options->id, "The held call")->required();
  AddCommonOptions(*show, *show_options);
  show->footer("Example:\n  proviso holds show hold_01kh3v8m2x --home ./gateway");
  show->callback([show_options, &console] { Show(*show_options, console); });

  AddDeciding(*holds, console, Verdict::kApprove, "Sign an approval of exactly the call that is shown",
              "Exits 1 when the approval does not count, and says why.\nExample:\n"
              "  proviso holds approve hold_01kh3v8m2x --key approver-1.key --home ./gateway");
  AddDeciding(*holds, console, Verdict::kDeny, "Sign a denial; one ends the held call",
              "Example:\n  proviso holds deny hold_01kh3v8m2x --key approver-1.key --reason 'not this asset' "
              "--home ./gateway");
}

}  // namespace proviso::cli
