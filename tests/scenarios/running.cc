#include "running.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <future>

#include "base/file.h"
#include "daemon/held_again.h"
#include "daemon/in_force.h"
#include "gateway/routes.h"
#include "gateway/server.h"
#include "record/tiles.h"
#include "record/verify.h"
#include "store/sqlite_budgets.h"
#include "store/sqlite_claims.h"
#include "store/sqlite_holds.h"
#include "store/sqlite_openings.h"

namespace proviso::scenarios {

struct Running::Parts {
  Parts(const Home& the_home, RunningOptions the_options)
      : home(the_home),
        options(the_options),
        descriptor(
            ::open((home.path() / "events.log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)),
        events(clock, descriptor),
        configuration(Must(daemon::ReadConfiguration(home.path() / "config.toml"))),
        snapshot(Must(daemon::MakeSnapshot(configuration))),
        sealing(Must(keys::SealingKey::Load(configuration.sealing_key))),
        holds(Must(store::SqliteHolds::Open(home.path() / "holds.db", sealing))),
        openings(Must(store::SqliteOpenings::Open(home.path() / "openings.db"))),
        budgets(Must(store::SqliteBudgets::Open(home.path() / "budgets.db"))),
        claims(Must(store::SqliteClaims::Open(home.path() / "claims.db"))),
        allowances(*budgets, clock),
        idempotency(*claims, clock),
        desk(holds, clock),
        log(OpenLog()),
        watch(desk, events),
        metrics(configuration.threads),
        services{*log,
                 desk,
                 clock,
                 worker,
                 watch,
                 metrics,
                 events,
                 providers,
                 allowances,
                 idempotency,
                 home.path() / "record",
                 "log",
                 options.timeouts} {
    daemon::ConfigureRouting(configuration, providers, allowances);
  }
  ~Parts() { ::close(descriptor); }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  std::unique_ptr<record::Log> OpenLog() const {
    std::filesystem::create_directories(home.path() / "record");
    const std::string text = Must(base::ReadFile(configuration.record_key));
    record::LogSetup setup{.directory = home.path() / "record",
                           .origin = home.record_key().name(),
                           .key = Must(keys::SigningKey::Parse(text)),
                           .clock = &clock,
                           .openings = openings.get(),
                           .sealing_key = Must(keys::SealingKey::Load(configuration.sealing_key))};
    setup.checkpoint_interval_ms = 20;
    setup.segment_bytes = 1U << 20U;
    setup.storage = options.storage;
    setup.queue_entries_max = options.queue_entries_max;
    return Must(record::Log::Open(std::move(setup)));
  }

  const Home& home;
  const RunningOptions options;
  mutable base::SystemClock clock;
  const int descriptor;
  gateway::EventLog events;
  daemon::Configuration configuration;
  std::shared_ptr<const gateway::Snapshot> snapshot;  // shared with the cores
  keys::SealingKey sealing;
  store::SqliteHolds holds;
  std::unique_ptr<store::SqliteOpenings> openings;
  std::unique_ptr<store::SqliteBudgets> budgets;
  std::unique_ptr<store::SqliteClaims> claims;
  routing::Providers providers;
  routing::Allowances allowances;
  routing::Idempotency idempotency;
  oversight::Desk desk;
  std::unique_ptr<record::Log> log;
  boost::asio::thread_pool worker{2};
  gateway::HoldWatch watch;
  gateway::Metrics metrics;
  gateway::Services services;
  std::vector<std::weak_ptr<gateway::CoreState>> cores;
  std::unique_ptr<gateway::Server> server;
  bool broken_record = false;
};

std::string Recorded::At(record::Field field) const {
  const auto found = values.find(field);
  return found == values.end() ? "" : found->second;
}

Running::Running(const Home& home, RunningOptions options) : parts_(std::make_unique<Parts>(home, options)) {
  gateway::ServerOptions server_options;
  server_options.listen = {{}};
  server_options.threads = parts_->configuration.threads;
  if (!parts_->configuration.tls_certificate.empty()) {
    server_options.listen.front().tls =
        http::TlsServerFiles{parts_->configuration.tls_certificate, parts_->configuration.tls_key};
  }
  parts_->server = Must(gateway::Server::Start(
      server_options, parts_->clock, [this](gateway::Core& core) -> base::Result<http::Handler> {
        auto state = std::make_shared<gateway::CoreState>(core, parts_->services);
        if (auto adopted = state->Adopt(parts_->snapshot); !adopted) return std::unexpected(adopted.error());
        parts_->cores.emplace_back(state);
        auto routes = gateway::MakeRoutes(state);
        return http::Handler([routes](http::ServerExchange& exchange) { return routes->Handle(exchange); });
      }));
}

Running::~Running() {
  parts_->server->Stop();
  parts_->worker.join();
  Must(parts_->allowances.GiveBackLeases());
  const base::Status closed = parts_->log->Close();
  if (parts_->broken_record) return;
  EXPECT_TRUE(closed) << closed.error().message;
  CheckRecord();
}

void Running::CheckRecord() {
  const auto report = record::VerifyLog(record::FetchFromDirectory((parts_->home.path() / "record").string()),
                                        parts_->home.record_key());
  EXPECT_TRUE(report.verified()) << report.broken->Text();
  EXPECT_EQ(report.open_intents, std::vector<std::uint64_t>());
}

std::uint16_t Running::port() const {
  return parts_->server->port();
}

record::Log& Running::log() {
  return *parts_->log;
}

oversight::Desk& Running::desk() {
  return parts_->desk;
}

gateway::Metrics& Running::metrics() {
  return parts_->metrics;
}

routing::Providers& Running::providers() {
  return parts_->providers;
}

void Running::ExpectBrokenRecord() {
  parts_->broken_record = true;
}

std::size_t Running::Drain(std::chrono::milliseconds deadline) {
  return parts_->server->Drain(deadline);
}

void Running::Reload() {
  const auto configuration = Must(daemon::ReadConfiguration(parts_->home.path() / "config.toml"));
  parts_->snapshot = Must(daemon::MakeSnapshot(configuration));
  daemon::ConfigureRouting(configuration, parts_->providers, parts_->allowances);
  (void)Must(daemon::DecideHeldAgain(parts_->desk, *parts_->log, *parts_->snapshot, parts_->clock));
  for (const auto& weak : parts_->cores) {
    const auto state = weak.lock();
    std::promise<base::Status> adopted;
    auto answer = adopted.get_future();
    boost::asio::post(state->core().io,
                      [&adopted, state, this] { adopted.set_value(state->Adopt(parts_->snapshot)); });
    Must(answer.get());
  }
}

std::vector<Recorded> Running::Record() {
  std::vector<Recorded> all;
  const std::uint64_t size = log().durable();
  if (size == 0) return all;
  (void)Must(log().WaitPublished(size - 1));
  const auto fetch = record::FetchFromDirectory((parts_->home.path() / "record").string());
  const auto checkpoint = Must(record::OpenCheckpoint(log().checkpoint(), parts_->home.record_key()));
  for (std::uint64_t index = 0; index < size; ++index) {
    const std::string bytes = Must(record::FetchEntry(fetch, checkpoint.size, index));
    all.push_back({Must(record::DecodeEntry(bytes)), Must(log().ReadValues(index)).values});
  }
  return all;
}

std::vector<std::string> Running::Outcomes() {
  std::vector<std::string> outcomes;
  for (const Recorded& one : Record()) {
    if (one.entry.kind == record::Kind::kOutcome) outcomes.push_back(one.At(record::Field::kOutcome));
  }
  return outcomes;
}

}  // namespace proviso::scenarios
