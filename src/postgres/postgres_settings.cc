#include "postgres/postgres_settings.h"

#include <libpq-fe.h>

#include <algorithm>
#include <charconv>
#include <memory>

namespace sluice {
namespace {

constexpr std::string_view kForm =
    "must have the form postgresql://[user[:password]@]host[:port][,host[:port]...][/database], or "
    "postgresql:///database?host=/directory for a Unix socket";

Error Wrong(std::string what) { return {ErrorKind::kInvalidConfig, std::move(what)}; }

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

bool ParsePort(const std::string& text, int& port) {
  if (text.empty()) return true;
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, port);
  return code == std::errc() && stop == end && port >= 1 && port <= 65535;
}

/// One port stands for all hosts.
Status SetHosts(PostgresSettings& settings, const std::string& hosts, const std::string& ports) {
  const std::vector<std::string> names = Split(hosts);
  const std::vector<std::string> numbers = Split(ports);
  if (std::ranges::any_of(names, &std::string::empty)) {
    return Wrong("names no host; it " + std::string(kForm));
  }
  if (numbers.size() != 1 && numbers.size() != names.size()) {
    return Wrong("must have one port, or one for each host");
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    PostgresHost& host = settings.hosts.emplace_back();
    host.host = names[i];
    if (!ParsePort(numbers[numbers.size() == 1 ? 0 : i], host.port)) {
      return Wrong("has a port that is not between 1 and 65535");
    }
  }
  return Ok();
}

}  // namespace

std::string PostgresHost::text() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return text += ":" + std::to_string(port);
}

std::string PostgresSettings::Address() const {
  std::string address = "postgresql://";
  for (const PostgresHost& host : hosts) {
    if (&host != &hosts.front()) address += ",";
    address += host.text();
  }
  return database.empty() ? address : address += "/" + database;
}

Result<PostgresSettings> ParsePostgresUrl(std::string_view url) {
  if (!url.starts_with("postgresql://") && !url.starts_with("postgres://")) {
    return Wrong(std::string(kForm));
  }
  char* complaint = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(
      PQconninfoParse(std::string(url).c_str(), &complaint), &PQconninfoFree);
  const std::unique_ptr<char, decltype(&PQfreemem)> owned(complaint, &PQfreemem);
  if (parsed == nullptr) {
    // Other complaints may quote a password.
    const std::string_view said = complaint != nullptr ? complaint : "";
    const bool shown = said.starts_with("invalid URI query parameter: ");
    return Wrong(shown ? std::string(said.substr(0, said.find('\n'))) : std::string(kForm));
  }
  PostgresSettings settings;
  std::string hosts;
  std::string ports;
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    const std::string_view name = option->keyword;
    if (name == "host") {
      hosts = option->val;
    } else if (name == "port") {
      ports = option->val;
    } else if (name == "dbname") {
      settings.database = option->val;
    } else if (name == "user") {
      settings.user = option->val;
    } else if (name == "password") {
      settings.password = option->val;
    } else if (name == "connect_timeout") {
      return Wrong("has connect_timeout; write `timeout`");
    } else if (name == "hostaddr") {
      return Wrong("has hostaddr; write the address as the host");
    } else {
      settings.options.emplace_back(name, option->val);
    }
  }
  SLUICE_TRY(SetHosts(settings, hosts, ports));
  return settings;
}

}  // namespace sluice
