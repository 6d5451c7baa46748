#include "support/postgres_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

namespace sluice::testing {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void DieOfPostgres(const std::string& why) {
  std::fprintf(stderr, "PostgresServer: %s\n", why.c_str());
  std::abort();
}

/// The folder of the newest version's programs; empty if there is none.
std::string Programs() {
  std::vector<std::string> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    if (fs::exists(entry.path() / "bin/postgres")) found.push_back((entry.path() / "bin").string());
  }
  return found.empty() ? "" : *std::ranges::max_element(found);
}

int FreePostgresPort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(fd, generic, size) != 0 || getsockname(fd, generic, &size) != 0) {
    DieOfPostgres("no free port");
  }
  close(fd);
  return ntohs(address.sin_port);
}

/// PostgreSQL refuses to run as root.
const passwd* Owner() { return geteuid() == 0 ? getpwnam("postgres") : nullptr; }

pid_t SpawnPostgres(std::vector<std::string> arguments, const std::string& log) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const passwd* owner = Owner();
  const pid_t parent = getpid();
  const int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const pid_t child = fork();
  if (child != 0) {
    close(fd);
    return child;
  }
  // Only calls that are safe between fork and exec.
  if (owner != nullptr && (setgid(owner->pw_gid) != 0 || setuid(owner->pw_uid) != 0)) _exit(1);
  prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (getppid() != parent) _exit(1);
  dup2(fd, STDOUT_FILENO);
  dup2(fd, STDERR_FILENO);
  execv(argv[0], argv.data());
  _exit(127);
}

/// A process and those that it has started.
void AddTree(pid_t pid, std::vector<pid_t>& pids) {
  pids.push_back(pid);
  const std::string task = "/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid);
  std::ifstream children(task + "/children");
  for (pid_t child = 0; children >> child;) AddTree(child, pids);
}

}  // namespace

bool PostgresServer::Installed() { return !Programs().empty(); }

PostgresServer::PostgresServer() {
  std::string name = (fs::temp_directory_path() / "sluice-postgres-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) DieOfPostgres("no temporary directory");
  directory_ = name;
  const passwd* owner = Owner();
  if (owner != nullptr && chown(name.c_str(), owner->pw_uid, owner->pw_gid) != 0) {
    DieOfPostgres("no chown");
  }
  const pid_t made =
      SpawnPostgres({Programs() + "/initdb", "-D", directory_ + "/data", "-U", "postgres", "-A",
                     "trust", "-E", "UTF8", "--locale=C", "--no-sync"},
                    directory_ + "/initdb.log");
  int status = 0;
  if (waitpid(made, &status, 0) != made || status != 0) {
    DieOfPostgres("initdb failed; see " + directory_);
  }
  std::ofstream(directory_ + "/data/pg_hba.conf") << "local all all trust\n"
                                                     "host all postgres 127.0.0.1/32 trust\n"
                                                     "host all all 127.0.0.1/32 scram-sha-256\n";
  port_ = FreePostgresPort();
  Start();
}

PostgresServer::~PostgresServer() {
  Kill();
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

std::string PostgresServer::Url(const std::string& database) const {
  std::string url = "postgresql://postgres@127.0.0.1:";
  return url.append(std::to_string(port_)).append("/").append(database);
}

void PostgresServer::Start() {
  // What was killed may hold its shared memory for a moment yet.
  for (int attempt = 0; attempt < 50; ++attempt) {
    if (Launch()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  DieOfPostgres("it ended; see " + directory_);
}

bool PostgresServer::Launch() {
  pid_ = SpawnPostgres({Programs() + "/postgres", "-D", directory_ + "/data", "-p",
                        std::to_string(port_), "-k", directory_, "-c", "listen_addresses=127.0.0.1",
                        "-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "max_connections=30"},
                       directory_ + "/log");
  for (int attempt = 0; attempt < 6000; ++attempt) {
    if (Run("SELECT 1") == "1") return true;
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = -1;
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  DieOfPostgres("it doesn't answer; see " + directory_);
}

void PostgresServer::Kill() {
  if (pid_ <= 0) return;
  SignalAll(SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void PostgresServer::SignalAll(int signal) const {
  if (pid_ <= 0) return;
  std::vector<pid_t> pids;
  AddTree(pid_, pids);
  for (const pid_t pid : pids) kill(pid, signal);
}

std::string PostgresServer::Run(const std::string& sql, const std::string& database) const {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(Url(database).c_str()),
                                                                &PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) return PQerrorMessage(connection.get());
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()),
                                                             &PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK) return "";
  if (status != PGRES_TUPLES_OK) return PQresultErrorMessage(result.get());
  std::string text;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    if (row > 0) text += '\n';
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      if (column > 0) text += '|';
      const bool null = PQgetisnull(result.get(), row, column) != 0;
      text += null ? "-" : PQgetvalue(result.get(), row, column);
    }
  }
  return text;
}

}  // namespace sluice::testing
