#include "daemon/daemon.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <csignal>
#include <ctime>
#include <future>
#include <thread>
#include <utility>

#include "base/file.h"
#include "daemon/child.h"
#include "daemon/held_again.h"
#include "daemon/in_force.h"
#include "daemon/reload_request.h"
#include "gateway/core_state.h"
#include "gateway/routes.h"
#include "gateway/server.h"
#include "store/sqlite_budgets.h"
#include "store/sqlite_claims.h"
#include "store/sqlite_holds.h"
#include "store/sqlite_openings.h"

namespace proviso::daemon {
namespace {

using gateway::Severity;

/// Signals that the main thread waits for; blocked everywhere.
sigset_t Signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int one : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, one);
  return signals;
}

base::Status MakeDirectory(const std::filesystem::path& directory) {
  std::error_code failure;
  std::filesystem::create_directories(directory, failure);
  if (failure) return base::Fail(base::ErrorCode::kIo, directory.string() + ": " + failure.message());
  return {};
}

base::Result<keys::SigningKey> LoadSigningKey(const std::filesystem::path& path) {
  const auto text = base::ReadFile(path, 4096);
  if (!text) return std::unexpected(text.error());
  auto key = keys::SigningKey::Parse(*text);
  if (!key) return base::Within(path.string(), key.error());
  return key;
}

}  // namespace

/// Members are opened from the first to the last and closed from the last to the first.
class RunningGateway {
 public:
  explicit RunningGateway(Configuration configuration)
      : configuration_(std::move(configuration)), events_(clock_, STDERR_FILENO) {}

  base::Status Open() {
    auto terms = LoadTerms(configuration_.terms_directory, configuration_.unsigned_terms);
    if (!terms) return std::unexpected(terms.error());
    auto snapshot = MakeSnapshot(configuration_, *terms);
    if (!snapshot) return std::unexpected(snapshot.error());
    snapshot_ = std::move(*snapshot);
    terms_ = std::move(*terms);
    if (auto opened = OpenStores(); !opened) return opened;
    if (auto opened = OpenRecord(); !opened) return opened;
    watch_ = std::make_unique<gateway::HoldWatch>(*desk_, events_);
    if (auto recorded = RecordTerms(terms_); !recorded) return recorded;
    if (auto started = StartServer(); !started) return started;
    auto presence = Presence::Announce(configuration_.home);
    if (!presence) return std::unexpected(presence.error());
    presence_ = std::make_unique<Presence>(std::move(*presence));
    TellNews("");
    StartChildren();
    return {};
  }

  [[nodiscard]] std::string Url() const {
    const std::string scheme = configuration_.tls_certificate.empty() ? "http" : "https";
    const std::string& address = configuration_.listen.front().address;
    const std::string host = address.contains(':') ? "[" + address + "]" : address;
    return scheme + "://" + host + ":" + std::to_string(server_->port());
  }

  /// Returns when it is time to end.
  base::Status Wait() {
    const sigset_t signals = Signals();
    const timespec look{.tv_sec = 0, .tv_nsec = 500'000'000};
    while (true) {
      const int signal = sigtimedwait(&signals, nullptr, &look);
      if (signal == SIGTERM || signal == SIGINT) return {};
      if (signal == SIGHUP) ReloadAndTell();
      DecideLateHolds();
      ForgetOldClaims();
      if (auto failure = log_->failure(); !failure)
        return base::Within("the record has failed, so the gateway stops", failure.error());
    }
  }

  void ForgetOldClaims() {
    constexpr std::int64_t kEveryMs = 60'000;
    if (clock_.WallMs() < forget_claims_ms_) return;
    forget_claims_ms_ = clock_.WallMs() + kEveryMs;
    if (auto forgotten = idempotency_->Forget(); !forgotten)
      events_.Write(Severity::kWarning, "claims_not_forgotten", {{"why", forgotten.error().message}});
  }

  base::Status Close() {
    events_.Write(Severity::kInfo, "draining", {});
    const std::size_t cut = server_->Drain(configuration_.drain);
    children_.clear();
    watch_.reset();
    worker_.join();
    if (auto given = allowances_->GiveBackLeases(); !given)
      events_.Write(Severity::kWarning, "budget_leases_not_given_back", {{"why", given.error().message}});
    const base::Status closed = log_->Close();
    events_.Write(Severity::kInfo, "stopped", {{"connections_cut", std::to_string(cut)}});
    return closed;
  }

 private:
  base::Status OpenStores() {
    for (const auto& directory :
         {configuration_.database_directory, configuration_.record_directory, configuration_.home / "log"}) {
      if (auto made = MakeDirectory(directory); !made) return made;
    }
    auto sealing = keys::SealingKey::Load(configuration_.sealing_key);
    if (!sealing) return std::unexpected(sealing.error());
    auto holds = store::SqliteHolds::Open(configuration_.database_directory / "holds.db", *sealing);
    if (!holds) return std::unexpected(holds.error());
    holds_ = std::make_unique<store::SqliteHolds>(std::move(*holds));
    desk_ = std::make_unique<oversight::Desk>(*holds_, clock_);
    auto openings = store::SqliteOpenings::Open(configuration_.database_directory / "openings.db");
    if (!openings) return std::unexpected(openings.error());
    openings_ = std::move(*openings);
    sealing_ = std::make_unique<keys::SealingKey>(std::move(*sealing));
    return OpenRouting();
  }

  base::Status OpenRouting() {
    auto budgets = store::SqliteBudgets::Open(configuration_.database_directory / "budgets.db");
    if (!budgets) return std::unexpected(budgets.error());
    budgets_ = std::move(*budgets);
    auto claims = store::SqliteClaims::Open(configuration_.database_directory / "claims.db");
    if (!claims) return std::unexpected(claims.error());
    claims_ = std::move(*claims);
    allowances_ = std::make_unique<routing::Allowances>(*budgets_, clock_);
    idempotency_ = std::make_unique<routing::Idempotency>(*claims_, clock_);
    ConfigureRouting(configuration_, providers_, *allowances_);
    return {};
  }

  base::Status OpenRecord() {
    auto key = LoadSigningKey(configuration_.record_key);
    if (!key) return std::unexpected(key.error());
    origin_ = key->verifier().name();
    record::LogSetup setup{.directory = configuration_.record_directory,
                           .origin = origin_,
                           .key = std::move(*key),
                           .clock = &clock_,
                           .openings = openings_.get(),
                           .sealing_key = std::move(*sealing_)};
    auto log = record::Log::Open(std::move(setup));
    if (!log) return base::Within("record", log.error());
    log_ = std::move(*log);
    const record::Recovery& found = log_->recovery();
    events_.Write(Severity::kInfo, "record_open",
                  {{"entries", std::to_string(found.entries)},
                   {"interrupted", std::to_string(found.interrupted)},
                   {"torn_bytes", std::to_string(found.torn_bytes)}});
    return {};
  }

  /// A POLICY entry, durable before anything is decided under these terms.
  base::Status RecordTerms(const LoadedTerms& terms) {
    record::EntryDraft draft;
    draft.kind = record::Kind::kPolicy;
    draft.fields[record::Field::kAgreementDigest] = base::ToHex(snapshot_->terms->digest());
    draft.fields[record::Field::kConfigurationDigest] = snapshot_->provenance.configuration_digest;
    draft.fields[record::Field::kBuild] = snapshot_->provenance.build;
    draft.fields[record::Field::kDetail] = terms.basis;
    auto ticket = log_->Append(std::move(draft));
    if (!ticket) return std::unexpected(ticket.error());
    if (auto durable = log_->WaitDurable(ticket->index); !durable) return durable;
    events_.Write(Severity::kInfo, "terms_in_force", {{"terms", snapshot_->terms->DigestText()}});
    if (!terms.is_signed)
      events_.Write(Severity::kWarning, "terms_unsigned", {{"terms", snapshot_->terms->DigestText()}});
    DecideHolds();
    return {};
  }

  /// What is held under other terms is decided under these. What cannot be is tried again (DecideLateHolds);
  /// until then nobody can take it.
  void DecideHolds() {
    const auto changes = desk_->Changes(held_version_);
    const auto again = DecideHeldAgain(*desk_, *log_, *snapshot_, clock_);
    if (!again) {
      events_.Write(Severity::kError, "holds_not_decided_again", {{"why", again.error().message}});
      terms_changed_ = true;
      return;
    }
    if (changes) held_version_ = changes->version;
    if (again->permitted + again->held + again->ended == 0) return;
    events_.Write(Severity::kInfo, "holds_decided_again",
                  {{"permitted", std::to_string(again->permitted)},
                   {"held", std::to_string(again->held)},
                   {"ended", std::to_string(again->ended)}});
  }

  /// A request that began under earlier terms may still hold a call under them.
  void DecideLateHolds() {
    if (!terms_changed_) return;
    const auto changes = desk_->Changes(held_version_);
    if (!changes || !changes->changed.empty()) DecideHolds();
  }

  base::Status StartServer() {
    gateway::ServerOptions options;
    options.threads = configuration_.threads != 0 ? configuration_.threads
                                                  : std::max(1U, std::thread::hardware_concurrency());
    for (const ListenSetup& one : configuration_.listen) {
      gateway::Listen listen{one.address, one.port, std::nullopt};
      if (!configuration_.tls_certificate.empty())
        listen.tls = http::TlsServerFiles{configuration_.tls_certificate, configuration_.tls_key};
      options.listen.push_back(std::move(listen));
    }
    metrics_ = std::make_unique<gateway::Metrics>(options.threads);
    services_.reset(new gateway::Services{*log_,
                                          *desk_,
                                          clock_,
                                          worker_,
                                          *watch_,
                                          *metrics_,
                                          events_,
                                          providers_,
                                          *allowances_,
                                          *idempotency_,
                                          configuration_.record_directory,
                                          origin_,
                                          {}});
    auto server =
        gateway::Server::Start(options, clock_, [this](gateway::Core& core) { return MakeHandler(core); });
    if (!server) return std::unexpected(server.error());
    server_ = std::move(*server);
    return {};
  }

  base::Result<http::Handler> MakeHandler(gateway::Core& core) {
    auto state = std::make_shared<gateway::CoreState>(core, *services_);  // shared by the core's walks
    if (auto adopted = state->Adopt(snapshot_); !adopted) return std::unexpected(adopted.error());
    cores_.emplace_back(state);
    auto routes = gateway::MakeRoutes(state);
    return http::Handler([routes](http::ServerExchange& exchange) { return routes->Handle(exchange); });
  }

  void StartChildren() {
    for (const ChildSetup& setup : configuration_.children) {
      children_.push_back(
          std::make_unique<Child>(setup, configuration_.home / "log" / (setup.name + ".log"), events_));
    }
  }

  void ReloadAndTell() {
    const base::Status reloaded = Reload();
    if (!reloaded) events_.Write(Severity::kError, "reload_refused", {{"why", reloaded.error().message}});
    ++reloads_;
    TellNews(reloaded ? "" : reloaded.error().message);
  }

  /// For commands on this machine; a gateway that cannot say it serves all the same.
  void TellNews(const std::string& refused) {
    const auto told = presence_->Tell({Url(), snapshot_->terms->DigestText(), reloads_, refused});
    if (!told) events_.Write(Severity::kWarning, "news_not_written", {{"why", told.error().message}});
  }

  /// Whole or not at all: everything is read and checked before anything changes.
  base::Status Reload() {
    auto configuration = ReadConfiguration(configuration_.home / "config.toml");
    if (!configuration) return std::unexpected(configuration.error());
    const auto terms = LoadTerms(configuration->terms_directory, configuration->unsigned_terms);
    if (!terms) return std::unexpected(terms.error());
    if (auto may = MayFollow(*terms, terms_); !may) return may;
    auto snapshot = MakeSnapshot(*configuration, *terms);
    if (!snapshot) return std::unexpected(snapshot.error());
    const bool other_terms = (*snapshot)->terms->digest() != snapshot_->terms->digest();
    const auto before = std::exchange(snapshot_, std::move(*snapshot));
    if (other_terms) {
      terms_changed_ = true;
      if (auto recorded = RecordTerms(*terms); !recorded) {
        snapshot_ = before;
        return recorded;
      }
    }
    terms_ = *terms;
    ConfigureRouting(*configuration, providers_, *allowances_);
    for (const auto& weak : cores_) AdoptOn(weak);
    events_.Write(Severity::kInfo, "reloaded",
                  {{"terms", snapshot_->terms->DigestText()},
                   {"configuration", snapshot_->provenance.configuration_digest}});
    return {};
  }

  void AdoptOn(const std::weak_ptr<gateway::CoreState>& weak) {
    const auto state = weak.lock();
    if (state == nullptr) return;
    std::promise<base::Status> adopted;
    auto answer = adopted.get_future();
    boost::asio::post(state->core().io,
                      [&adopted, state, snapshot = snapshot_] { adopted.set_value(state->Adopt(snapshot)); });
    const base::Status status = answer.get();
    if (!status) events_.Write(Severity::kError, "reload_incomplete", {{"why", status.error().message}});
  }

  Configuration configuration_;
  base::SystemClock clock_;
  gateway::EventLog events_;
  std::shared_ptr<const gateway::Snapshot> snapshot_;  // shared with the cores
  LoadedTerms terms_;                                  ///< What snapshot_ is made of.
  std::unique_ptr<keys::SealingKey> sealing_;
  std::unique_ptr<store::SqliteHolds> holds_;
  std::unique_ptr<store::SqliteOpenings> openings_;
  std::unique_ptr<oversight::Desk> desk_;
  routing::Providers providers_;
  std::unique_ptr<store::SqliteBudgets> budgets_;
  std::unique_ptr<store::SqliteClaims> claims_;
  std::unique_ptr<routing::Allowances> allowances_;
  std::unique_ptr<routing::Idempotency> idempotency_;
  std::string origin_;
  std::unique_ptr<record::Log> log_;
  boost::asio::thread_pool worker_{2};
  std::unique_ptr<gateway::HoldWatch> watch_;
  std::unique_ptr<gateway::Metrics> metrics_;
  std::unique_ptr<gateway::Services> services_;
  std::vector<std::weak_ptr<gateway::CoreState>> cores_;
  std::unique_ptr<gateway::Server> server_;
  std::unique_ptr<Presence> presence_;
  std::int64_t reloads_ = 0;
  std::vector<std::unique_ptr<Child>> children_;
  std::int64_t forget_claims_ms_ = 0;
  bool terms_changed_ = false;     // since the start; only then a hold can be under other terms
  std::int64_t held_version_ = 0;  // of the desk's changes: up to here no hold is left under other terms
};

base::Status Run(const std::filesystem::path& home, const std::function<void(std::string_view url)>& ready) {
  const sigset_t signals = Signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  auto configuration = ReadConfiguration(home / "config.toml");
  if (!configuration) return std::unexpected(configuration.error());
  RunningGateway running(std::move(*configuration));
  if (auto opened = running.Open(); !opened) return opened;
  ready(running.Url());
  const base::Status ended = running.Wait();
  const base::Status closed = running.Close();
  return ended ? closed : ended;
}

}  // namespace proviso::daemon
