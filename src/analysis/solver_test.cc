#include "analysis/solver.h"

#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <thread>

#include "base/file.h"

namespace proviso::analysis {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::size_t OpenFiles() {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

bool HasChildren() {
  return ::waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD;
}

class SolverTest : public ::testing::Test {
 protected:
  SolverTest() {
    fs::remove_all(directory);
    fs::create_directories(directory);
  }
  ~SolverTest() override { fs::remove_all(directory); }

  /// A program that does as the lines of shell say.
  std::string Program(const std::string& shell) const {
    const fs::path path = directory / ("solver" + std::to_string(::getpid()));
    std::ofstream(path) << "#!/bin/sh\n" << shell << "\n";
    fs::permissions(path, fs::perms::owner_all);
    return path.string();
  }

  Answer Ask(SolverOptions options, const Query& query) const {
    Solver solver(std::move(options));
    const auto answer = solver.Ask(query);
    EXPECT_TRUE(answer) << answer.error().message;
    return answer.value_or(Answer{});
  }

  /// A pigeonhole: 14 birds do not fit into 13 holes, and no solver sees it soon.
  Query Hard() {
    constexpr int kBirds = 14;
    const auto sits = [&](int bird, int hole) {
      return t.Variable("sits " + std::to_string(bird) + " " + std::to_string(hole), t.BoolSort());
    };
    Query query;
    for (int bird = 0; bird < kBirds; ++bird) {
      std::vector<Term> somewhere;
      for (int hole = 0; hole + 1 < kBirds; ++hole) somewhere.push_back(sits(bird, hole));
      query.assertions.push_back(t.Or(somewhere));
    }
    for (int hole = 0; hole + 1 < kBirds; ++hole) {
      for (int a = 0; a < kBirds; ++a) {
        for (int b = 0; b < a; ++b) query.assertions.push_back(t.Not(t.And({sits(a, hole), sits(b, hole)})));
      }
    }
    return query;
  }

  fs::path directory = fs::path(::testing::TempDir()) /
                       ("solver_test_" + std::to_string(::getpid()));  // ctest runs several at once
  Terms t;
  Term x = t.Variable("x", t.IntSort());
  Term y = t.Variable("y", t.IntSort());
  Query sat{.assertions = {t.Less(x, y), t.Equal(x, t.Int(-5))}, .wanted = {x}};
  Query unsat{.assertions = {t.Less(x, y), t.Less(y, x)}, .wanted = {x}};
};

TEST_F(SolverTest, AnswersSatWithValuesAndUnsat) {
  Solver solver({});
  const auto yes = solver.Ask(sat);
  ASSERT_TRUE(yes) << yes.error().message;
  ASSERT_EQ(yes->kind, Answer::Kind::kSat) << yes->reason;
  ASSERT_EQ(yes->values.size(), 1U);
  EXPECT_EQ(yes->values[0].integer, -5);
  EXPECT_EQ(yes->script_digest.size(), 64U);
  const auto no = solver.Ask(unsat);
  ASSERT_TRUE(no);
  EXPECT_EQ(no->kind, Answer::Kind::kUnsat);
  EXPECT_EQ(solver.counts().asked, 2U);
  EXPECT_EQ(solver.counts().unknown, 0U);
  EXPECT_THAT(*solver.Version(), ::testing::StartsWith("cvc5 1."));
}

TEST_F(SolverTest, AnswersPatterns) {
  const auto text = [](std::u32string is) {
    return PatternPiece{.text = std::move(is), .is_wildcard = false};
  };
  const PatternPiece any{.text = {}, .is_wildcard = true};
  const Term s = t.Variable("s", t.StringSort());
  const Term starts = t.Like(s, {text(U"a"), any});
  const Term ends = t.Like(s, {any, text(U"b")});
  const Term has = t.Like(s, {any, text(U"xyz"), any});
  const Answer yes = Ask({}, {.assertions = {starts, ends, t.Not(has)}, .wanted = {s}});
  ASSERT_EQ(yes.kind, Answer::Kind::kSat) << yes.reason;
  EXPECT_EQ(t.And({t.Like(t.String(yes.values[0].text), starts->pattern),
                   t.Like(t.String(yes.values[0].text), ends->pattern)}),
            t.True());
  EXPECT_EQ(Ask({}, {.assertions = {has, t.Equal(s, t.Variable("u", t.StringSort())),
                                    t.Not(t.Like(t.Variable("u", t.StringSort()), {any, text(U"yz"), any}))}})
                .kind,
            Answer::Kind::kUnsat);
}

TEST_F(SolverTest, SaysWhatToInstallWhereThereIsNoProgram) {
  Solver solver({.program = "no-such-solver"});
  const auto answer = solver.Ask(sat);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, base::ErrorCode::kUnavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("apt-get install cvc5"));
  EXPECT_FALSE(solver.Version());
}

TEST_F(SolverTest, IsUnknownWhenTimeRunsOut) {
  const Answer answer = Ask({.time_ms_max = 300}, Hard());
  EXPECT_EQ(answer.kind, Answer::Kind::kUnknown);
  EXPECT_EQ(answer.reason, "300 ms ran out");
  EXPECT_GE(answer.took_ms, 300);
  EXPECT_LT(answer.took_ms, 3'000);
  EXPECT_FALSE(HasChildren());
}

TEST_F(SolverTest, IsUnknownWhenMemoryRunsOut) {
  Query large;
  Term text = t.Variable("text", t.StringSort());
  for (int i = 0; i < 30'000; ++i) {
    const Term next = t.Variable("text" + std::to_string(i), t.StringSort());
    large.assertions.push_back(t.Not(t.Equal(text, next)));
    text = next;
  }
  const Answer answer = Ask({.memory_bytes_max = 64 << 20}, large);
  EXPECT_EQ(answer.kind, Answer::Kind::kUnknown);
  EXPECT_EQ(answer.reason, "64 MiB of memory ran out");
}

TEST_F(SolverTest, IsUnknownWhateverElseTheProgramDoes) {
  struct Row {
    const char* shell;
    std::string reason;
  };
  const std::string program = Program("");
  const std::vector<Row> rows = {
      {"echo unknown", "the solver gave up"},
      {"echo rubbish; echo more", program + " ended with 0 and said: rubbish"},
      {"echo sat", "the solver's answer ends within an expression"},
      {"echo sat; echo '(($x 1.5))'", "the solver's answer has no Int where one belongs: 1.5"},
      {"echo sat; echo '(($x 1) ($x 2))'", "the solver answered 2 values where 1 were wanted"},
      {"echo saturday", program + " ended with 0 and said: saturday"},
      {"kill -SEGV $$", program + " was ended by signal 11"},
      {"echo sat; echo '(($x 1))'; kill -KILL $$", program + " was ended by signal 9"},
      {"echo trouble >&2; exit 3", program + " ended with 3 and said: trouble"},
      {"exec 1>&- 2>&-; sleep 20", "400 ms ran out"},
      {"sleep 20", "400 ms ran out"},
      {"yes", program + " said more than is read of it"},
      {"yes >&2 & sleep 0.1; kill $!; echo unknown", "the solver gave up"},
  };
  for (const Row& row : rows) {
    const Answer answer = Ask({.program = Program(row.shell), .time_ms_max = 400}, sat);
    EXPECT_EQ(answer.kind, Answer::Kind::kUnknown) << row.shell;
    EXPECT_EQ(answer.reason, row.reason) << row.shell;
  }
}

TEST_F(SolverTest, TakesNoHarmFromAProgramThatDoesNotReadItsScript) {
  Query large = Hard();
  for (int i = 0; i < 20'000; ++i)
    large.assertions.push_back(t.Variable("v" + std::to_string(i), t.BoolSort()));
  EXPECT_EQ(Ask({.program = Program("exec <&-; echo unsat")}, large).kind, Answer::Kind::kUnsat);
}

TEST_F(SolverTest, HandsTheProgramNothingButItsScript) {
  ASSERT_EQ(::setenv("PROVISO_TEST_SECRET", "1", 1), 0);
  const int inherited = ::dup(1);
  Ask({.program = Program("env > " + (directory / "seen").string() + "; ls /proc/$$/fd >> " +
                          (directory / "seen").string())},
      sat);
  ::close(inherited);
  ::unsetenv("PROVISO_TEST_SECRET");
  const std::string seen = *base::ReadFile(directory / "seen");
  EXPECT_THAT(seen, ::testing::Not(HasSubstr("SECRET")));
  EXPECT_THAT(seen, HasSubstr("PATH="));
  EXPECT_THAT(seen, ::testing::Not(HasSubstr("\n" + std::to_string(inherited) + "\n")));
}

TEST_F(SolverTest, LeavesNoDescriptorAndNoZombie) {
  Ask({}, sat);
  const std::size_t before = OpenFiles();
  for (int i = 0; i < 5; ++i) {
    Ask({}, sat);
    Ask({.program = Program("sleep 20"), .time_ms_max = 20}, sat);
    Solver none({.program = "no-such-solver"});
    EXPECT_FALSE(none.Ask(sat));
  }
  EXPECT_EQ(OpenFiles(), before);
  EXPECT_FALSE(HasChildren());
}

TEST_F(SolverTest, AnswersSeveralThreadsAtOnce) {
  Solver solver({.cache = directory / "cache"});
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        const auto answer = solver.Ask(i % 2 == 0 ? sat : unsat);
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->kind, i % 2 == 0 ? Answer::Kind::kSat : Answer::Kind::kUnsat) << answer->reason;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(solver.counts().asked, 40U);
  EXPECT_GE(solver.counts().from_cache, 30U);
}

TEST_F(SolverTest, RemembersAnswersButNoUnknown) {
  const fs::path cache = directory / "cache";
  const Answer first = Ask({.cache = cache}, sat);
  const Answer second = Ask({.cache = cache}, sat);
  EXPECT_FALSE(first.from_cache);
  EXPECT_TRUE(second.from_cache);
  EXPECT_EQ(second.values, first.values);
  EXPECT_EQ(second.script_digest, first.script_digest);
  for (int i = 0; i < 2; ++i) {
    const Answer unknown = Ask({.time_ms_max = 50, .cache = cache}, Hard());
    EXPECT_EQ(unknown.kind, Answer::Kind::kUnknown);
    EXPECT_FALSE(unknown.from_cache);
  }
}

TEST_F(SolverTest, ForgetsWhatAnotherVersionAnswered) {
  const fs::path cache = directory / "cache";
  const auto says = [&](const std::string& version, const std::string& answer) {
    return Ask({.program = Program("if [ \"$1\" = --version ]; then echo This is cvc5 version " + version +
                                   "; else echo " + answer + "; fi"),
                .cache = cache},
               unsat);
  };
  EXPECT_EQ(says("7.0", "unsat").kind, Answer::Kind::kUnsat);
  EXPECT_EQ(says("7.0", "unknown").kind, Answer::Kind::kUnsat);
  EXPECT_EQ(says("7.1", "unknown").kind, Answer::Kind::kUnknown);
}

TEST_F(SolverTest, KeepsScriptsWithWhatWasAsked) {
  sat.title = "does clause \"a\"\never hold?";
  const Answer answer = Ask({.scripts = directory / "scripts"}, sat);
  const auto script = base::ReadFile(directory / "scripts" / (answer.script_digest + ".smt2"));
  ASSERT_TRUE(script);
  EXPECT_THAT(*script, ::testing::StartsWith("; does clause \"a\"\n(set-logic"));
}

TEST_F(SolverTest, AsksNobodyWhatIsFolded) {
  const Answer answer =
      Ask({.program = Program("echo sat")}, {.assertions = {x == y ? t.True() : t.False()}});
  EXPECT_EQ(answer.kind, Answer::Kind::kUnsat);
}

}  // namespace
}  // namespace proviso::analysis
