#include "cli/hold_source.h"

#include <algorithm>

#include "base/json.h"
#include "cli/http_client.h"
#include "cli/limits.h"
#include "daemon/configuration.h"
#include "daemon/terms_source.h"
#include "enforcement/ruling.h"
#include "gateway/hold_json.h"
#include "oversight/visible_text.h"
#include "store/sqlite_holds.h"
#include "terms/package.h"

namespace proviso::cli {
namespace {

using base::ErrorCode;
using base::Result;

class HomeHolds final : public HoldSource {
 public:
  HomeHolds(store::SqliteHolds holds, oversight::ApproverBook book)
      : holds_(std::move(holds)), book_(std::move(book)), desk_(holds_, clock_) {}

  Result<std::string> List(std::optional<oversight::HoldState> state) override {
    std::vector<oversight::Hold> all;
    oversight::HoldFilter page{.state = state, .application = {}, .after_id = {}, .max = oversight::kListMax};
    while (all.size() < kHoldsListedMax) {
      auto holds = desk_.List(page);
      if (!holds) return std::unexpected(holds.error());
      const bool last = holds->size() < page.max;
      std::ranges::move(*holds, std::back_inserter(all));
      if (last) break;
      page.after_id = all.back().id;
    }
    return gateway::HoldListJson(all);
  }

  Result<std::string> Show(std::string_view id) override {
    const auto hold = desk_.Show(id);
    if (!hold) return std::unexpected(hold.error());
    return gateway::HoldJson(*hold);
  }

  Result<std::string> Decide(std::string_view /*id*/, std::string_view note) override {
    const auto progress = desk_.Decide(note, book_);
    if (!progress) return std::unexpected(progress.error());
    return gateway::ProgressJson(*progress);
  }

 private:
  base::SystemClock clock_;
  store::SqliteHolds holds_;
  oversight::ApproverBook book_;
  oversight::Desk desk_;
};

ErrorCode CodeOf(int status) {
  if (status == 400) return ErrorCode::kInvalid;
  if (status == 401 || status == 403) return ErrorCode::kDenied;
  if (status == 404) return ErrorCode::kNotFound;
  if (status == 409) return ErrorCode::kConflict;
  if (status == 413) return ErrorCode::kLimit;
  return ErrorCode::kUnavailable;
}

/// The body of a good answer; the gateway's own words of any other.
Result<std::string> BodyOf(Result<HttpAnswer> answer) {
  if (!answer) return std::unexpected(answer.error());
  if (answer->status == 200) return std::move(answer->body);
  const auto document = base::JsonDocument::Parse(answer->body);
  const std::string words = document ? document->root().Find("error").Find("message").text() : "";
  return base::Fail(CodeOf(answer->status),
                    words.empty() ? "the gateway answered " + std::to_string(answer->status)
                                  : oversight::MakeVisible(words, oversight::Backslashes::kDouble));
}

class UrlHolds final : public HoldSource {
 public:
  explicit UrlHolds(HttpClient client) : client_(std::move(client)) {}

  Result<std::string> List(std::optional<oversight::HoldState> state) override {
    return BodyOf(
        client_.Get(std::string(kHolds) + (state ? "?state=" + std::string(Name(*state)) : std::string())));
  }

  Result<std::string> Show(std::string_view id) override {
    const auto path = PathOf(id);
    if (!path) return std::unexpected(path.error());
    return BodyOf(client_.Get(*path));
  }

  Result<std::string> Decide(std::string_view id, std::string_view note) override {
    const auto path = PathOf(id);
    if (!path) return std::unexpected(path.error());
    return BodyOf(client_.Post(*path + "/decisions", note));
  }

 private:
  static constexpr std::string_view kHolds = "/proviso/v1/holds";

  /// Only what an id is made of may become a part of a path.
  static Result<std::string> PathOf(std::string_view id) {
    const bool plain = !id.empty() && std::ranges::all_of(id, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (!plain)
      return base::Fail(ErrorCode::kInvalid,
                        "an id is lower-case letters, digits and _, such as hold_01kh3v8m2x");
    return std::string(kHolds) + "/" + std::string(id);
  }

  HttpClient client_;
};

}  // namespace

Result<std::unique_ptr<HoldSource>> OpenHome(const std::string& home) {
  const auto configuration = daemon::ReadConfiguration(std::filesystem::path(home) / "config.toml");
  if (!configuration) return std::unexpected(configuration.error());
  const auto terms = daemon::LoadTerms(configuration->terms_directory, configuration->unsigned_terms);
  if (!terms) return std::unexpected(terms.error());
  auto book = enforcement::BookOf(terms->package->agreement());
  if (!book) return base::Within("approvers", book.error());
  const auto sealing = keys::SealingKey::Load(configuration->sealing_key);
  if (!sealing) return std::unexpected(sealing.error());
  std::error_code failure;
  std::filesystem::create_directories(configuration->database_directory, failure);
  auto holds = store::SqliteHolds::Open(configuration->database_directory / "holds.db", *sealing);
  if (!holds) return std::unexpected(holds.error());
  return std::make_unique<HomeHolds>(std::move(*holds), std::move(*book));
}

Result<std::unique_ptr<HoldSource>> OpenUrl(const std::string& url, const std::string& operator_key_file,
                                            const std::string& ca_file) {
  auto credential = upstreams::Credential::FromFile(operator_key_file, upstreams::CredentialStyle::kBearer);
  if (!credential) return base::Within("--operator-key", credential.error());
  auto client = HttpClient::Make(url, ca_file, std::move(*credential));
  if (!client) return std::unexpected(client.error());
  return std::make_unique<UrlHolds>(std::move(*client));
}

}  // namespace proviso::cli
