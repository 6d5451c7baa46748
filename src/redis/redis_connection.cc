#include "redis/redis_connection.h"

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <span>
#include <system_error>
#include <utility>

#include "redis/resp_writer.h"
#include "redis/tls.h"
#include "util/dial.h"

namespace sluice {
namespace {

constexpr std::size_t kReadSize = std::size_t{64} << 10;
/// How soon a stop is noticed while a connection is made.
constexpr std::chrono::milliseconds kLongestPoll{100};

timeval ToTimeval(std::chrono::milliseconds time) {
  timeval result{};
  result.tv_sec = static_cast<decltype(result.tv_sec)>(time.count() / 1000);
  result.tv_usec = static_cast<decltype(result.tv_usec)>(time.count() % 1000 * 1000);
  return result;
}

std::string SystemMessage(int code) { return std::generic_category().message(code); }

bool SetBlocking(int fd, bool blocking) {
  const int flags = fcntl(fd, F_GETFL);
  const int wanted = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
  return flags >= 0 && fcntl(fd, F_SETFL, wanted) == 0;
}

bool WouldBlock(int code) { return code == EAGAIN || code == EWOULDBLOCK; }

#if HIREDIS_MAJOR >= 1
/// Bytes read, 0 if there are none now, -1 if the connection is lost (see context.errstr).
ssize_t ReadTls(redisContext& context, std::span<char> into) {
  return context.funcs->read(&context, into.data(), into.size());
}
#else
ssize_t ReadTls(redisContext& /*context*/, std::span<char> /*into*/) { return -1; }
#endif

}  // namespace

void RedisConnection::Free::operator()(redisContext* context) const { redisFree(context); }

RedisConnection::RedisConnection(RedisSettings settings, RedisMetrics& metrics,
                                 std::stop_token stop)
    : settings_(std::move(settings)), metrics_(metrics), stop_(std::move(stop)) {}

RedisConnection::~RedisConnection() = default;

void RedisConnection::Close() {
  context_.reset();
  reader_.Clear();
  address_.clear();
  complete_ = refused_ = false;
}

Status RedisConnection::Keep(bool awaited) {
  if (connected()) return Ok();
  if (awaited) return Lost();
  if (accepted_) metrics_.CountReconnect();
  SLUICE_TRY(Connect());
  Accept();
  return Ok();
}

Status RedisConnection::Ping() {
  RespToken reply;
  SLUICE_TRY(Call({"PING"}, reply));
  if (reply.type != RespToken::Type::kError) return Ok();
  Error error = Refused("PING", reply.text);
  LeaveIfRefused();
  return error;
}

void RedisConnection::Leave() {
  if (!address_.empty()) left_[address_] = std::chrono::steady_clock::now();
  Close();
}

void RedisConnection::LeaveIfRefused() {
  if (refused_) Leave();
}

Error RedisConnection::Broken(RedisFault fault, std::string_view what) {
  Error error = Unusable(fault, what);  // Before Leave: `what` may stand in the context.
  Leave();
  return error;
}

Error RedisConnection::Unusable(RedisFault fault, std::string_view what) {
  metrics_.CountError(fault);
  std::string text = Name() + ": " + std::string(what) + std::string(FaultAdvice(fault));
  if (!IsConfigurationFault(fault) || accepted_) return {ErrorKind::kUnavailable, std::move(text)};
  if (!settings_.where.empty()) text.insert(0, settings_.where + ": ");
  return {ErrorKind::kInvalidConfig, std::move(text)};
}

/// A name may lead to several servers: it matters which of them an error is of.
std::string RedisConnection::Name() const {
  std::string name = "redis " + settings_.Address();
  if (!address_.empty() && name.find(address_) == std::string::npos) name += " at " + address_;
  return name;
}

Error RedisConnection::Refused(std::string_view command, std::string_view reply) {
  // "unknown command" repeats the arguments, a password among them.
  const std::string_view shown = reply.substr(0, reply.find(", with args"));
  const RedisFault fault = FaultOfReply(reply);
  refused_ = refused_ || LeavesServer(fault);
  return Unusable(fault, std::string(command) + " was refused: " + std::string(shown));
}

Status RedisConnection::Connect() {
  Close();
  SLUICE_TRY(Dial());
  SLUICE_TRY(Authenticate());
  return SelectDatabase();
}

ServerAddresses RedisConnection::Candidates(const DialLimits& limits) {
  ServerAddresses found = settings_.unix_path.empty()
                              ? ResolveHost(settings_.host, settings_.port, limits)
                              : UnixAddress(settings_.unix_path);
  const auto left_at = [&](const ServerAddress& address) {
    const auto at = left_.find(address.text);
    return at == left_.end() ? std::chrono::steady_clock::time_point::min() : at->second;
  };
  std::ranges::stable_sort(found.addresses, {}, left_at);
  std::erase_if(left_, [&](const auto& left) {
    return std::ranges::find(found.addresses, left.first, &ServerAddress::text) ==
           found.addresses.end();
  });
  return found;
}

Status RedisConnection::Dial() {
  const auto begin = std::chrono::steady_clock::now();
  const DialLimits limits{begin + settings_.connect_timeout, stop_};
  const ServerAddresses found = Candidates(limits);
  if (!found.problem.empty()) return Broken(RedisFault::kConnect, found.problem);
  const Dialled dialled = sluice::Dial(found.addresses, limits);
  if (dialled.fd < 0) return Broken(RedisFault::kConnect, "can't connect: " + dialled.problem);
  context_.reset(redisConnectFd(dialled.fd));
  if (context_ == nullptr) {
    close(dialled.fd);
    return Broken(RedisFault::kConnect, "out of memory");
  }
  address_ = found.addresses[dialled.address].text;
  return Prepare();
}

Status RedisConnection::Prepare() {
  if (settings_.unix_path.empty()) redisEnableKeepAlive(context_.get());
  if (settings_.tls) {
    // The handshake is the only call that blocks.
    if (!SetBlocking(context_->fd, true)) {
      return Broken(RedisFault::kConnect, "fcntl: " + SystemMessage(errno));
    }
    redisSetTimeout(context_.get(), ToTimeval(settings_.connect_timeout));
    const std::stop_callback hang_up(stop_, [fd = context_->fd] { shutdown(fd, SHUT_RDWR); });
    if (Status status = StartTls(*context_, settings_); !status.ok()) {
      metrics_.CountError(RedisFault::kTls);
      Leave();
      const bool config = status.error().kind == ErrorKind::kInvalidConfig;
      if (!config || settings_.where.empty()) return status;
      return std::move(status).error().Wrap(settings_.where);
    }
  }
  // From here on we wait by poll, so that writing can go on to reading when the pipe is full.
  context_->flags &= ~REDIS_BLOCK;
  if (SetBlocking(context_->fd, false)) return Ok();
  return Broken(RedisFault::kConnect, "fcntl: " + SystemMessage(errno));
}

Status RedisConnection::Authenticate() {
  if (settings_.user.empty() && settings_.password.empty()) return Ok();
  RespToken reply;
  if (settings_.user.empty()) {
    SLUICE_TRY(Call({"AUTH", settings_.password}, reply));
  } else {
    SLUICE_TRY(Call({"AUTH", settings_.user, settings_.password}, reply));
  }
  if (reply.type != RespToken::Type::kError) return Ok();
  Error error = Refused("AUTH", reply.text);
  Leave();
  return error;
}

Status RedisConnection::SelectDatabase() {
  if (settings_.db == 0) return Ok();  // Needs no permission to run SELECT.
  const std::string db = std::to_string(settings_.db);
  RespToken reply;
  SLUICE_TRY(Call({"SELECT", db}, reply));
  if (reply.type != RespToken::Type::kError) return Ok();
  Error error = Refused("SELECT " + db, reply.text);
  Leave();
  return error;
}

Status RedisConnection::Call(std::initializer_list<std::string_view> command, RespToken& reply) {
  command_.clear();
  AppendRespCommand(command_, command);
  SLUICE_TRY(Write(command_));
  SLUICE_TRY(Read(reply));
  if (reply.type != RespToken::Type::kArray) return Ok();
  return Broken(RedisFault::kProtocol, "got an array where one value was expected");
}

Status RedisConnection::Write(std::string_view commands) {
  if (!connected()) return Broken(RedisFault::kConnectionLost, "not connected");
  return settings_.tls ? WriteTls(commands) : WritePlain(commands);
}

Status RedisConnection::WritePlain(std::string_view commands) {
  while (!commands.empty()) {
    const ssize_t sent = send(context_->fd, commands.data(), commands.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      commands.remove_prefix(static_cast<std::size_t>(sent));
    } else if (WouldBlock(errno)) {
      SLUICE_TRY(Wait(POLLIN | POLLOUT));
      bool got = false;
      SLUICE_TRY(Fill(got));
    } else if (errno != EINTR) {
      return Broken(RedisFault::kConnectionLost, "writing failed: " + SystemMessage(errno));
    }
  }
  return Ok();
}

Status RedisConnection::WriteTls(std::string_view commands) {
  if (redisAppendFormattedCommand(context_.get(), commands.data(), commands.size()) != REDIS_OK) {
    return Broken(RedisFault::kConnectionLost, "no memory for the commands");
  }
  for (;;) {
    int done = 0;
    if (redisBufferWrite(context_.get(), &done) != REDIS_OK) {
      return Broken(RedisFault::kConnectionLost,
                    std::string("writing failed: ") + context_->errstr);
    }
    if (done != 0) return Ok();
    SLUICE_TRY(Wait(POLLIN | POLLOUT));
    bool got = false;
    SLUICE_TRY(Fill(got));
  }
}

Status RedisConnection::Read(RespToken& token) {
  for (;;) {
    switch (reader_.Next(token)) {
      case RespReader::Outcome::kToken:
        return Ok();
      case RespReader::Outcome::kMalformed:
        return Broken(RedisFault::kProtocol, "the answer is not Redis' protocol");
      case RespReader::Outcome::kNeedMore:
        break;
    }
    if (!connected()) return Broken(RedisFault::kConnectionLost, "the connection was lost");
    bool got = false;
    SLUICE_TRY(Fill(got));
    if (!got) SLUICE_TRY(Wait(POLLIN));
  }
}

Status RedisConnection::Fill(bool& got) {
  const std::span<char> space = reader_.Space(kReadSize);
  ssize_t size = 0;
  if (settings_.tls) {
    size = ReadTls(*context_, space);
    if (size < 0) {
      return Broken(RedisFault::kConnectionLost,
                    std::string("reading failed: ") + context_->errstr);
    }
  } else {
    size = recv(context_->fd, space.data(), space.size(), 0);
    if (size == 0) return Broken(RedisFault::kConnectionLost, "the server closed the connection");
    if (size < 0 && !WouldBlock(errno) && errno != EINTR) {
      return Broken(RedisFault::kConnectionLost, "reading failed: " + SystemMessage(errno));
    }
  }
  got = size > 0;
  if (got) reader_.Filled(static_cast<std::size_t>(size));
  return Ok();
}

Status RedisConnection::Wait(short events) {
  const auto deadline = std::chrono::steady_clock::now() + settings_.command_timeout;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      return Broken(RedisFault::kTimeout,
                    "no answer for " + std::to_string(settings_.command_timeout.count()) + " ms");
    }
    if (!complete_ && stop_.stop_requested()) {
      return Broken(RedisFault::kConnectionLost, "given up, since the process is to stop");
    }
    pollfd entry{context_->fd, events, 0};
    const auto step = complete_ ? left : std::min(left, kLongestPoll);
    const int ready = poll(&entry, 1, static_cast<int>(step.count()));
    if (ready > 0) return Ok();
    if (ready < 0 && errno != EINTR) {
      return Broken(RedisFault::kConnectionLost, "poll: " + SystemMessage(errno));
    }
  }
}

}  // namespace sluice
