// What is in force: configuration and terms as one immutable value. A reload makes a new one, whole
// or not at all; requests in flight keep the one that they began under.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "enforcement/caller.h"
#include "enforcement/entries.h"
#include "gateway/mcp_route.h"
#include "keys/sigv4.h"
#include "oversight/approvers.h"
#include "protocol/dialect.h"
#include "protocol/translate.h"
#include "routing/amounts.h"
#include "routing/route.h"
#include "terms/package.h"
#include "upstreams/credential.h"
#include "upstreams/endpoint.h"

namespace proviso::gateway {

/// A provider of models and the way to it.
struct ProviderRoute {
  std::string name;
  std::set<protocol::Dialect> dialects;
  /// Of those, the one to translate to for a caller who speaks another.
  protocol::Dialect preferred = protocol::Dialect::kOpenAiChat;
  /// Which compatible server it is; kNone for the original.
  protocol::Profile profile = protocol::Profile::kNone;
  /// What becomes of what `preferred` cannot express, where it is not the default.
  protocol::Disposals disposals;
  upstreams::Endpoint endpoint;
  routing::Timeouts timeouts = {};  ///< Where a route does not say otherwise; its `total` is not used.
  /// Shared with older snapshots: a reload need not read an unchanged secret again.
  std::shared_ptr<const upstreams::Credential> credential;
};

/// What a request to a model may cost.
struct ModelCost {
  routing::Prices prices;
  /// Reserved for a request that names no bound for its output.
  std::int64_t output_tokens_max = 0;
};

/// A key by its SHA-256 in hexadecimal: the gateway never keeps a caller's key itself.
using KeyDigest = std::string;

/// A caller who signs as AWS's SDKs do; a signature can only be checked with the secret itself.
struct AwsCaller {
  enforcement::Caller caller;
  /// Shared with older snapshots.
  std::shared_ptr<const keys::AwsSecret> secret;
};

struct Snapshot {
  std::map<KeyDigest, enforcement::Caller, std::less<>> callers;
  std::map<std::string, AwsCaller, std::less<>> aws_callers;  ///< By access key id.
  std::map<KeyDigest, std::string, std::less<>> operators;    ///< To the operator's id.
  std::map<std::string, enforcement::Target, std::less<>> models;
  std::map<std::string, ProviderRoute, std::less<>> providers;
  /// By what callers may name: the aliases, and each model by itself. Each candidate is one of `models`.
  std::map<std::string, routing::Route, std::less<>> routes;
  std::map<std::string, ModelCost, std::less<>> costs;  ///< Of each of `models`.
  std::map<std::string, McpRoute, std::less<>> mcp_servers;
  std::shared_ptr<const terms::Package> terms;
  oversight::ApproverBook approvers;
  enforcement::Provenance provenance;
};

}  // namespace proviso::gateway
