// proviso tour: a gateway with a recorded and a local provider, and the story told against it.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <ostream>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/http_client.h"
#include "cli/limits.h"
#include "cli/subprocess.h"
#include "cli/tour_home.h"

namespace proviso::cli {
namespace {

using base::ErrorCode;
using base::Result;
using base::Status;
using Moment = std::chrono::steady_clock::time_point;

constexpr std::size_t kLogShownBytes = 2000;

struct Options {
  std::string home;
  bool recorded = false;
  bool once = false;
  bool json = false;
};

enum class Wait : std::uint8_t { kDone, kTimeIsOver, kInterrupted };

/// PROVISO_NO_MODEL=1 is what ./run and ./test understand too.
bool IsRecordedOnly(const Options& options) {
  const char* no_model = std::getenv("PROVISO_NO_MODEL");
  return options.recorded || (no_model != nullptr && std::string_view(no_model) == "1");
}

/// One tour, from a home to its end. Signals are blocked while it lives, and waited for.
class Tour {
 public:
  Tour(const Options& options, TourFiles files, TourHome home, Console& console)
      : options_(options),
        files_(std::move(files)),
        home_(std::move(home)),
        console_(console),
        page_(options.json ? console.err() : console.out()) {
    sigemptyset(&signals_);
    for (const int one : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals_, one);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }

  Status Play() {
    auto gateway = StartGateway();
    if (!gateway) return std::unexpected(gateway.error());
    if (!local_) SayWhyRecorded();
    auto told = Tell(*gateway);
    if (!told) return std::unexpected(told.error());
    if (*told != 0) console_.exit = Exit::kNo;
    if (!options_.once && !interrupted_) {
      PrintHowToGoOn();
      const Wait wait = WaitFor({}, [&gateway] { return gateway->ExitCode().has_value(); });
      if (wait == Wait::kDone) return std::unexpected(GatewayEnded());
    }
    page_ << (options_.once ? "" : "\nEnding the gateway.\n") << std::flush;
    return {};
  }

 private:
  Result<Subprocess> StartGateway() {
    std::error_code failure;
    std::filesystem::create_directories(home_.directory / "log", failure);
    const auto binary = std::filesystem::read_symlink("/proc/self/exe", failure);
    if (failure) return base::Fail(ErrorCode::kIo, "/proc/self/exe: " + failure.message());
    binary_ = binary.string();
    page_ << "A gateway at " << home_.url << ", with its home in " << home_.directory.string() << "\n"
          << std::flush;
    auto gateway = Subprocess::Start(
        {.command = {binary_, "serve", "--home", home_.directory.string()}, .output_file = LogFile()});
    if (!gateway) return gateway;
    const auto ready = [this, &gateway] {
      return gateway->ExitCode() ||
             (StatusOf(home_.url, "/healthz") == 200 && StatusOf(home_.recorded_url, "/health").has_value());
    };
    const Wait wait = WaitFor(std::chrono::steady_clock::now() + kGatewayStartWait, ready);
    if (wait == Wait::kInterrupted) return base::Fail(ErrorCode::kConflict, "interrupted");
    if (gateway->ExitCode() || wait == Wait::kTimeIsOver) return std::unexpected(GatewayEnded());
    local_ = !home_.local_url.empty() && WaitForLocalModel();
    return gateway;
  }

  /// Says how it goes, on a line that is written over on a terminal.
  bool WaitForLocalModel() {
    const Moment started = std::chrono::steady_clock::now();
    const bool on_terminal = isatty(STDOUT_FILENO) == 1 && !options_.json;
    std::int64_t shown = -1;
    page_ << "The local model loads …" << (on_terminal ? "" : "\n") << std::flush;
    // The server's own health page stands beside /v1.
    const std::string server = home_.local_url.substr(0, home_.local_url.rfind("/v1"));
    const Wait wait = WaitFor(started + kModelLoadWait, [&] {
      const auto seconds =
          std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started)
              .count();
      if (on_terminal && seconds != shown)
        page_ << "\rThe local model loads … " << seconds << " s" << std::flush;
      shown = seconds;
      return StatusOf(server, "/health") == 200;
    });
    if (on_terminal) page_ << "\n" << std::flush;
    slow_ = wait == Wait::kTimeIsOver;
    return wait == Wait::kDone;
  }

  void SayWhyRecorded() {
    page_ << console_.Styled(Style::kWarn, "Answers are recorded ones: ");
    if (slow_) {
      page_ << "the local model did not answer within " << kModelLoadWait.count() / 1000 << " s; see "
            << (home_.directory / "log/local.log").string() << "\n";
    } else if (IsRecordedOnly(options_)) {
      page_ << "so it was asked for.\n";
    } else {
      page_ << "there is no local model here; ./run gets one.\n";
    }
    page_ << std::flush;
  }

  /// The storyteller's exit code.
  Result<int> Tell(Subprocess& gateway) {
    if (interrupted_) return 0;
    const auto key = base::ReadFile(home_.directory / "keys/api-analyst-desk.key", kKeyFileBytesMax);
    if (!key) return std::unexpected(key.error());
    SubprocessPlan plan{.command = {files_.python.string(), files_.storyteller.string()},
                        .environment = {{"PROVISO_URL", home_.url},
                                        {"PROVISO_HOME", home_.directory.string()},
                                        {"PROVISO_BIN", binary_},
                                        {"PROVISO_API_KEY", key->substr(0, key->find('\n'))},
                                        {"PROVISO_MODEL_KIND", local_ ? "local" : "recorded"},
                                        {"PROVISO_LOCAL_MODEL", "local"},
                                        {"PROVISO_RECORDED_MODEL", "recorded"}}};
    if (options_.json) plan.command.emplace_back("--json");
    auto storyteller = Subprocess::Start(plan);
    if (!storyteller) return std::unexpected(storyteller.error());
    const Wait wait =
        WaitFor({}, [&] { return storyteller->ExitCode().has_value() || gateway.ExitCode().has_value(); });
    if (wait == Wait::kInterrupted) return 0;
    if (!storyteller->ExitCode()) return std::unexpected(GatewayEnded());
    return *storyteller->ExitCode();
  }

  void PrintHowToGoOn() {
    const std::string key = (home_.directory / "keys/api-analyst-desk.key").string();
    const std::string model = local_ ? "local" : "recorded";
    page_ << "\nThe gateway stays up until Ctrl-C. Point your own SDK at it, and say what for:\n\n"
          << "   import anthropic, openai\n"
          << "   key = open(" << '"' << key << '"' << ").read().strip()\n"
          << "   said = {\"Proviso-Purpose\": \"logistics-planning\"}\n"
          << "   openai.OpenAI(base_url=\"" << home_.url << "/v1\", api_key=key, default_headers=said)\n"
          << "   anthropic.Anthropic(base_url=\"" << home_.url << "\", api_key=key, default_headers=said)\n\n"
          << "Base URL " << home_.url << "/v1 (OpenAI) or " << home_.url << " (Anthropic), model \"" << model
          << "\", key in " << key << "\n"
          << "A `purpose` under [[key]] in config.toml makes the header unnecessary.\n"
          << "Terms in " << (home_.directory / "terms").string() << ", configuration in "
          << (home_.directory / "config.toml").string() << "\n"
          << std::flush;
  }

  /// Looks every kTourLook until `done`, `until` (none: for ever) or a signal.
  Wait WaitFor(std::optional<Moment> until, const std::function<bool()>& done) {
    const timespec look{.tv_sec = 0, .tv_nsec = std::chrono::nanoseconds(kTourLook).count()};
    while (!done()) {
      if (sigtimedwait(&signals_, nullptr, &look) > 0) {
        interrupted_ = true;
        return Wait::kInterrupted;
      }
      if (until && std::chrono::steady_clock::now() > *until) return Wait::kTimeIsOver;
    }
    return Wait::kDone;
  }

  static std::optional<int> StatusOf(const std::string& url, std::string_view target) {
    const auto client = HttpClient::Make(url, {}, std::nullopt);
    const auto answer = client ? client->Get(target) : std::unexpected(client.error());
    return answer ? std::optional(answer->status) : std::nullopt;
  }

  [[nodiscard]] std::filesystem::path LogFile() const { return home_.directory / "log/gateway.log"; }

  /// The end of the gateway's log, for it is gone with a scratch home.
  [[nodiscard]] base::Error GatewayEnded() const {
    std::string log = base::ReadFile(LogFile()).value_or("");
    if (log.size() > kLogShownBytes) log.erase(0, log.size() - kLogShownBytes);
    return {ErrorCode::kUnavailable, "the gateway does not serve; the end of its log:\n" + log};
  }

  const Options& options_;
  const TourFiles files_;
  const TourHome home_;
  Console& console_;
  std::ostream& page_;
  sigset_t signals_{};
  std::string binary_;
  bool local_ = false;
  bool slow_ = false;
  bool interrupted_ = false;
};

Status Run(const Options& options, Console& console) {
  auto files = FindTourFiles();
  if (!files) return std::unexpected(files.error());
  std::optional<ScratchDirectory> scratch;  // outlives the gateway in it
  std::filesystem::path directory = options.home;
  if (options.home.empty()) {
    auto made = ScratchDirectory::Make();
    if (!made) return std::unexpected(made.error());
    directory = scratch.emplace(std::move(*made)).path();
  }
  auto home = PrepareTourHome(directory, *files,
                              IsRecordedOnly(options) ? TourModels::kRecordedOnly : TourModels::kLocalToo);
  if (!home) return std::unexpected(home.error());
  Tour tour(options, std::move(*files), std::move(*home), console);
  return tour.Play();
}

}  // namespace

void AddTourCommand(CLI::App& app, Console& console) {
  CLI::App* command =
      app.add_subcommand("tour", "Start a gateway and see what it does, through the official SDKs");
  auto options = std::make_shared<Options>();  // shared with the callback that CLI11 keeps
  command->add_option("--home", options->home,
                      "Make the gateway's home here and keep it; by default it is temporary");
  command->add_flag("--recorded", options->recorded, "Recorded answers only, no local model");
  command->add_flag("--once", options->once, "End after the tour, with 0 if all went as told");
  command->add_flag("--json", options->json, "Print one JSON object for each step");
  command->footer("Examples:\n  proviso tour\n  proviso tour --once --recorded --json");
  command->callback([options, &console] {
    if (auto played = Run(*options, console); !played) console.Fail(played.error());
  });
}

}  // namespace proviso::cli
