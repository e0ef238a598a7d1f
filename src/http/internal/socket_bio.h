// OpenSSL over a non-blocking socket that belongs to someone else. OpenSSL's own socket BIO writes
// without MSG_NOSIGNAL, so a peer that left would end the process.
#pragma once

#include "base/result.h"
#include "http/tls.h"

namespace proviso::http::internal {

/// Makes `session` read and write `socket`, which must outlive it.
[[nodiscard]] base::Status AttachSocket(ssl_st* session, int socket);

/// The reasons that OpenSSL has queued on this thread, as text; empties the queue.
[[nodiscard]] std::string TakeSslErrors();

}  // namespace proviso::http::internal
