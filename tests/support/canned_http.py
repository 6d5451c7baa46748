"""An HTTP server of our own on a free loopback port, whose answers a test chooses."""

import http.server
import socketserver
import threading
import time


class _Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 512


class CannedHttp:
    """Answers GET by exact path and query. `answers`: {path: (status, body)}; any other path gets `unlisted`.

    `delay` is waited for before each answer, in seconds. While `outage` is a status, every answer is that. The paths
    that were asked for, each with its Authorization header, stand in `requests`.
    """

    def __init__(self, answers=None, unlisted=(404, b"{}"), delay=0, port=0):
        self.answers = answers or {}
        self.unlisted = unlisted
        self.delay = delay
        self.outage = None
        self.requests = []
        self._port = port
        self._server = None

    @property
    def port(self):
        return self._port

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        """Listens; after stop() on the same port again."""
        canned = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):  # pylint: disable=invalid-name
                canned.requests.append((self.path, self.headers.get("Authorization")))
                if canned.delay:
                    time.sleep(canned.delay)
                status, body = canned.answer(self.path)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                if status != 204:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        self._server = _Server(("127.0.0.1", self._port), Handler)
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def answer(self, path):
        if self.outage is not None:
            return self.outage, b"{}"
        return self.answers.get(path, self.unlisted)

    def stop(self):
        """The port refuses connections afterwards; open ones may go on."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    close = stop

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()
