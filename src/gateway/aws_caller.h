// Callers who sign their requests as AWS's SDKs do (keys/sigv4.h) instead of sending a key.
//
// The gateway must hold the secret to check a signature, so these access keys have their own entries
// in the configuration. The signature covers the body, so it is checked when the body is there; before,
// only whether such an access key exists, lest anybody make us read 32 MiB.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "gateway/snapshot.h"
#include "http/message.h"

namespace proviso::gateway {

/// Whether the request carries a signature: Authorization begins with AWS4-HMAC-SHA256.
[[nodiscard]] bool PresentsAwsSignature(const http::RequestHead& head);

/// Who the request claims to be from. kInvalid for an Authorization that cannot be read, kDenied for an
/// access key that is not known, a service that is not "bedrock", a session token, which no access key
/// of ours has, or a second credential beside it.
/// Borrowed from the snapshot.
[[nodiscard]] base::Result<const AwsCaller*> ClaimedAwsCaller(const http::RequestHead& head,
                                                              const Snapshot& snapshot);

/// The same, once the signature proves it: kDenied when it does not, kExpired when the clocks differ by
/// more than five minutes. The messages say what is wrong and hold no secret.
[[nodiscard]] base::Result<const enforcement::Caller*> AuthenticateAws(const http::RequestHead& head,
                                                                       std::string_view body,
                                                                       const Snapshot& snapshot,
                                                                       std::int64_t now_ms);

}  // namespace proviso::gateway
