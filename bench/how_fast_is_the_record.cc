// rooms: base keys record
// How fast is the record: entries a second sustained, and the time from Append to durable at a
// fixed rate, with openings kept. The disk's own fdatasync runs beside it, because no log of
// durable entries is faster than its disk.
//
//   build/bench/bench/how_fast_is_the_record [directory, default: the system's temporary one]
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "record/log.h"

namespace {

using namespace proviso;
using record::Field;
using record::Kind;
using SteadyClock = std::chrono::steady_clock;

constexpr int kThreads = 2;
constexpr auto kSustained = std::chrono::seconds(5);
constexpr auto kPaced = std::chrono::seconds(8);
constexpr int kPerSecond = 2'000;

double MsSince(SteadyClock::time_point begin) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - begin).count();
}

void PrintQuantiles(const char* what, std::vector<double> ms) {
  std::ranges::sort(ms);
  const auto at = [&](double q) {
    return ms[static_cast<std::size_t>(q * static_cast<double>(ms.size() - 1))];
  };
  std::printf("%-34s n %7zu   p50 %7.3f ms   p99 %7.3f ms   max %7.3f ms\n", what, ms.size(), at(0.5),
              at(0.99), ms.back());
}

record::EntryDraft Draft(int i) {
  const std::string digest(64, 'd');
  return {Kind::kIntent,
          {},
          "principal-" + std::to_string(i % 100),
          {{Field::kDecisionId, "dec_01kh3v8m2x0123456789abcdef"},
           {Field::kTenant, "logistics"},
           {Field::kAgreementDigest, digest},
           {Field::kClauseIds, R"(["permit-logistics","hold-engage"])"},
           {Field::kOutcome, "permit"},
           {Field::kPrincipal, "principal-" + std::to_string(i % 100)},
           {Field::kPurpose, "logistics"},
           {Field::kDialect, "openai-chat"},
           {Field::kProvider, "local"},
           {Field::kModel, "gemma3-270m"},
           {Field::kRequestDigest, digest},
           {Field::kRequestBytes, "1024"},
           {Field::kConfigurationDigest, digest}}};
}

/// What the walk writes when an answer is whole.
record::EntryDraft OutcomeDraft(int i, std::uint64_t intent) {
  const std::string digest(64, 'e');
  return {Kind::kOutcome,
          intent,
          "principal-" + std::to_string(i % 100),
          {{Field::kDecisionId, "dec_01kh3v8m2x0123456789abcdef"},
           {Field::kOutcome, "answered"},
           {Field::kModel, "gemma3-270m"},
           {Field::kTokens, R"({"input":100,"output":20,"cached":0,"reasoning":0})"},
           {Field::kResponseDigest, digest},
           {Field::kResponseBytes, "1024"},
           {Field::kLatencyMs, "12"}}};
}

void RawDisk(const std::filesystem::path& directory, const char* when) {
  const std::string path = (directory / "raw").string();
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const std::string zeros(8U << 20U, '\0');
  if (fd < 0 || pwrite(fd, zeros.data(), zeros.size(), 0) < 0 || fsync(fd) != 0) std::abort();
  std::vector<double> ms;
  for (int i = 0; i < 500; ++i) {
    const auto begin = SteadyClock::now();
    if (pwrite(fd, zeros.data(), 4096, (i % 2000) * 4096) < 0 || fdatasync(fd) != 0) std::abort();
    ms.push_back(MsSince(begin));
  }
  close(fd);
  PrintQuantiles(when, std::move(ms));
}

class Subject {
 public:
  explicit Subject(const std::filesystem::path& directory) : openings_(record::OpeningsInMemory()) {
    auto key = keys::SigningKey::Generate("bench.example");
    log_ = record::Log::Open({.directory = directory / "record",
                              .origin = "bench.example",
                              .key = std::move(*key),
                              .clock = &clock_,
                              .openings = openings_.get()})
               .value();
  }
  record::Log& log() { return *log_; }

 private:
  base::SystemClock clock_;
  std::unique_ptr<record::OpeningStore> openings_;
  std::unique_ptr<record::Log> log_;
};

void Sustained(record::Log& log) {
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  const std::uint64_t before = log.durable();
  const auto begin = SteadyClock::now();
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      // INTENT and OUTCOME in turn: INTENTs alone would soon meet the bound on open ones.
      std::optional<std::uint64_t> open;
      for (int i = 0; !stop; ++i) {
        const auto ticket = log.Append(open ? OutcomeDraft(i, *open) : Draft(i));
        if (!ticket) {
          std::this_thread::sleep_for(std::chrono::milliseconds(1));  // the queue is full
        } else if (open) {
          open.reset();
        } else {
          open = ticket->index;
        }
      }
    });
  }
  std::this_thread::sleep_for(kSustained);
  const double entries = static_cast<double>(log.durable() - before);
  const double seconds = MsSince(begin) / 1000;
  stop = true;
  for (std::thread& thread : threads) thread.join();
  std::printf("sustained, %d threads, openings on: %.0f entries/s durable\n", kThreads, entries / seconds);
}

void Paced(record::Log& log) {
  const auto total = static_cast<int>(kPerSecond * kPaced.count());
  std::vector<double> ms(static_cast<std::size_t>(total), 0);
  std::atomic<int> done = 0;
  const auto begin = SteadyClock::now();
  for (int i = 0; i < total; ++i) {
    // Open loop: the time runs from when the entry was due, not from when we got round to it.
    const auto due = begin + std::chrono::microseconds(i * 1'000'000LL / kPerSecond);
    std::this_thread::sleep_until(due);
    const auto ticket = log.Append(Draft(i));
    if (!ticket) std::abort();
    double& slot = ms[static_cast<std::size_t>(i)];
    log.WhenDurable(ticket->index, [&slot, &done, due](const base::Status&) {
      slot = MsSince(due);
      ++done;
    });
  }
  while (done < total) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  PrintQuantiles("Append to durable at 2,000/s", std::move(ms));
}

void AppendAlone() {
  std::vector<double> ms;
  for (int i = 0; i < 2000; ++i) {
    const record::EntryDraft draft = Draft(i);
    const auto begin = SteadyClock::now();
    if (!record::FieldsRoot(record::NewRecordKey(), draft.fields)) std::abort();
    ms.push_back(MsSince(begin));
  }
  PrintQuantiles("field tree of one entry", std::move(ms));
}

}  // namespace

int main(int count, char** arguments) {
  const std::filesystem::path parent =
      count > 1 ? std::filesystem::path(arguments[1]) : std::filesystem::temp_directory_path();
  std::string name = (parent / "proviso-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) return 1;
  AppendAlone();
  RawDisk(name, "the disk: 4 KiB and fdatasync");
  {
    Subject subject(name);
    Paced(subject.log());
    RawDisk(name, "the disk again");
    Sustained(subject.log());
  }
  RawDisk(name, "the disk again");
  std::filesystem::remove_all(name);
  return 0;
}
