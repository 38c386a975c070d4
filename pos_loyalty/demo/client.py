"""How the demo's POS talks to the register: JSON over HTTP, and its event stream."""

import http.client
import json
import socket
import threading
import urllib.error
import urllib.request
import uuid
from typing import Any

TIMEOUT_S = 10.0


class ApiError(Exception):
    """The register refused, or did not answer; the text says which."""


class Client:
    """Calls the API at `base` with a token."""

    def __init__(self, base: str, token: str) -> None:
        self._base = base
        self._token = token

    def get(self, path: str) -> Any:
        """Ask for something; raises `ApiError`."""
        return self._call("GET", path, None)

    def send(self, method: str, path: str, body: dict[str, Any]) -> Any:
        """Ask for a change under a fresh idempotency key; raises `ApiError`."""
        return self._call(method, path, body)

    def listen(self) -> "Listener":
        """Follow the event stream from now on."""
        return Listener(self._request("GET", "/events", None))

    def _call(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        request = self._request(method, path, body)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                content = answer.read()
        except urllib.error.HTTPError as error:
            problem = error.read().decode(errors="replace")
            raise ApiError(f"{method} {path}: {error.code} {problem}") from error
        except OSError as error:
            raise ApiError(f"{method} {path}: {error}") from error
        return json.loads(content) if content else None

    def _request(
        self, method: str, path: str, body: dict[str, Any] | None
    ) -> urllib.request.Request:
        headers = {"Authorization": f"Bearer {self._token}", "Accept-Language": "fr"}
        data = None
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
            data = json.dumps(body).encode()
        return urllib.request.Request(self._base + path, data, headers, method=method)


class Listener:
    """Collects the events of a stream in a thread of its own, until `close`."""

    def __init__(self, request: urllib.request.Request) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self._connection = http.client.HTTPConnection(request.host or "", timeout=60)
        self._connection.request("GET", request.selector, headers=dict(request.header_items()))
        self._socket = self._connection.sock
        self._stream = self._connection.getresponse()
        threading.Thread(target=self._read, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._socket.shutdown(socket.SHUT_RDWR)

    def first(self, kind: str) -> dict[str, Any] | None:
        """Give the first event of a kind."""
        return next((body for name, body in self.events if name == kind), None)

    def _read(self) -> None:
        kind = ""
        try:
            for raw in self._stream:
                line = raw.decode().rstrip("\n")
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    self.events.append((kind, json.loads(line.removeprefix("data: "))))
        except (OSError, http.client.HTTPException):
            return  # the stream ended, or was closed here
        finally:
            self._connection.close()
