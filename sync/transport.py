"""The one HTTP client: time-outs, certificates, the register's token."""

import threading
from pathlib import Path
from time import monotonic

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from sync.envelope import MEDIA_TYPE, ZSTD
from sync.outcome import Reply

CONNECT_S = 5.0
READ_S = 30.0
ANSWER_BYTES_MAX = 67_108_864
CHUNK = 65_536
NOTHING = Reply(0)


class HttpTransport:
    """Calls one hub. Any thread may call; each has connections of its own.

    `ca_file` names the authority of the hub's certificate where it is not the system's. No proxy
    and no credentials of the environment are used, and no redirect is followed: a token goes to
    the hub of the settings only.
    """

    def __init__(self, url: str, *, ca_file: Path | None = None) -> None:
        self._url = url.rstrip("/")
        self._verify: bool | str = str(ca_file) if ca_file else True
        self._local = threading.local()
        self._opened: list[requests.Session] = []
        self._lock = threading.Lock()

    def call(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        media_type: str = "application/json",
        token: str = "",
        timeout_s: float = 0,
    ) -> Reply:
        """Make one call, as `Transport` says."""
        headers = {"Accept-Encoding": ZSTD}
        if body:
            headers["Content-Type"] = media_type
        if media_type == MEDIA_TYPE:
            headers["Content-Encoding"] = ZSTD
        if token:
            headers["Authorization"] = f"Bearer {token}"
        until = monotonic() + (timeout_s or CONNECT_S + 2 * READ_S)
        try:
            with self._session().request(
                method,
                self._url + path,
                data=body or None,
                headers=headers,
                timeout=(timeout_s or CONNECT_S, timeout_s or READ_S),
                allow_redirects=False,
                stream=True,
            ) as answer:
                return self._read(answer, until)
        except (requests.RequestException, HTTPError, OSError):
            # What exactly the network did makes no difference: the same call is made again.
            return NOTHING

    def _read(self, answer: requests.Response, until: float) -> Reply:
        parts, size = [], 0
        for part in answer.raw.stream(CHUNK, decode_content=False):
            parts.append(part)
            size += len(part)
            if size > ANSWER_BYTES_MAX or monotonic() > until:
                return NOTHING
        encoding = answer.headers.get("Content-Encoding", "")
        return Reply(answer.status_code, encoding, b"".join(parts))

    def _session(self) -> requests.Session:
        known: requests.Session | None = getattr(self._local, "session", None)
        if known is not None:
            return known
        made = requests.Session()
        made.trust_env = False
        made.verify = self._verify
        for scheme in ("http://", "https://"):
            made.mount(scheme, HTTPAdapter(max_retries=0, pool_maxsize=1))
        self._local.session = made
        with self._lock:
            self._opened.append(made)
        return made

    def close(self) -> None:
        """Let all connections go."""
        with self._lock:
            for session in self._opened:
                session.close()
            self._opened.clear()
