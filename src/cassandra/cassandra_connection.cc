#include "cassandra/cassandra_connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <span>
#include <system_error>
#include <utility>

#include "cassandra/cql_request.h"
#include "cassandra/cql_response.h"
#include "util/dial.h"
#include "util/server_address.h"

namespace sluice::cassandra {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kReadSize = std::size_t{64} << 10;
/// How soon a stop is noticed while a connection is made.
constexpr milliseconds kLongestPoll{100};

std::string SystemMessage(int code) { return std::generic_category().message(code); }
bool WouldBlock(int code) { return code == EAGAIN || code == EWOULDBLOCK || code == EINTR; }

}  // namespace

CassandraConnection::CassandraConnection(CassandraSettings settings, CassandraMetrics& metrics,
                                         std::stop_token stop)
    : settings_(std::move(settings)),
      metrics_(metrics),
      stop_(std::move(stop)),
      reader_(settings_.max_frame) {}

CassandraConnection::~CassandraConnection() { Close(); }

void CassandraConnection::Close() {
  tls_.reset();
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
  reader_.Clear();
  unwritten_.clear();
  written_ = 0;
  write_wants_read_ = read_wants_write_ = complete_ = false;
}

Error CassandraConnection::Broken(Fault fault, std::string_view what) {
  Error error = Unusable(fault, what);  // Before Close: `what` may stand in the connection.
  Close();
  return error;
}

Error CassandraConnection::Unusable(Fault fault, std::string_view what) {
  metrics_.CountError(fault);
  std::string text = "cassandra " + node_.text() + ": ";
  text += what;
  text += FaultAdvice(fault);
  if (!IsConfigurationFault(fault) || accepted_) return {ErrorKind::kUnavailable, std::move(text)};
  if (!settings_.where.empty()) text.insert(0, settings_.where + ": ");
  return {ErrorKind::kInvalidConfig, std::move(text)};
}

Status CassandraConnection::Open(const ContactPoint& node) {
  Close();
  node_ = node;
  SLUICE_TRY(Dial());
  if (settings_.tls) SLUICE_TRY(StartTls());
  return StartUp();
}

Status CassandraConnection::Dial() {
  const DialLimits limits{Clock::now() + settings_.timeout, stop_};
  const ServerAddresses found = ResolveHost(node_.host, node_.port, limits);
  if (!found.problem.empty()) return Broken(Fault::kConnect, found.problem);
  const Dialled dialled = sluice::Dial(found.addresses, limits);
  if (dialled.fd < 0) return Broken(Fault::kConnect, "can't connect: " + dialled.problem);
  fd_ = dialled.fd;
  const int yes = 1;
  setsockopt(fd_, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
  return Ok();
}

Status CassandraConnection::StartTls() {
  auto made = TlsSession::Make(settings_, node_.host, fd_);
  if (!made) {
    metrics_.CountError(Fault::kTls);
    Close();
    return std::move(made).error().Wrap("cassandra " + node_.text());
  }
  tls_ = std::move(made).value();
  const auto deadline = Clock::now() + settings_.timeout;
  for (;;) {
    switch (tls_->Handshake()) {
      case TlsSession::Outcome::kDone:
        return Ok();
      case TlsSession::Outcome::kWantsRead:
        SLUICE_TRY(Wait(POLLIN, deadline));
        break;
      case TlsSession::Outcome::kWantsWrite:
        SLUICE_TRY(Wait(POLLOUT, deadline));
        break;
      default:
        return Broken(Fault::kTls, "TLS handshake failed: " + tls_->problem());
    }
  }
}

Status CassandraConnection::StartUp() {
  std::string request;
  AppendStartup(request);
  Frame response;
  SLUICE_TRY(Call(request, response));
  if (response.opcode == Opcode::kReady) return Ok();
  if (response.opcode == Opcode::kAuthenticate) {
    const auto authenticator = ReadAuthenticator(response.body);
    if (!authenticator) return Broken(Fault::kProtocol, "AUTHENTICATE can't be read");
    if (!settings_.user.empty()) return LogIn();
    return Broken(Fault::kCredentials,
                  "asks for a user (" + std::string(*authenticator) + "), and none is configured");
  }
  const auto error = response.opcode == Opcode::kError ? ReadError(response.body) : std::nullopt;
  if (!error) return Broken(Fault::kProtocol, "an answer to STARTUP that is none");
  return Broken(FaultOfCode(error->code), "STARTUP was refused: " + std::string(error->message));
}

Status CassandraConnection::LogIn() {
  std::string password = settings_.password;
  if (!settings_.password_file.empty()) {
    std::ifstream file(settings_.password_file);
    if (!std::getline(file, password)) {
      return Broken(Fault::kCredentials,
                    "password_file " + settings_.password_file + " can't be read or is empty");
    }
  }
  std::string request;
  AppendPasswordResponse(request, settings_.user, password);
  Frame response;
  SLUICE_TRY(Call(request, response));
  if (response.opcode == Opcode::kAuthSuccess) return Ok();
  if (response.opcode == Opcode::kAuthChallenge) {
    return Broken(Fault::kCredentials, "asks for more than a password (PasswordAuthenticator)");
  }
  const auto error = response.opcode == Opcode::kError ? ReadError(response.body) : std::nullopt;
  if (!error) return Broken(Fault::kProtocol, "an answer to AUTH_RESPONSE that is none");
  return Broken(FaultOfCode(error->code),
                "user " + settings_.user + " was refused: " + std::string(error->message));
}

Status CassandraConnection::Call(std::string_view request, Frame& response) {
  SLUICE_TRY(Write(request));
  SLUICE_TRY(Read(response));
  return response.stream == 0 ? Ok() : Status(Broken(Fault::kProtocol, "an answer of no request"));
}

Status CassandraConnection::Write(std::string_view frame) {
  if (!is_open()) return Broken(Fault::kConnectionLost, "the connection was lost");
  if (written_ == unwritten_.size()) {
    unwritten_.clear();
    written_ = 0;
  }
  unwritten_ += frame;
  bool moved = false;
  return WriteSome(moved);
}

Status CassandraConnection::Read(Frame& frame) {
  auto deadline = Clock::now() + settings_.timeout;
  for (;;) {
    switch (reader_.Next(frame)) {
      case FrameReader::Outcome::kFrame:
        return Ok();
      case FrameReader::Outcome::kMalformed:
        return Broken(Fault::kProtocol, "the answer is not version 4 of Cassandra's protocol");
      case FrameReader::Outcome::kTooLarge:
        return Broken(Fault::kFrameTooLarge,
                      "an answer of more than " + std::to_string(settings_.max_frame) + " bytes");
      case FrameReader::Outcome::kNeedMore:
        break;
    }
    if (!is_open()) return Broken(Fault::kConnectionLost, "the connection was lost");
    bool moved = false;
    SLUICE_TRY(Move(moved));
    if (moved) {
      deadline = Clock::now() + settings_.timeout;
      continue;
    }
    const bool writes = (written_ < unwritten_.size() && !write_wants_read_) || read_wants_write_;
    SLUICE_TRY(Wait(static_cast<short>(writes ? POLLIN | POLLOUT : POLLIN), deadline));
  }
}

Status CassandraConnection::Move(bool& moved) {
  SLUICE_TRY(WriteSome(moved));
  return ReadSome(moved);
}

Status CassandraConnection::WriteSome(bool& moved) {
  while (written_ < unwritten_.size()) {
    const std::string_view rest = std::string_view(unwritten_).substr(written_);
    std::size_t size = 0;
    if (tls_ != nullptr) {
      const auto outcome = tls_->Write(rest, size);
      write_wants_read_ = outcome == TlsSession::Outcome::kWantsRead;
      if (outcome == TlsSession::Outcome::kClosed || outcome == TlsSession::Outcome::kFailed) {
        return Broken(Fault::kConnectionLost, "writing failed: " + tls_->problem());
      }
    } else {
      const ssize_t sent = send(fd_, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent < 0 && !WouldBlock(errno)) {
        return Broken(Fault::kConnectionLost, "writing failed: " + SystemMessage(errno));
      }
      size = sent > 0 ? static_cast<std::size_t>(sent) : 0;
    }
    if (size == 0) return Ok();
    written_ += size;
    moved = true;
  }
  return Ok();
}

Status CassandraConnection::ReadSome(bool& moved) {
  const std::span<char> space = reader_.Space(kReadSize);
  std::size_t size = 0;
  if (tls_ != nullptr) {
    const auto outcome = tls_->Read(space, size);
    read_wants_write_ = outcome == TlsSession::Outcome::kWantsWrite;
    if (outcome == TlsSession::Outcome::kClosed) {
      return Broken(Fault::kConnectionLost, "the node closed the connection");
    }
    if (outcome == TlsSession::Outcome::kFailed) {
      return Broken(Fault::kConnectionLost, "reading failed: " + tls_->problem());
    }
  } else {
    const ssize_t got = recv(fd_, space.data(), space.size(), 0);
    if (got == 0) return Broken(Fault::kConnectionLost, "the node closed the connection");
    if (got < 0 && !WouldBlock(errno)) {
      return Broken(Fault::kConnectionLost, "reading failed: " + SystemMessage(errno));
    }
    size = got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  reader_.Filled(size);
  moved = moved || size > 0;
  return Ok();
}

Status CassandraConnection::Wait(short events, Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) {
      return Broken(Fault::kTimeout,
                    "no answer for " + std::to_string(settings_.timeout.count()) + " ms");
    }
    if (!complete_ && stop_.stop_requested()) {
      return Broken(Fault::kConnectionLost, "given up, since the process is to stop");
    }
    pollfd entry{fd_, events, 0};
    const auto step = complete_ ? left : std::min(left, kLongestPoll);
    const int ready = poll(&entry, 1, static_cast<int>(step.count()));
    if (ready > 0) return Ok();
    if (ready < 0 && errno != EINTR) {
      return Broken(Fault::kConnectionLost, "poll: " + SystemMessage(errno));
    }
  }
}

}  // namespace sluice::cassandra
