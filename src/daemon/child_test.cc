#include "daemon/child.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "base/file.h"

namespace proviso::daemon {
namespace {

using testing::HasSubstr;
using testing::Not;

class ChildTest : public testing::Test {
 protected:
  std::string Output() const { return base::ReadFile(output_).value_or(""); }
  bool OutputComesToHold(std::string_view part) const {
    for (int i = 0; i < 600; ++i) {
      if (Output().contains(part)) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  void SetUp() override { std::filesystem::remove(output_); }

  const std::filesystem::path output_ =
      std::filesystem::path(testing::TempDir()) / ("child_test_" + std::to_string(getpid()) + ".log");
  const base::SystemClock clock_;
  gateway::EventLog events_{clock_, open("/dev/null", O_WRONLY | O_CLOEXEC)};
};

TEST_F(ChildTest, IsStartedAgainWhenItEnds) {
  const Child child({"c", {"/bin/sh", "-c", "echo run $$; echo oops >&2"}}, output_, events_);
  ASSERT_TRUE(OutputComesToHold("run"));
  const std::string first = Output();
  EXPECT_THAT(first, HasSubstr("oops"));
  for (int i = 0; i < 300 && Output().size() < 2 * first.size(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_GE(Output().size(), 2 * first.size());
}

TEST_F(ChildTest, EndsWithUs) {
  pid_t pid = 0;
  {
    const Child child({"c", {"/bin/sh", "-c", "echo pid $$; exec sleep 60"}}, output_, events_);
    ASSERT_TRUE(OutputComesToHold("\n"));
    pid = std::stoi(Output().substr(4));
    EXPECT_EQ(kill(pid, 0), 0);
  }
  EXPECT_NE(kill(pid, 0), 0);
}

TEST_F(ChildTest, InheritsNoDescriptorAndNoIgnoredSignal) {
  signal(SIGPIPE, SIG_IGN);
  const int ours = open("/dev/null", O_RDONLY);  // as a socket of Asio's: not marked to close
  const int high = fcntl(ours, F_DUPFD, 77);
  {
    const Child child({"c", {"/bin/sh", "-c", "ls /proc/self/fd; grep SigIgn /proc/self/status; echo end"}},
                      output_, events_);
    ASSERT_TRUE(OutputComesToHold("end"));
  }
  EXPECT_THAT(Output(), Not(HasSubstr("77")));
  EXPECT_THAT(Output(), HasSubstr("SigIgn:\t0000000000000000"));
  close(ours);
  close(high);
}

TEST_F(ChildTest, ThatCannotBeStartedIsTriedAgainAndEndsWithUs) {
  const Child child({"c", {"/nowhere/program"}}, output_, events_);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
}

}  // namespace
}  // namespace proviso::daemon
