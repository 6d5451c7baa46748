#include "rest/transfers.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

namespace sluice {
namespace {

using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

void StartLibrary() {
  static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (kStarted != CURLE_OK) std::abort();
}

HeaderList HeadersOf(const std::string& authorization) {
  HeaderList headers(curl_slist_append(nullptr, "Accept: application/json"), curl_slist_free_all);
  if (authorization.empty()) return headers;
  headers.reset(curl_slist_append(headers.release(), authorization.c_str()));
  return headers;
}

long Millis(std::chrono::milliseconds time) { return static_cast<long>(time.count()); }

void RestrictProtocols(CURL* handle) {
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
}

}  // namespace

/// A handle of libcurl, what its request borrows, and what came of it.
class Transfers::Transfer {
 public:
  explicit Transfer(const RestSettings& settings)
      : handle(curl_easy_init()), max_body_(settings.max_body) {
    if (handle == nullptr) throw std::bad_alloc();
    SetConnection(settings);
    SetTls(settings);
    curl_easy_setopt(handle, CURLOPT_PRIVATE, this);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Transfer::Write);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, text.data());
    curl_easy_setopt(handle, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(max_body_));
  }
  ~Transfer() { curl_easy_cleanup(handle); }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  void Prepare(Request wanted) {
    request = std::move(wanted);
    started = std::chrono::steady_clock::now();
    body.clear();
    too_large = false;
    text[0] = '\0';
    headers_ = HeadersOf(request.authorization);
    curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers_.get());
    curl_easy_setopt(handle, CURLOPT_CONNECT_ONLY, request.connect_only ? 1L : 0L);
  }

  template <typename T>
  [[nodiscard]] T Info(CURLINFO info) const {
    T value{};
    curl_easy_getinfo(handle, info, &value);
    return value;
  }

  CURL* const handle;
  Request request;
  Time started;
  std::string body;
  bool too_large = false;
  std::array<char, CURL_ERROR_SIZE> text{};

 private:
  static std::size_t Write(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.too_large = transfer.body.size() + size * count > transfer.max_body_;
    if (transfer.too_large) return 0;
    transfer.body.append(bytes, size * count);
    return size * count;
  }

  void SetConnection(const RestSettings& settings) const {
    RestrictProtocols(handle);
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "sluice");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
    // The path is what UrlTemplate made of the key.
    curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, Millis(settings.timeout));
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, Millis(settings.connect_timeout));
  }

  void SetTls(const RestSettings& settings) const {
    curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!settings.ca_file.empty()) {
      curl_easy_setopt(handle, CURLOPT_CAINFO, settings.ca_file.c_str());
      // Else the system's authorities would be trusted as well.
      curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
    }
    if (settings.cert_file.empty()) return;
    curl_easy_setopt(handle, CURLOPT_SSLCERT, settings.cert_file.c_str());
    curl_easy_setopt(handle, CURLOPT_SSLKEY, settings.key_file.c_str());
    // A key with a passphrase would be asked for on the terminal.
    curl_easy_setopt(handle, CURLOPT_KEYPASSWD, "");
  }

  std::size_t max_body_;
  HeaderList headers_{nullptr, curl_slist_free_all};
};

Transfers::Transfers(const RestSettings& settings) : settings_(settings) {
  StartLibrary();
  multi_ = curl_multi_init();
  if (multi_ == nullptr) throw std::bad_alloc();
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(settings.connections));
}

Transfers::~Transfers() {
  Stop();
  idle_.clear();
  curl_multi_cleanup(multi_);
}

std::unique_ptr<Transfers::Transfer> Transfers::Idle() {
  if (idle_.empty()) return std::make_unique<Transfer>(settings_);
  auto transfer = std::move(idle_.back());
  idle_.pop_back();
  return transfer;
}

void Transfers::Start(Request request) {
  auto transfer = Idle();
  transfer->Prepare(std::move(request));
  curl_multi_add_handle(multi_, transfer->handle);
  running_.push_back(std::move(transfer));
}

void Transfers::Wait(std::chrono::milliseconds wait, std::vector<Ended>& ended) {
  const std::size_t before = ended.size();
  const auto until = std::chrono::steady_clock::now() + wait;
  do {
    int active = 0;
    curl_multi_perform(multi_, &active);
    Collect(ended);
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (ended.size() > before || left.count() <= 0) return;
    curl_multi_poll(multi_, nullptr, 0, static_cast<int>(left.count()), nullptr);
  } while (true);
}

void Transfers::Collect(std::vector<Ended>& ended) {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    const auto at = std::ranges::find(running_, message->easy_handle,
                                      [](const auto& transfer) { return transfer->handle; });
    std::unique_ptr<Transfer> transfer = std::move(*at);
    running_.erase(at);
    Ended& one = ended.emplace_back();
    one.tag = transfer->request.tag;
    one.authorization = transfer->request.authorization;
    one.connect_only = transfer->request.connect_only;
    if (code != CURLE_OK) one.fault = FaultOfCurl(code);
    if (transfer->too_large) one.fault = HttpFault::kTooLarge;
    one.sent = transfer->Info<long>(CURLINFO_REQUEST_SIZE) > 0;
    one.status = transfer->Info<long>(CURLINFO_RESPONSE_CODE);
    one.retry_after = std::chrono::seconds(transfer->Info<curl_off_t>(CURLINFO_RETRY_AFTER));
    one.connections_made = transfer->Info<long>(CURLINFO_NUM_CONNECTS);
    one.started = transfer->started;
    one.ended = std::chrono::steady_clock::now();
    one.problem = ProblemOf(*transfer, code, one);
    one.body = std::move(transfer->body);
    curl_multi_remove_handle(multi_, transfer->handle);
    // The connection of one that only connects belongs to its handle.
    if (!one.connect_only) idle_.push_back(std::move(transfer));
  }
}

std::string Transfers::ProblemOf(const Transfer& transfer, int code, const Ended& ended) const {
  switch (ended.fault) {
    case HttpFault::kNone:
      return {};
    case HttpFault::kResolve:
      return "the name of the host can't be resolved";
    case HttpFault::kConnect: {
      const auto reason = static_cast<int>(transfer.Info<long>(CURLINFO_OS_ERRNO));
      return "can't connect: " + (reason != 0 ? std::generic_category().message(reason)
                                              : std::string("no address takes a connection"));
    }
    case HttpFault::kTls:
      return std::string("TLS failed: ") + (transfer.text[0] != '\0'
                                                ? transfer.text.data()
                                                : curl_easy_strerror(static_cast<CURLcode>(code)));
    case HttpFault::kTimeout: {
      std::string problem = ended.sent ? "no answer within " : "no connection within ";
      const auto limit =
          ended.sent ? settings_.timeout : std::min(settings_.timeout, settings_.connect_timeout);
      return problem += std::to_string(limit.count()) += " ms";
    }
    case HttpFault::kLost:
      return "the connection was lost before the answer was complete";
    case HttpFault::kTooLarge: {
      std::string problem = "the body has more than ";
      return problem += std::to_string(settings_.max_body) += " bytes";
    }
    default:
      return curl_easy_strerror(static_cast<CURLcode>(code));
  }
}

void Transfers::Stop() {
  for (const auto& transfer : running_) {
#if LIBCURL_VERSION_NUM >= 0x075700
    if (hurry_) curl_easy_setopt(transfer->handle, CURLOPT_QUICK_EXIT, 1L);
#endif
    curl_multi_remove_handle(multi_, transfer->handle);
  }
  running_.clear();
}

}  // namespace sluice
