#include "cli/subprocess.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "base/file.h"

namespace proviso::cli {
namespace {

using std::chrono::steady_clock;

int WaitForEnd(Subprocess& process) {
  const auto until = steady_clock::now() + std::chrono::seconds(20);
  while (!process.ExitCode() && steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return process.ExitCode().value_or(-1);
}

int RunShell(const std::string& script) {
  auto process = Subprocess::Start({.command = {"sh", "-c", script}});
  return process ? WaitForEnd(*process) : -2;
}

TEST(Subprocess, GivesTheExitCode) {
  EXPECT_EQ(RunShell("exit 0"), 0);
  EXPECT_EQ(RunShell("exit 7"), 7);
  EXPECT_EQ(RunShell("kill -TERM $$"), 128 + SIGTERM);
}

TEST(Subprocess, GivesTheShellsCodeForAProgramThatIsNotThere) {
  auto process = Subprocess::Start({.command = {"/nonexistent/program"}});
  ASSERT_TRUE(process);
  EXPECT_EQ(WaitForEnd(*process), 127);
}

TEST(Subprocess, HasNoInput) {
  EXPECT_EQ(RunShell("read line && exit 1 || exit 0"), 0);
}

TEST(Subprocess, AddsToTheEnvironmentAndReplacesInIt) {
  auto process = Subprocess::Start(
      {.command = {"sh", "-c", "test \"$ADDED\" = 'a b' && test \"$HOME\" = /new && test -n \"$PATH\""},
       .environment = {{"ADDED", "a b"}, {"HOME", "/new"}}});
  ASSERT_TRUE(process);
  EXPECT_EQ(WaitForEnd(*process), 0);
}

TEST(Subprocess, WritesBothOutputsToTheFile) {
  const std::string file = ::testing::TempDir() + "subprocess_output";
  std::filesystem::remove(file);
  auto process = Subprocess::Start({.command = {"sh", "-c", "echo out; echo err >&2"}, .output_file = file});
  ASSERT_TRUE(process);
  ASSERT_EQ(WaitForEnd(*process), 0);
  EXPECT_EQ(base::ReadFile(file).value_or(""), "out\nerr\n");
}

TEST(Subprocess, EndsWithItsOwner) {
  const auto started = steady_clock::now();
  {
    auto process = Subprocess::Start({.command = {"sleep", "60"}});
    ASSERT_TRUE(process);
    EXPECT_FALSE(process->ExitCode());
  }
  EXPECT_LT(steady_clock::now() - started, std::chrono::seconds(5));
}

}  // namespace
}  // namespace proviso::cli
