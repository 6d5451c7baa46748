#include "postgres/postgres_connection.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <span>
#include <system_error>
#include <utility>

#include "postgres/server_error.h"
#include "util/server_address.h"

namespace sluice {
namespace {

using std::chrono::milliseconds;

/// How soon a stop is noticed while a connection is made.
constexpr milliseconds kLongestPoll{100};

/// Keywords and values as PQconnectStartParams takes them; of a keyword that stands twice the last
/// counts.
class Parameters {
 public:
  /// The characters must stay until Start.
  void Add(const char* name, const char* value) {
    names_.push_back(name);
    values_.push_back(value);
  }
  void AddUnlessEmpty(const char* name, const std::string& value) {
    if (!value.empty()) Add(name, value.c_str());
  }
  PGconn* Start() {
    names_.push_back(nullptr);
    values_.push_back(nullptr);
    return PQconnectStartParams(names_.data(), values_.data(), 0);
  }

 private:
  std::vector<const char*> names_;
  std::vector<const char*> values_;
};

/// The SQLSTATE in libpq's text of a failed login ("FATAL:  28P01: ..."), which it gives nowhere
/// else; of several attempts (with and without TLS) that of the last.
std::string_view StateIn(std::string_view message) {
  constexpr std::string_view kBefore = ":  ";
  constexpr std::size_t kSize = 5;
  std::string_view state;
  for (std::size_t at = message.find(kBefore); at != std::string_view::npos;
       at = message.find(kBefore, at + 1)) {
    const std::string_view found = message.substr(at + kBefore.size(), kSize + 1);
    const bool is_state = found.size() == kSize + 1 && found.back() == ':' &&
                          std::ranges::all_of(found.substr(0, kSize), [](char c) {
                            return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
                          });
    if (is_state) state = found.substr(0, kSize);
  }
  return state;
}

void IgnoreNotice(void* /*context*/, const PGresult* /*notice*/) {}

}  // namespace

std::string FirstLine(std::string_view message) {
  return std::string(message.substr(0, message.find('\n')));
}

PostgresConnection::PostgresConnection(PostgresSettings settings, PostgresMetrics& metrics,
                                       std::stop_token stop)
    : settings_(std::move(settings)), metrics_(metrics), stop_(std::move(stop)) {}

Error PostgresConnection::Broken(PostgresFault fault, std::string_view what) {
  Error error = Unusable(fault, what);  // Before Close: `what` may stand in the handle.
  Close();
  return error;
}

Error PostgresConnection::Unusable(PostgresFault fault, std::string_view what) {
  metrics_.CountError(fault);
  std::string text = settings_.Address();
  if (handle_ != nullptr && text.find(server_) == std::string::npos) text += " at " + server_;
  text.append(": ").append(what).append(FaultAdvice(fault));
  if (!IsConfigurationFault(fault) || accepted_) return {ErrorKind::kUnavailable, std::move(text)};
  if (!settings_.where.empty()) text.insert(0, settings_.where + ": ");
  return {ErrorKind::kInvalidConfig, std::move(text)};
}

Status PostgresConnection::Connect() {
  Close();
  complete_ = false;
  const auto password = Password();
  if (!password) return password.error();
  const auto deadline = Clock::now() + settings_.timeout;
  std::string problems;
  const std::vector<Candidate> candidates = Candidates(deadline, problems);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    // An address that swallows packets leaves the others their share of the time.
    const auto share = (deadline - Clock::now()) / static_cast<int>(candidates.size() - i);
    Status status = Attempt(candidates[i], password.value(), Clock::now() + share);
    if (status.ok()) return status;
    Close();
    if (status.error().kind == ErrorKind::kInvalidConfig) return status;
    if (stop_.stop_requested() || candidates.size() == 1) return status;
    if (!problems.empty()) problems += ", ";
    problems += candidates[i].text + ": " + status.error().message;
  }
  return Broken(PostgresFault::kConnect, "can't connect: " + problems);
}

std::vector<PostgresConnection::Candidate> PostgresConnection::Candidates(
    Clock::time_point deadline, std::string& problems) const {
  std::vector<Candidate> candidates;
  for (const PostgresHost& host : settings_.hosts) {
    if (host.is_socket()) {
      candidates.push_back({host.host, {}, host.port, host.text()});
      continue;
    }
    // libpq would ask the name server without any time-out.
    const ServerAddresses found = ResolveHost(host.host, host.port, {deadline, stop_});
    for (const ServerAddress& address : found.addresses) {
      candidates.push_back({host.host, address.host, host.port, address.text});
    }
    if (found.problem.empty()) continue;
    if (!problems.empty()) problems += ", ";
    problems += found.problem;
  }
  return candidates;
}

Result<std::string> PostgresConnection::Password() {
  if (settings_.password_file.empty()) return settings_.password;
  std::ifstream file(settings_.password_file, std::ios::binary);
  std::string password((std::istreambuf_iterator<char>(file)), {});
  if (!file || file.bad()) {
    return Unusable(PostgresFault::kLogin,
                    "password_file " + settings_.password_file + " can't be read");
  }
  while (!password.empty() && (password.back() == '\n' || password.back() == '\r')) {
    password.pop_back();
  }
  return password;
}

Status PostgresConnection::Attempt(const Candidate& candidate, const std::string& password,
                                   Clock::time_point deadline) {
  const std::string port = std::to_string(candidate.port);
  Parameters parameters;
  parameters.Add("application_name", "sluice");
  parameters.Add("target_session_attrs", "read-write");
  parameters.Add("gssencmode", "disable");
  for (const auto& [name, value] : settings_.options) parameters.Add(name.c_str(), value.c_str());
  parameters.Add("client_encoding", "UTF8");
  parameters.Add("host", candidate.host.c_str());
  parameters.AddUnlessEmpty("hostaddr", candidate.address);
  parameters.Add("port", port.c_str());
  parameters.AddUnlessEmpty("dbname", settings_.database);
  parameters.AddUnlessEmpty("user", settings_.user);
  parameters.AddUnlessEmpty("password", password);
  parameters.AddUnlessEmpty("sslmode", settings_.tls_mode);
  parameters.AddUnlessEmpty("sslrootcert", settings_.ca_file);
  parameters.AddUnlessEmpty("sslcert", settings_.cert_file);
  parameters.AddUnlessEmpty("sslkey", settings_.key_file);
  handle_.reset(parameters.Start());
  if (handle_ == nullptr) return Broken(PostgresFault::kConnect, "out of memory");
  server_ = candidate.text;
  PQsetNoticeReceiver(handle(), IgnoreNotice, nullptr);
  PQsetErrorVerbosity(handle(), PQERRORS_VERBOSE);
  SLUICE_TRY(Handshake(deadline));
  PQsetErrorVerbosity(handle(), PQERRORS_DEFAULT);
  if (PQsetnonblocking(handle(), 1) == 0 && PQenterPipelineMode(handle()) == 1) return Ok();
  return Broken(PostgresFault::kConnect, FirstLine(PQerrorMessage(handle())));
}

Status PostgresConnection::Handshake(Clock::time_point deadline) {
  // What libpq asks for first is that the socket becomes writable.
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  if (PQstatus(handle()) == CONNECTION_BAD) state = PGRES_POLLING_FAILED;
  while (state == PGRES_POLLING_READING || state == PGRES_POLLING_WRITING) {
    SLUICE_TRY(Poll(state == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline));
    state = PQconnectPoll(handle());
  }
  if (state == PGRES_POLLING_OK) return Ok();
  const std::string message = PQerrorMessage(handle());
  const std::string_view sqlstate = StateIn(message);
  const bool asks = PQconnectionNeedsPassword(handle()) != 0;
  PostgresFault fault = asks ? PostgresFault::kLogin : PostgresFault::kConnect;
  if (message.find("session is read-only") != std::string::npos) fault = PostgresFault::kReadOnly;
  if (!sqlstate.empty()) fault = FaultOfState(sqlstate);
  return Broken(fault, FirstLine(message));
}

Status PostgresConnection::Flush() {
  if (!connected()) return Broken(PostgresFault::kConnectionLost, "not connected");
  for (;;) {
    const int left = PQflush(handle());
    if (left == 0) return Ok();
    if (left < 0) {
      return Broken(PostgresFault::kConnectionLost, FirstLine(PQerrorMessage(handle())));
    }
    SLUICE_TRY(Wait(POLLIN | POLLOUT));
    SLUICE_TRY(TakeIn());
  }
}

Result<PgResult> PostgresConnection::Next() {
  if (!connected()) return Broken(PostgresFault::kConnectionLost, "the connection was lost");
  while (PQisBusy(handle()) != 0) {
    SLUICE_TRY(Wait(POLLIN));
    SLUICE_TRY(TakeIn());
  }
  return PgResult(PQgetResult(handle()));
}

Status PostgresConnection::ReadUntilSync(std::vector<PgResult>& results, PgResult& failure) {
  results.clear();
  failure.reset();
  // Each statement's results end by a null, and so may what comes before the sync.
  for (int ends = 0; ends < 3;) {
    auto next = Next();
    if (!next) return std::move(next).error();
    PgResult result = std::move(next).value();
    ends = result == nullptr ? ends + 1 : 0;
    if (result == nullptr) continue;
    switch (PQresultStatus(result.get())) {
      case PGRES_PIPELINE_SYNC:
        return Ok();
      case PGRES_PIPELINE_ABORTED:
        break;
      case PGRES_COMMAND_OK:
      case PGRES_TUPLES_OK:
        results.push_back(std::move(result));
        break;
      case PGRES_FATAL_ERROR:
        if (EndsSession(result.get())) {
          return Broken(FaultOf(result.get()), DetailOf(result.get()));
        }
        if (failure == nullptr) failure = std::move(result);
        break;
      default:
        return Broken(PostgresFault::kOther, "an answer of a kind that no statement asks for");
    }
  }
  return Broken(PostgresFault::kOther, "fewer answers than statements");
}

Status PostgresConnection::TakeIn() {
  if (PQconsumeInput(handle()) != 0) return Ok();
  return Broken(PostgresFault::kConnectionLost, FirstLine(PQerrorMessage(handle())));
}

Status PostgresConnection::Poll(short events, Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) {
      const std::string time = std::to_string(settings_.timeout.count());
      return Broken(PostgresFault::kTimeout,
                    complete_ ? "no answer for " + time + " ms"
                              : "no connection within its share of " + time + " ms");
    }
    if (!complete_ && stop_.stop_requested()) {
      return Broken(PostgresFault::kConnectionLost, "given up, since the process is to stop");
    }
    pollfd entry{PQsocket(handle()), events, 0};
    const auto step = complete_ ? left : std::min(left, kLongestPoll);
    const int ready = poll(&entry, 1, static_cast<int>(step.count()));
    if (ready > 0) return Ok();
    if (ready < 0 && errno != EINTR) {
      return Broken(PostgresFault::kConnectionLost,
                    "poll: " + std::generic_category().message(errno));
    }
  }
}

}  // namespace sluice
