"""A TCP proxy on a free loopback port that can delay, cut, half-close and swallow."""

import selectors
import socket
import threading
import time


class TcpProxy:
    """Stands between a client and a server. Faults take effect at once, for all connections.

    Threading: one thread per connection and direction; the methods may be called from anywhere.
    """

    def __init__(self, port, host="127.0.0.1", rewriter=None):
        """rewriter: called for each connection, gives the function that all its requests go through."""
        self._target = host, port
        self._rewriter = rewriter
        self._lock = threading.Lock()
        self._pairs = set()
        self._delay = 0.0
        self._refuse = False
        self._frozen = threading.Event()
        self._reply_budget = None
        self._closing = False
        self.connections = 0
        self.lost_replies = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def point_to(self, port):
        """New connections go to another port of the same host."""
        self._target = self._target[0], port

    # Faults

    def delay(self, seconds):
        """Every piece of data waits that long, in both directions; 0 ends it."""
        self._delay = seconds

    def cut(self):
        """Resets every connection; new ones are taken."""
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            for end in pair:
                reset(end)

    def refuse(self, refuse=True):
        """New connections are reset at once; those that there are stay."""
        self._refuse = refuse

    def freeze(self):
        """Data goes nowhere any more, and nobody is told, until thaw()."""
        self._frozen.set()

    def thaw(self):
        self._frozen.clear()

    def half_close(self, requests=False):
        """The server's side of every connection is at its end; the client can still send.

        With `requests` the other way round: no more requests pass, replies still do.
        """
        with self._lock:
            pairs = list(self._pairs)
        for client, server in pairs:
            try:
                (server if requests else client).shutdown(socket.SHUT_WR)
            except OSError:
                pass

    def lose_replies_after(self, count):
        """After `count` more bytes of replies, all together, connections are reset; None ends it.

        The server has then done what was asked, and the client never learns of it.
        """
        with self._lock:
            self._reply_budget = count

    def mend(self):
        """Ends every fault."""
        self.delay(0)
        self.refuse(False)
        self.thaw()
        self.lose_replies_after(None)

    def close(self):
        self._closing = True
        self._frozen.clear()
        self._listener.close()
        self.cut()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # The pump

    def _accept(self):
        while not self._closing:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._refuse:
                reset(client)
                continue
            try:
                server = socket.create_connection(self._target, timeout=5)
            except OSError:
                reset(client)
                continue
            self.connections += 1
            for end in (client, server):
                end.settimeout(None)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._pairs.add((client, server))
            asked, replied = self._filters(client, server)
            requests = threading.Thread(target=self._pump, args=(client, server, False, asked), daemon=True)
            requests.start()
            threading.Thread(target=self._serve, args=(client, server, requests, replied), daemon=True).start()

    def _filters(self, _client, _server):
        """What the requests and the replies of a new connection go through: functions of bytes to bytes, or None."""
        return self._rewriter() if self._rewriter else None, None

    def _serve(self, client, server, requests, replied):
        self._pump(server, client, True, replied)
        requests.join()
        with self._lock:
            self._pairs.discard((client, server))
        client.close()
        server.close()

    def _pump(self, source, target, replies, rewrite=None):
        try:
            while data := self._receive(source):
                if rewrite:
                    data = rewrite(data)
                if self._delay:
                    time.sleep(self._delay)
                while self._frozen.is_set():
                    time.sleep(0.01)
                if replies and not self._spend(len(data), target, data):
                    self.cut()
                    return
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except (OSError, ValueError):  # ValueError: the other direction has closed both ends
            pass

    @staticmethod
    def _receive(source):
        # A blocking recv would not notice that another thread closed the socket.
        with selectors.DefaultSelector() as selector:
            selector.register(source, selectors.EVENT_READ)
            while not selector.select(timeout=0.2):
                if source.fileno() < 0:
                    return b""
        return source.recv(65536)

    def _spend(self, size, target, data):
        with self._lock:
            if self._reply_budget is None:
                return True
            allowed = min(size, self._reply_budget)
            self._reply_budget -= allowed
        if allowed == size:
            return True
        self.lost_replies += 1
        target.sendall(data[:allowed])
        return False


def reset(end):
    """Closes a socket so that the other side notices at once."""
    try:
        # Linger 0: the other side gets a reset, as when a machine goes away.
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        end.shutdown(socket.SHUT_RD)
    except OSError:
        pass
    end.close()
