"""A rebuild beside the live commands: computed in a child process, put in place in short steps."""

import multiprocessing
import threading
from multiprocessing.connection import Connection

import structlog

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.execute import Node
from pos_loyalty.store.engine import connect
from pos_loyalty.store.rebuild import Rebuild, compute
from web.control import Progress

CHILD_ENDS_S = 5.0


class Rebuilder:
    """Runs one rebuild at a time; the writer is never held longer than one step."""

    def __init__(self, node: Node, url: str) -> None:
        self._node = node
        self._url = url
        self._progress = Progress()
        self._lock = threading.Lock()
        self._log = structlog.get_logger("rebuild")

    def progress(self) -> Progress:
        """Tell how far the last one came."""
        return self._progress

    def start(self) -> None:
        """Begin, unless one is under way: then raises `LoyaltyError` (`STORE_BUSY`)."""
        with self._lock:
            if self._progress.state == "running":
                raise LoyaltyError(Reason.STORE_BUSY)
            self._progress = Progress(state="running")
        threading.Thread(target=self._run, name="rebuild", daemon=True).start()

    def _run(self) -> None:
        try:
            self._rebuild()
        except LoyaltyError as error:
            self._log.error("rebuild failed", reason=error.reason.code)
            self._progress = Progress(state="failed", reason=error.reason.code)
        else:
            last = self._progress
            self._progress = Progress(state="done", done=last.of, of=last.of)

    def _rebuild(self) -> None:
        with Rebuild(self._node.store) as work:
            self._compute()
            while self._node.write(work.step):
                pass
            self._node.write(work.swap)
            while self._node.write(work.tidy):
                pass

    def _compute(self) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        child = context.Process(target=_fold, args=(theirs, self._url), daemon=True)
        child.start()
        theirs.close()
        try:
            self._follow(ours)
        finally:
            ours.close()
            child.join(CHILD_ENDS_S)
            if child.is_alive():
                child.kill()
                child.join()

    def _follow(self, pipe: Connection) -> None:
        while True:
            try:
                told = pipe.recv_bytes().decode()
            except EOFError:
                raise LoyaltyError(Reason.INTERNAL_ERROR) from None
            word, *rest = told.split()
            if word == "done":
                return
            if word == "refused":
                raise LoyaltyError(Reason[rest[0]])
            self._progress = Progress(state="running", done=int(rest[0]), of=int(rest[1]))


def _fold(pipe: Connection, url: str) -> None:
    """Compute in a process of its own, telling how far it is."""
    store = connect(url)
    try:
        compute(store, progress=lambda done, of: pipe.send_bytes(f"at {done} {of}".encode()))
        pipe.send_bytes(b"done")
    except LoyaltyError as error:
        pipe.send_bytes(f"refused {error.reason.code}".encode())
    finally:
        store.close()
