#include "process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "base/file.h"
#include "client.h"
#include "record/openings.h"
#include "record/tiles.h"
#include "record/verify.h"
#include "store/sqlite_openings.h"

namespace proviso::scenarios {
namespace {

constexpr const char* kLogName = "stderr.log";

[[noreturn]] void Become(const std::string& home, const std::string& log, int output) {
  dup2(output, STDOUT_FILENO);
  const int errors = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2(errors, STDERR_FILENO);
  ::execl(PROVISO_BINARY, "proviso", "serve", "--home", home.c_str(), nullptr);
  ::_exit(127);
}

}  // namespace

Process::Process(const Home& home) : home_(home) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) Die("pipe");
  const std::string directory = home.path().string();
  const std::string log = (home.path() / kLogName).string();
  pid_ = ::fork();
  if (pid_ == 0) Become(directory, log, pipe[1]);
  ::close(pipe[1]);
  std::string said;
  std::array<char, 256> bytes{};
  while (!said.contains('\n')) {
    const ssize_t count = ::read(pipe[0], bytes.data(), bytes.size());
    if (count <= 0) Die("proviso serve did not start: " + said + Log());
    said.append(bytes.data(), static_cast<std::size_t>(count));
  }
  ::close(pipe[0]);
  port_ = static_cast<std::uint16_t>(std::stoul(said.substr(said.rfind(':') + 1)));
}

Process::~Process() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  (void)Wait();
}

void Process::Signal(int signal) const {
  ::kill(pid_, signal);
}

int Process::Wait() {
  int status = 0;
  if (!Eventually([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; })) return -1;
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string Process::Log() const {
  return base::ReadFile(home_.path() / kLogName).value_or("");
}

ReadRecord ReadRecordOf(const Home& home) {
  ReadRecord out;
  const auto fetch = record::FetchFromDirectory((home.path() / "record").string());
  const record::LogReport report = record::VerifyLog(fetch, home.record_key());
  if (!report.verified()) {
    out.broken = report.broken->Text();
    return out;
  }
  out.open_intents = report.open_intents;
  const auto openings = Must(store::SqliteOpenings::Open(home.path() / "store/openings.db"));
  const auto sealing = Must(keys::SealingKey::Load(home.path() / "keys/seal.key"));
  for (std::uint64_t index = 0; index < report.checkpoint.size; ++index) {
    const auto entry =
        Must(record::DecodeEntry(Must(record::FetchEntry(fetch, report.checkpoint.size, index))));
    const auto opening = record::ReadOpening(*openings, index, entry.fields, sealing);
    if (!opening) {
      out.broken = "entry " + std::to_string(index) + ": " + opening.error().message;
      return out;
    }
    const record::FieldValues& values = opening->values;
    if (entry.kind == record::Kind::kIntent) ++out.intents_of[values.at(record::Field::kRequestDigest)];
    if (entry.kind == record::Kind::kPolicy) out.policies.push_back(values.at(record::Field::kDetail));
    const auto authority = values.find(record::Field::kAuthority);
    if (authority != values.end()) out.authorities.push_back(authority->second);
    if (entry.kind == record::Kind::kOutcome) out.outcomes.push_back(values.at(record::Field::kOutcome));
  }
  return out;
}

}  // namespace proviso::scenarios
