#include "daemon/reload_request.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace proviso::daemon {
namespace {

using testing::HasSubstr;

class ReloadRequest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(home_ / "log"); }
  void TearDown() override { std::filesystem::remove_all(home_); }

  /// A process that holds the lock and answers each SIGHUP; `refused` is its answer, and "silent" none.
  [[nodiscard]] pid_t Serve(const std::string& refused) const {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    const pid_t child = fork();
    if (child != 0) return child;
    const auto presence = Presence::Announce(home_);
    if (!presence) _exit(1);
    for (std::int64_t reloads = 0; presence->Tell({"http://gateway", "sha256:aa", reloads, refused});
         ++reloads) {
      int signal = 0;
      do sigwait(&signals, &signal);
      while (refused == "silent");
    }
    _exit(2);
  }
  [[nodiscard]] base::Result<GatewayNews> Ask(std::chrono::milliseconds wait) const {
    base::Result<GatewayNews> answer = AskToReload(home_, wait);
    // Until it has the lock and has said so.
    for (int i = 0; i < 200 && !answer && (answer.error().code == base::ErrorCode::kNotFound); ++i) {
      usleep(20'000);
      answer = AskToReload(home_, wait);
    }
    return answer;
  }
  static void End(pid_t child) {
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
  }

  const std::filesystem::path home_ =
      std::filesystem::path(testing::TempDir()) / ("proviso-reload-" + std::to_string(getpid()));
};

TEST_F(ReloadRequest, FindsNoGatewayWhereNoneRuns) {
  const auto answer = AskToReload(home_, std::chrono::milliseconds(10));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, base::ErrorCode::kNotFound);
}

TEST_F(ReloadRequest, SaysWhatTheGatewaySaid) {
  for (const std::string refused : {"", "customer has not signed"}) {
    const pid_t child = Serve(refused);
    const auto answer = Ask(std::chrono::seconds(10));
    End(child);
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(*answer, (GatewayNews{"http://gateway", "sha256:aa", 1, refused}));
    // What it left on disk does not make it run.
    EXPECT_EQ(AskToReload(home_, std::chrono::milliseconds(10)).error().code, base::ErrorCode::kNotFound);
    std::filesystem::remove(home_ / "log/gateway.json");
  }
}

TEST_F(ReloadRequest, DoesNotWaitForever) {
  const pid_t child = Serve("silent");
  const auto answer = Ask(std::chrono::milliseconds(200));
  End(child);
  ASSERT_FALSE(answer.has_value());
  EXPECT_THAT(answer.error().message, HasSubstr("has not said what came of it"));
}

TEST_F(ReloadRequest, LetsOneGatewayRunOnAHome) {
  const pid_t child = Serve("");
  ASSERT_TRUE(Ask(std::chrono::seconds(10)).has_value());
  const auto second = Presence::Announce(home_);
  End(child);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, base::ErrorCode::kConflict);
}

}  // namespace
}  // namespace proviso::daemon
