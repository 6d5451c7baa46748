#include "http/session.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include "http/answer.h"
#include "http/event_feed.h"
#include "http/stream.h"

namespace sluice {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;

constexpr milliseconds kLingerTimeout{1'000};
constexpr std::size_t kLingerBytes = std::size_t{256} * 1024;
constexpr unsigned kHttp11 = 11;      // As Beast numbers versions.
constexpr char kTlsHandshake = 0x16;  // What a client that speaks TLS sends first.

std::string TextOf(beast::string_view view) { return {view.data(), view.size()}; }

HttpRequest RequestOf(const http::request<http::empty_body>& head) {
  HttpRequest request;
  request.method = TextOf(head.method_string());
  SetTarget({head.target().data(), head.target().size()}, request);
  for (const auto& field : head) {
    request.headers.emplace_back(TextOf(field.name_string()), TextOf(field.value()));
  }
  return request;
}

std::string EventStreamHead() {
  http::response<http::empty_body> head(http::status::ok, kHttp11);
  head.set(http::field::content_type, "text/event-stream");
  head.set(http::field::cache_control, "no-store");
  head.set("X-Content-Type-Options", "nosniff");
  // It ends with the connection, so that it needs no chunks and a client of HTTP/1.0 gets it too.
  head.keep_alive(false);
  std::ostringstream text;
  text << head.base();
  return text.str();
}

/// One connection. Everything but the handler runs on the I/O thread, so nothing is locked. Each
/// operation under way, a running handler included, owns the session.
class Session final : public HttpConnection,
                      public HttpEventListener,
                      public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, SessionContext& context)
      : context_(context),
        stream_(std::move(socket)),
        timer_(stream_.get_executor()),
        buffer_(context.settings.max_head_bytes + kReadAhead) {}

  void Start();
  void Close() override;
  void EndWithin(milliseconds limit) override { Arm(feed_ != nullptr ? milliseconds(0) : limit); }
  void OnEvent(std::shared_ptr<const std::string> event) override;

 private:
  static constexpr std::size_t kReadAhead = 4096;
  using Parser = http::request_parser<http::empty_body>;

  void AwaitHello();
  void OnHello();
  void AwaitRequest();
  void ReadHead();
  void OnHead(error_code error);
  void Answer();
  void CallHandler(const HttpRoute& route, HttpRequest request);
  void Listen(const HttpRoute& route);
  void WriteEvent();
  void Respond(HttpResponse response);
  void OnWritten(error_code error);
  void HangUp();
  void Discard();
  void Arm(milliseconds limit);
  void Disarm() { timer_.expires_at(std::chrono::steady_clock::time_point::max()); }
  void OnDeadline();

  SessionContext& context_;
  HttpStream stream_;
  asio::steady_timer timer_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::optional<http::response<http::string_body>> response_;
  HttpEventFeed* feed_ = nullptr;                   ///< That is listened to.
  std::shared_ptr<const std::string> event_;        ///< Being written.
  std::shared_ptr<const std::string> later_event_;  ///< The latest that came meanwhile.
  std::size_t discarded_ = 0;
  unsigned version_ = kHttp11;
  bool head_only_ = false;
  bool keep_alive_ = false;
  bool in_handler_ = false;
  bool closed_ = false;
};

void Session::Start() {
  error_code ignored;
  stream_.socket().set_option(tcp::no_delay(true), ignored);
  context_.connections.Add(shared_from_this());
  if (context_.tls == nullptr) return AwaitRequest();
  AwaitHello();
}

void Session::AwaitHello() {
  Arm(context_.settings.idle_timeout);
  stream_.socket().async_wait(tcp::socket::wait_read,
                              [self = shared_from_this()](error_code error) {
                                if (error || self->closed_) return self->Close();
                                self->OnHello();
                              });
}

void Session::OnHello() {
  char first = 0;
  error_code error;
  stream_.socket().receive(asio::buffer(&first, 1), tcp::socket::message_peek, error);
  if (error) return Close();
  if (first != kTlsHandshake) return AwaitRequest();
  Arm(context_.settings.request_timeout);
  stream_.Handshake(*context_.tls, [self = shared_from_this()](error_code failed) {
    if (failed || self->closed_) return self->Close();
    self->AwaitRequest();
  });
}

void Session::Close() {
  closed_ = true;
  in_handler_ = false;
  if (feed_ != nullptr) feed_->Leave(*this);
  error_code ignored;
  stream_.socket().close(ignored);
  timer_.cancel();
  context_.connections.Remove(*this);
}

void Session::Arm(milliseconds limit) {
  timer_.expires_after(context_.stopping ? std::min(limit, kStopGrace) : limit);
  timer_.async_wait([weak = weak_from_this()](error_code error) {
    const auto self = weak.lock();
    if (error || self == nullptr || self->closed_) return;
    // It may have been armed anew when this wait had ended already.
    if (self->timer_.expiry() > std::chrono::steady_clock::now()) return;
    self->OnDeadline();
  });
}

void Session::OnDeadline() {
  if (!in_handler_ || context_.stopping) return Close();
  keep_alive_ = false;
  Respond(ErrorPage(500, "the handler took too long", ""));
}

void Session::AwaitRequest() {
  if (context_.stopping) return Close();
  context_.connections.MarkWaiting(*this);
  if (buffer_.size() > 0) return ReadHead();
  Arm(context_.settings.idle_timeout);
  const auto on_data = [self = shared_from_this()](error_code error, std::size_t size = 0) {
    if (error || self->closed_) return self->Close();
    self->buffer_.commit(size);
    self->ReadHead();
  };
  // TLS may have taken the next request from the socket already.
  if (stream_.secure()) return stream_.async_read_some(buffer_.prepare(kReadAhead), on_data);
  // Until the next request an idle connection keeps no buffer.
  buffer_.shrink_to_fit();
  stream_.socket().async_wait(tcp::socket::wait_read, on_data);
}

void Session::ReadHead() {
  Arm(context_.settings.request_timeout);
  version_ = kHttp11;
  head_only_ = false;
  buffer_.reserve(kReadAhead);
  parser_.emplace();
  parser_->header_limit(context_.settings.max_head_bytes);
  // A body is refused by Decide, whatever its size. Boost 1.74 takes "no limit" for a limit of 0.
  parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
  http::async_read_header(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](error_code error, std::size_t) { self->OnHead(error); });
}

void Session::OnHead(error_code error) {
  if (closed_) return;
  if (!error) return Answer();
  const bool of_http = error.category() == http::make_error_code(http::error{}).category();
  if (!of_http || error == http::error::end_of_stream) return Close();
  keep_alive_ = false;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return Respond(ErrorPage(431, "the request's head is too large", ""));
  }
  Respond(ErrorPage(400, "malformed request", ""));
}

void Session::Answer() {
  HttpRequest request = RequestOf(parser_->get());
  const bool has_body = !parser_->is_done();
  version_ = parser_->get().version();
  head_only_ = parser_->get().method() == http::verb::head;
  keep_alive_ = parser_->keep_alive() && !has_body;
  parser_.reset();
  HttpDecision decision =
      Decide(context_.routes, context_.settings, request, {has_body, stream_.secure()});
  if (decision.route == nullptr) return Respond(std::move(decision.refusal));
  if (decision.route->events) return Listen(*decision.route);
  CallHandler(*decision.route, std::move(request));
}

void Session::CallHandler(const HttpRoute& route, HttpRequest request) {
  context_.connections.MarkBusy(*this);
  in_handler_ = true;
  Arm(context_.settings.handler_timeout);
  asio::post(context_.handlers, [self = shared_from_this(), io = stream_.get_executor(), &route,
                                 request = std::move(request)]() mutable {
    HttpResponse response = Call(route, request);
    // The session must end on the I/O thread, so this thread gives its share of it away.
    asio::post(io, [self = std::move(self), response = std::move(response)]() mutable {
      if (self->in_handler_) self->Respond(std::move(response));
    });
  });
}

void Session::Listen(const HttpRoute& route) {
  keep_alive_ = false;
  if (head_only_) return Respond({200, "text/event-stream", {}, {{"Cache-Control", "no-store"}}});
  // From here on an event that comes waits until the head is written.
  event_ = std::make_shared<const std::string>(EventStreamHead());
  HttpEventFeed& feed = context_.feeds.at(&route);
  if (!feed.Join(*this)) {
    event_.reset();
    HttpResponse full = ErrorPage(503, "too many pages listen already: close one of them", "");
    full.headers.emplace_back("Retry-After", "10");
    return Respond(std::move(full));
  }
  feed_ = &feed;
  context_.connections.MarkBusy(*this);
  WriteEvent();
  Discard();
}

void Session::OnEvent(std::shared_ptr<const std::string> event) {
  // A client that is slower than the events misses some, and takes no memory for them.
  later_event_ = std::move(event);
  if (event_ != nullptr) return;
  event_ = std::move(later_event_);
  WriteEvent();
}

void Session::WriteEvent() {
  Arm(context_.settings.write_timeout);
  asio::async_write(stream_, asio::buffer(*event_),
                    [self = shared_from_this()](error_code error, std::size_t) {
                      self->event_ = std::move(self->later_event_);
                      if (self->closed_) return;
                      if (error || self->context_.stopping) return self->Close();
                      self->Disarm();
                      if (self->event_ != nullptr) self->WriteEvent();
                    });
}

void Session::Respond(HttpResponse response) {
  in_handler_ = false;
  context_.connections.MarkBusy(*this);
  keep_alive_ = keep_alive_ && !context_.stopping;
  response_.emplace();
  response_->version(version_);
  response_->result(static_cast<unsigned>(response.status));
  response_->set(http::field::content_type, response.content_type);
  for (const auto& [name, value] : response.headers) response_->set(name, value);
  response_->body() = std::move(response.body);
  response_->keep_alive(keep_alive_);
  response_->prepare_payload();
  if (head_only_) response_->body().clear();
  Arm(context_.settings.write_timeout);
  http::async_write(
      stream_, *response_,
      [self = shared_from_this()](error_code error, std::size_t) { self->OnWritten(error); });
}

void Session::OnWritten(error_code error) {
  if (error || closed_) return Close();
  response_.reset();
  if (keep_alive_) return AwaitRequest();
  context_.connections.MarkWaiting(*this);
  Arm(kLingerTimeout);
  if (!stream_.secure()) return HangUp();
  stream_.Shutdown([self = shared_from_this()](error_code) {
    if (!self->closed_) self->HangUp();
  });
}

void Session::HangUp() {
  error_code error;
  stream_.socket().shutdown(tcp::socket::shutdown_send, error);
  if (error || context_.stopping) return Close();
  // Closing while the client still sends would reset the connection before it has read the answer.
  Discard();
}

void Session::Discard() {
  buffer_.clear();
  const auto next = [self = shared_from_this()](error_code error, std::size_t size) {
    self->discarded_ += size;
    if (error || self->closed_ || self->discarded_ > kLingerBytes) return self->Close();
    self->Discard();
  };
  stream_.socket().async_read_some(buffer_.prepare(kReadAhead), next);
}

}  // namespace

void StartSession(tcp::socket socket, SessionContext& context) {
  std::make_shared<Session>(std::move(socket), context)->Start();
}

}  // namespace sluice
