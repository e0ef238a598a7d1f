#include "cli/tour_home.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <initializer_list>
#include <thread>

#include "base/file.h"
#include "base/json_writer.h"
#include "cli/limits.h"
#include "cli/subprocess.h"
#include "daemon/configuration.h"
#include "daemon/home.h"

namespace proviso::cli {
namespace {

using base::ErrorCode;
using std::filesystem::path;

constexpr std::uint16_t kGatewayPort = 8484;
constexpr std::uint16_t kLocalPort = 8485;
constexpr std::uint16_t kRecordedPort = 8486;
constexpr std::string_view kAddress = "127.0.0.1";

path FromEnvironment(const char* name, const path& otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : path(value);
}

bool IsThere(const path& file) {
  std::error_code unknown;
  return std::filesystem::exists(file, unknown);
}

/// Whether `python` finds all of `modules`, without importing them.
bool HasModules(const path& python, std::initializer_list<std::string_view> modules) {
  SubprocessPlan plan{
      .command = {python.string(), "-c",
                  "import importlib.util, sys\n"
                  "sys.exit(any(importlib.util.find_spec(name) is None for name in sys.argv[1:]))"},
      .output_file = "/dev/null"};
  plan.command.insert(plan.command.end(), modules.begin(), modules.end());
  auto check = Subprocess::Start(plan);
  if (!check) return false;
  const auto until = std::chrono::steady_clock::now() + kGatewayStartWait;
  while (!check->ExitCode() && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return check->ExitCode() == 0;
}

/// `wanted` (0: any) if nothing listens there, else 0. The gateway's own listeners share their port
/// with others of their kind, so that two gateways on one port would not notice each other.
std::uint16_t FreePort(std::uint16_t wanted) {
  const int socket_number = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_number < 0) return 0;
  const int yes = 1;
  setsockopt(socket_number, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(wanted);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound = bind(socket_number, generic, size) == 0 && listen(socket_number, 1) == 0 &&
                     getsockname(socket_number, generic, &size) == 0;
  close(socket_number);
  return bound ? ntohs(address.sin_port) : std::uint16_t{0};
}

std::uint16_t UsualOrFreePort(std::uint16_t usual) {
  const std::uint16_t port = FreePort(usual);
  return port != 0 ? port : FreePort(0);
}

std::string Served(std::string_view name, std::uint16_t port, const std::vector<std::string>& command) {
  const std::string quoted = base::JsonString(name);
  std::string toml = "\n[[child]]\nname = " + quoted + "\ncommand = [";
  for (const std::string& part : command) toml += base::JsonString(part) + ", ";
  toml += base::JsonString("--port") + ", " + base::JsonString(std::to_string(port)) + "]\n";
  toml += "\n[[provider]]\nname = " + quoted + "\nurl = \"http://" + std::string(kAddress) + ":" +
          std::to_string(port) + "/v1\"\ndialects = [\"openai-chat\", \"anthropic-messages\"]\n";
  toml += "\n[[model]]\nname = " + quoted + "\nprovider = " + quoted + "\n";
  return toml;
}

base::Status MakeTourHome(const path& directory, const TourFiles& files, TourModels models) {
  const std::uint16_t gateway_port = UsualOrFreePort(kGatewayPort);
  const std::uint16_t recorded_port = UsualOrFreePort(kRecordedPort);
  daemon::HomeOptions options;
  options.listen = std::string(kAddress) + ":" + std::to_string(gateway_port);
  options.configuration_more =
      "\n# For the tour. Recorded answers, and a small real model if there is one.\n" +
      Served("recorded", recorded_port, {files.python.string(), files.recorded_upstream.string()});
  if (models == TourModels::kLocalToo && files.has_local_model) {
    options.configuration_more +=
        Served("local", UsualOrFreePort(kLocalPort),
               {files.python.string(), files.local_model.string(), "--weights", files.weights.string()});
  }
  const auto made = daemon::MakeHome(directory, options);
  if (!made) return std::unexpected(made.error());
  return {};
}

std::string UrlOf(const daemon::Configuration& configuration, std::string_view provider) {
  const auto found = std::ranges::find(configuration.providers, provider, &daemon::ProviderSetup::name);
  return found == configuration.providers.end() ? "" : found->url;
}

}  // namespace

base::Result<TourFiles> FindTourFiles() {
  TourFiles files;
  files.share = std::filesystem::absolute(FromEnvironment("PROVISO_SHARE", PROVISO_SOURCE_DIR));
  files.python = FromEnvironment("PROVISO_PYTHON", files.share / ".venv/bin/python");
  files.storyteller = files.share / "examples/tour/tour.py";
  files.recorded_upstream = files.share / "examples/tour/recorded_upstream.py";
  files.local_model = files.share / "tools/local_model.py";
  files.weights = files.share / "build/model/weights.gguf";
  for (const path& file : {files.storyteller, files.recorded_upstream}) {
    if (!IsThere(file)) {
      return base::Fail(ErrorCode::kNotFound,
                        file.string() + " is not there; PROVISO_SHARE names the source tree that has it");
    }
  }
  if (!HasModules(files.python, {"openai", "anthropic"})) {
    return base::Fail(ErrorCode::kNotFound,
                      "the tour needs Python with the packages openai and anthropic, and " +
                          files.python.string() +
                          " is not that. In the source tree, ./run installs them; PROVISO_PYTHON names "
                          "another Python.");
  }
  files.has_local_model =
      IsThere(files.weights) && IsThere(files.local_model) && HasModules(files.python, {"xllamacpp"});
  return files;
}

base::Result<TourHome> PrepareTourHome(const path& directory, const TourFiles& files, TourModels models) {
  if (!IsThere(directory / "config.toml")) {
    if (auto made = MakeTourHome(directory, files, models); !made) return std::unexpected(made.error());
  }
  const auto configuration = daemon::ReadConfiguration(directory / "config.toml");
  if (!configuration) return std::unexpected(configuration.error());
  TourHome home{.directory = std::filesystem::absolute(directory),
                .url = {},
                .recorded_url = UrlOf(*configuration, "recorded"),
                .local_url = models == TourModels::kLocalToo ? UrlOf(*configuration, "local") : ""};
  if (home.recorded_url.empty() || !configuration->tls_certificate.empty()) {
    return base::Fail(ErrorCode::kConflict,
                      directory.string() +
                          " is a home of another kind than the tour makes; name an empty "
                          "directory, or none");
  }
  const daemon::ListenSetup& listen = configuration->listen.front();
  home.url = "http://" + listen.address + ":" + std::to_string(listen.port);
  if (FreePort(listen.port) == 0) {
    return base::Fail(ErrorCode::kConflict,
                      home.url + " is in use, perhaps by a tour that is still up; end that one first");
  }
  return home;
}

base::Result<ScratchDirectory> ScratchDirectory::Make() {
  std::error_code failure;
  std::string name = (std::filesystem::temp_directory_path(failure) / "proviso-tour-XXXXXX").string();
  if (failure || mkdtemp(name.data()) == nullptr)
    return base::Fail(ErrorCode::kIo, name + ": " + base::ErrnoText(errno));
  return ScratchDirectory(name);
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code left_behind;  // a temporary directory that stays does no harm
  if (!path_.empty()) std::filesystem::remove_all(path_, left_behind);
}

}  // namespace proviso::cli
