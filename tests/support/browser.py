"""A headless Chromium of the distribution, driven by the DevTools protocol."""

import base64
import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import socket
import struct
import tempfile
import time
import urllib.request

from support.processes import ChildProcess, wait_until

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def program():
    """The browser's path, or None where there is none."""
    return next((found for found in map(shutil.which, PROGRAMS) if found), None)


class WebSocket:
    """A client's end of one WebSocket connection that carries texts (RFC 6455)."""

    def __init__(self, host, port, path, timeout=30):
        self._socket = socket.create_connection((host, port), timeout=timeout)
        self._bytes = b""
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall((f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        head = self._read_head()
        expected = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
        if expected not in head:
            raise ConnectionError(f"no WebSocket at {path}: {head!r}")

    def _read_head(self):
        while b"\r\n\r\n" not in self._bytes:
            self._fill()
        head, self._bytes = self._bytes.split(b"\r\n\r\n", 1)
        return head

    def _fill(self):
        part = self._socket.recv(1 << 16)
        if not part:
            raise ConnectionError("the browser closed the connection")
        self._bytes += part

    def _read(self, size):
        while len(self._bytes) < size:
            self._fill()
        part, self._bytes = self._bytes[:size], self._bytes[size:]
        return part

    def send(self, text):
        data, mask = text.encode(), os.urandom(4)
        head = b"\x81" + (bytes([0x80 | len(data)]) if len(data) < 126 else
                          b"\xfe" + struct.pack(">H", len(data)) if len(data) < 65536 else b"\xff" + struct.pack(">Q", len(data)))
        self._socket.sendall(head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(data)))

    def receive(self):
        """The next text, put together from its frames."""
        text = b""
        while True:
            first, second = self._read(2)
            size = second & 0x7F
            if size >= 126:
                size = int.from_bytes(self._read(2 if size == 126 else 8), "big")
            data = self._read(size)
            if first & 0x0F == 8:
                raise ConnectionError("the browser closed the WebSocket")
            if first & 0x0F in (0, 1):
                text += data
                if first & 0x80:
                    return text.decode()

    def set_timeout(self, seconds):
        self._socket.settimeout(seconds)

    def close(self):
        self._socket.close()


class Page:
    """One tab."""

    def __init__(self, port, target):
        self._socket = WebSocket("127.0.0.1", port, target["webSocketDebuggerUrl"].split(str(port), 1)[1])
        self._number = 0
        self.errors = []    # what the console and the network said was wrong
        self.requests = []  # every address that was asked for
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            said = json.loads(self._socket.receive())
            if said.get("id") == self._number:
                if "error" in said:
                    raise RuntimeError(f"{method}: {said['error']}")
                return said["result"]
            self._note(said)

    def _note(self, event):
        method, its = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.errors.append(json.dumps(its["exceptionDetails"])[:1000])
        elif method == "Runtime.consoleAPICalled" and its["type"] in ("error", "warning", "assert"):
            self.errors.append(json.dumps(its["args"])[:1000])
        elif method == "Log.entryAdded" and its["entry"]["level"] in ("error", "warning"):
            self.errors.append(f"{its['entry']['text']} {its['entry'].get('url', '')}")
        elif method == "Network.requestWillBeSent":
            self.requests.append(its["request"]["url"])

    def evaluate(self, expression):
        """The value of a JavaScript expression, a promise's result."""
        said = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in said:
            raise RuntimeError(f"{expression}: {said['exceptionDetails']}")
        return said["result"].get("value")

    def wait_for(self, expression, timeout=30):
        """Until the expression is true; its value."""
        return wait_until(lambda: self.evaluate(expression), timeout,
                          lambda: f"{expression}; the page says: {self.text()[:1500]}; errors: {self.errors}", interval=0.1)

    def text(self):
        return self.evaluate("document.body.innerText")

    def open(self, url):
        self.call("Page.navigate", url=url)
        self.wait_for(f"location.href.startsWith({json.dumps(url)}) && document.readyState === 'complete'")

    def set_size(self, width, height, mobile=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def set_media(self, **features):
        """Such as prefers_color_scheme="dark"."""
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": name.replace("_", "-"), "value": value} for name, value in features.items()])

    def click(self, selector):
        """With the mouse, at the element's middle."""
        x, y = self.evaluate(f"""(() => {{
            const element = document.querySelector({json.dumps(selector)});
            element.scrollIntoView({{block: 'center', behavior: 'instant'}});
            const box = element.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key, code=None):
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=code or key,
                      windowsVirtualKeyCode={"Tab": 9, "Enter": 13}.get(key, 0))
        if key == "Enter":
            self.call("Input.dispatchKeyEvent", type="char", key=key, text="\r")

    def type(self, text):
        self.call("Input.insertText", text=text)

    def accessibility(self):
        """The nodes that a screen reader meets, as (role, name)."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [(node.get("role", {}).get("value"), node.get("name", {}).get("value", ""))
                for node in nodes if not node.get("ignored")]

    def screenshot(self, path, height=None):
        clip = {}
        if height:
            clip = {"clip": {"x": 0, "y": 0, "width": self.evaluate("innerWidth"), "height": height, "scale": 1},
                    "captureBeyondViewport": True}
        data = self.call("Page.captureScreenshot", format="png", **clip)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def close(self):
        self._socket.close()


class Browser:
    """Ends with the `with` block, its profile too."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="sluice-browser-")  # pylint: disable=consider-using-with
        folder = pathlib.Path(self._folder.name)
        # The tests may run as root in a container, where Chromium's own sandbox can't.
        self._process = ChildProcess(
            [program(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--hide-scrollbars", "--remote-debugging-port=0",
             f"--user-data-dir={folder / 'profile'}", "about:blank"], folder / "log", {"HOME": str(folder)})
        self._port_file = folder / "profile" / "DevToolsActivePort"
        wait_until(lambda: self._port_file.exists() and "\n" in self._port_file.read_text(), 60,
                   lambda: f"the browser is up: {self._process.log_tail()}")
        self.port = int(self._port_file.read_text().split()[0])
        self.pages = []

    def new_page(self):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/json/new?about:blank", method="PUT")
        with urllib.request.urlopen(request, timeout=30) as reply:
            target = json.load(reply)
        self.pages.append(Page(self.port, target))
        return self.pages[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for page in self.pages:
            page.close()
        self._process.kill()
        for _ in range(20):
            with contextlib.suppress(OSError):
                self._folder.cleanup()
                return
            time.sleep(0.1)
