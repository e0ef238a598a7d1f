// proviso protocol: what dialects can express, what an answer folds to, what a translation sends.
#include <CLI/CLI.hpp>
#include <iterator>
#include <memory>
#include <ostream>

#include "base/json_writer.h"
#include "cli/cedar_inputs.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "protocol/capabilities.h"
#include "protocol/translate.h"

namespace proviso::cli {
namespace {

using base::Result;
using protocol::Dialect;

constexpr const char* kDialectHelp =
    "openai-chat, openai-responses, anthropic-messages, google-generate-content, bedrock-converse (or "
    "openai, responses, anthropic, gemini, bedrock)";

void PrintCapabilities(Format format, Console& console) {
  if (format == Format::kJson) {
    base::JsonWriter json;
    json.BeginArray();
    for (const protocol::Capability& row : protocol::Capabilities()) {
      json.BeginObject().Key("feature").String(row.name);
      json.Key("otherwise").String(protocol::NameOf(row.disposal)).Key("support").BeginObject();
      for (const Dialect dialect : protocol::kDialects)
        json.Key(protocol::NameOf(dialect))
            .String(protocol::NameOf(protocol::SupportOf(row.feature, dialect)));
      json.EndObject().EndObject();
    }
    console.out() << json.EndArray().Take() << "\n";
    return;
  }
  const auto column = [](std::string text, std::size_t width) {
    text.resize(std::max(width, text.size() + 1), ' ');
    return text;
  };
  std::string head = column("feature", 24) + column("otherwise", 11);
  for (const Dialect dialect : protocol::kDialects)
    head += column(std::string(protocol::NameOf(dialect)), 20);
  console.out() << console.Styled(Style::kBold, head) << "\n";
  for (const protocol::Capability& row : protocol::Capabilities()) {
    console.out() << column(std::string(row.name), 24)
                  << column(std::string(protocol::NameOf(row.disposal)), 11);
    for (const Dialect dialect : protocol::kDialects)
      console.out() << column(std::string(protocol::NameOf(protocol::SupportOf(row.feature, dialect))), 20);
    console.out() << "\n";
  }
}

struct Options {
  std::string file = "-";
  std::string from{};
  std::string to{};
  std::string model{};
  std::string profile{};
  std::string delivery{};
  std::string kind = "auto";
  std::vector<std::string> otherwise{};
  bool json = false;
};

Result<Dialect> DialectOf(const std::string& name) {
  if (const auto dialect = protocol::DialectNamed(name)) return *dialect;
  return base::Fail(base::ErrorCode::kInvalid, "\"" + name + "\" is no dialect; name one of " + kDialectHelp);
}

Result<std::string> ReadInput(const std::string& file) {
  CedarInputs none;
  return CedarReader(none).Text(file, "FILE");
}

/// Whether `text` is one JSON object that asks, and not one that answers.
bool Asks(std::string_view text) {
  const auto document = base::JsonDocument::Parse(text);
  if (!document || !document->root().is_object()) return false;
  const base::Json root = document->root();
  for (const std::string_view key : {"choices", "candidates", "stop_reason", "stopReason", "output",
                                     "promptFeedback", "usageMetadata", "error"}) {
    if (!root.Find(key).missing()) return false;
  }
  for (const std::string_view key : {"messages", "contents", "input"}) {
    if (root.Find(key).is_array() || root.Find(key).is_string()) return true;
  }
  return false;
}

void Warn(Console& console, const std::vector<protocol::Finding>& findings) {
  for (const protocol::Finding& finding : findings) console.err() << "proviso: " << finding.message << "\n";
}

Result<protocol::Disposals> DisposalsOf(const std::vector<std::string>& settings) {
  protocol::Disposals disposals;
  for (const std::string& setting : settings) {
    const auto equals = setting.find('=');
    const auto disposal = protocol::DisposalNamed(std::string_view(setting).substr(equals + 1));
    bool known = false;
    for (const protocol::Capability& row : protocol::Capabilities()) {
      if (equals == std::string::npos || row.name != std::string_view(setting).substr(0, equals)) continue;
      known = true;
      if (disposal) disposals[row.feature] = *disposal;
    }
    if (!known || !disposal) {
      return base::Fail(base::ErrorCode::kInvalid,
                        "--otherwise " + setting +
                            ": write FEATURE=reject, FEATURE=warn or FEATURE=drop; `proviso protocol "
                            "capabilities` lists the features");
    }
  }
  return disposals;
}

Result<protocol::TranslatedRequest> TranslateAsked(const Options& options, Dialect from, Dialect to,
                                                   std::string_view text) {
  auto disposals = DisposalsOf(options.otherwise);
  if (!disposals) return std::unexpected(disposals.error());
  protocol::Inbound inbound{.dialect = from};
  const bool in_path = from == Dialect::kGemini || from == Dialect::kBedrockConverse;
  if (in_path) inbound.model = options.model.empty() ? "model" : options.model;
  if (in_path && options.delivery == "stream") inbound.delivery = protocol::Delivery::kStream;
  const auto exchange = protocol::ReadExchange(inbound, text);
  if (!exchange) return std::unexpected(exchange.error());
  protocol::Translation translation{.to = to,
                                    .model = options.model.empty() ? exchange->model : options.model,
                                    .disposals = std::move(*disposals)};
  if (!options.profile.empty()) {
    const auto profile = protocol::ProfileNamed(options.profile);
    if (!profile) return base::Fail(base::ErrorCode::kInvalid, "\"" + options.profile + "\" is no profile");
    translation.profile = *profile;
  }
  return protocol::TranslateRequest(*exchange, translation);
}

/// Blocks that only the provider's dialect has do not move.
void WarnOfLeftOut(const protocol::ExchangeAnswer& answer, Dialect to, Console& console) {
  if (answer.dialect == to) return;
  for (const protocol::AnswerChoice& choice : answer.choices) {
    for (const protocol::Block& block : choice.blocks) {
      const auto* opaque = std::get_if<protocol::OpaqueBlock>(&block.content);
      if (opaque == nullptr) continue;
      console.err() << "proviso: " << opaque->type << ": " << protocol::NameOf(to)
                    << " has no place for it; it was left out\n";
    }
  }
}

Result<std::string> TranslateAnswer(const Options& options, Dialect from, Dialect to, std::string_view text,
                                    Console& console) {
  const auto answer = protocol::FoldAnswer(from, text);
  if (!answer) return std::unexpected(answer.error());
  WarnOfLeftOut(*answer, to, console);
  const auto first = text.find_first_not_of(" \t\r\n");
  const bool whole = base::JsonDocument::Parse(text).has_value() && text[first] == '{';
  protocol::Delivery delivery = whole ? protocol::Delivery::kWhole : protocol::Delivery::kStream;
  if (options.delivery == "whole") delivery = protocol::Delivery::kWhole;
  if (options.delivery == "stream") delivery = protocol::Delivery::kStream;
  if (options.delivery == "array") delivery = protocol::Delivery::kArrayStream;
  const protocol::AnswerEnvelope envelope{
      .from = from, .id = "answer", .model = options.model.empty() ? answer->model : options.model};
  const auto writer = protocol::MakeAnswerWriter(to, delivery, envelope);
  std::string out;
  for (const protocol::AnswerDelta& step : protocol::DeltasOf(*answer)) {
    if (auto written = writer->Write(step, out); !written) return std::unexpected(written.error());
  }
  return out;
}

void Fold(const Options& options, Console& console) {
  const auto dialect = DialectOf(options.from);
  const auto text = dialect ? ReadInput(options.file) : std::unexpected(dialect.error());
  const auto answers = text ? protocol::FoldAnswers(*dialect, *text) : std::unexpected(text.error());
  if (!answers) {
    console.exit = console.Fail(Exit::kBadInput, answers.error().message);
    return;
  }
  const bool several = answers->size() > 1;
  if (several) console.out() << "[\n";
  for (std::size_t i = 0; i < answers->size(); ++i)
    console.out() << protocol::ToJson((*answers)[i]) << (i + 1 < answers->size() ? ",\n" : "\n");
  if (several) console.out() << "]\n";
}

void Translate(const Options& options, Console& console) {
  const auto from = DialectOf(options.from);
  const auto to = from ? DialectOf(options.to) : std::unexpected(from.error());
  const auto text = to ? ReadInput(options.file) : std::unexpected(to.error());
  if (!text) {
    console.exit = console.Fail(text.error());
    return;
  }
  const bool asks = options.kind == "request" || (options.kind == "auto" && Asks(*text));
  Result<protocol::TranslatedRequest> translated;
  if (asks) {
    translated = TranslateAsked(options, *from, *to, *text);
  } else {
    auto answer = TranslateAnswer(options, *from, *to, *text, console);
    translated = answer ? Result<protocol::TranslatedRequest>({std::move(*answer), {}})
                        : std::unexpected(answer.error());
  }
  if (!translated) {
    console.exit = console.Fail(Exit::kBadInput, translated.error().message);
    return;
  }
  Warn(console, translated->findings);
  console.out() << translated->body << (translated->body.ends_with('\n') ? "" : "\n");
}

void AddFold(CLI::App& protocol, Console& console, const std::shared_ptr<Options>& options) {
  CLI::App* fold = protocol.add_subcommand("fold", "Print the Exchange of an answer or a recorded stream");
  fold->footer(
      "FILE holds a whole answer, lines of JSON (one event's data each), server-sent events, AWS\n"
      "event-stream frames or Gemini's array: which of them is seen from the bytes. What is cut short or\n"
      "reports an error is refused (exit 3). Several answers behind one another are printed as an array.\n"
      "The output is described in docs/formats/exchange.md.\n"
      "Example:\n  proviso protocol fold --dialect anthropic-messages answer.json");
  fold->add_option("--dialect", options->from, kDialectHelp)->required()->type_name("DIALECT");
  fold->add_option("file", options->file, "Standard input if left out")->type_name("FILE");
  fold->callback([options, &console] { Fold(*options, console); });
}

void AddTranslate(CLI::App& protocol, Console& console, const std::shared_ptr<Options>& options) {
  CLI::App* translate = protocol.add_subcommand(
      "translate", "Print a request or an answer as another dialect would receive it");
  translate->footer(
      "What is left out is said on standard error; what must not be left out is refused (exit 3).\n"
      "Examples:\n"
      "  proviso protocol translate --from openai-chat --to anthropic-messages --model m request.json\n"
      "  proviso protocol translate --from gemini --to openai-chat --otherwise top_k=warn request.json");
  translate->add_option("--from", options->from, kDialectHelp)->required()->type_name("DIALECT");
  translate->add_option("--to", options->to, "As --from")->required()->type_name("DIALECT");
  translate->add_option("file", options->file, "Standard input if left out")->type_name("FILE");
  translate->add_option("--model", options->model, "The model's name at the target");
  translate->add_option("--profile", options->profile,
                        "A compatible server's: mistral, deepseek, xai, groq, vllm, llama-cpp, ollama");
  translate->add_option("--delivery", options->delivery, "Of an answer; as the input if left out")
      ->check(CLI::IsMember({"whole", "stream", "array"}));
  translate->add_option("--kind", options->kind, "What FILE holds; seen from its members if left out")
      ->check(CLI::IsMember({"auto", "request", "answer"}));
  translate
      ->add_option("--otherwise", options->otherwise, "FEATURE=reject|warn|drop, for what the target lacks")
      ->allow_extra_args(false);
  translate->callback([options, &console] { Translate(*options, console); });
}

}  // namespace

void AddProtocolCommand(CLI::App& app, Console& console) {
  CLI::App* protocol = app.add_subcommand("protocol", "API dialects: what they express, fold and become");
  protocol->require_subcommand(1);
  const auto options = std::make_shared<Options>();  // shared with the callbacks, which run later
  CLI::App* capabilities = protocol->add_subcommand(
      "capabilities", "Print what each dialect can express, and what becomes of the rest");
  capabilities->footer(
      "`otherwise` is what a translation does by default with what the target lacks.\n"
      "Example:\n  proviso protocol capabilities --json");
  capabilities->add_flag("--json", options->json, "Print JSON");
  capabilities->callback(
      [options, &console] { PrintCapabilities(options->json ? Format::kJson : Format::kText, console); });
  AddFold(*protocol, console, options);
  AddTranslate(*protocol, console, options);
}

}  // namespace proviso::cli
