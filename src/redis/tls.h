#pragma once

#include <string_view>

#include "redis/url.h"
#include "sluice/result.h"

struct redisContext;

namespace sluice {

/// kInvalidConfig if this build can't do TLS (hiredis older than 1.0, or built without it);
/// `address` is for the message.
Status CheckTlsSupport(std::string_view address);

/// kInvalidConfig if a certificate or key file can't be used. Opens nothing but the files.
Status CheckTlsFiles(const RedisSettings& settings);

/// Wraps a connected socket in TLS; checks the server's certificate and that it names the host.
/// kInvalidConfig: a certificate file can't be used. kUnavailable: the handshake failed.
Status StartTls(redisContext& context, const RedisSettings& settings);

}  // namespace sluice
