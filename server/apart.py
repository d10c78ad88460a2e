"""Files that people send are read in a process of their own, which may fail as it likes.

A small process that has the readers loaded forks once for each file: the child has limits of
memory, of computing and of time, and ends with its file. What it finds comes back pickled: the
limits keep a file from taking the server down; they are no wall against code in a reader that a
file has taken over.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, Final, TypeVar

from geodata.domain.errors import DomainError

Progress = Callable[[float], None]
T = TypeVar("T")

_MOST_BYTES: Final = 4 << 30
"""Of address space, half of which the libraries take by being there."""
_MOST_CPU_S: Final = 120
_MOST_S: Final = 300
_MOST_WRITTEN_BYTES: Final = 2 << 30
_READERS: Final = (
    "geodata.ledger.form_reader",
    "geodata.ledger.listing",
    "geodata.ledger.points",
    "geodata.ledger.proposal",
    "geodata.spatial.layers",
    "server.pictures",
    "server.reports.paper",
)
"""Loaded once, so that a file is read as soon as it is there."""


def apart(
    function: Callable[..., T],
    *arguments: Any,  # noqa: ANN401 - the function's own
    file: str,
    progress: Progress | None = None,
    **named: Any,  # noqa: ANN401
) -> T:
    """Call a function in a process of its own and return what it returns.

    Args:
        function: A function of a module, whose arguments and result can be pickled.
        *arguments: Its own.
        file: Name of what is read, for the refusal.
        progress: Told what the function tells its own ``progress``.
        **named: Its own.

    Raises:
        DomainError: What the function refuses; ``file.too_heavy`` where it went beyond the
            limits, or broke down.
        RuntimeError: What else went wrong in it, as its process told it.
    """
    if progress is not None:
        named["progress"] = None
    ours, theirs = Pipe()
    with ours:
        with theirs:
            _NURSERY.hand_over(theirs.fileno())
        try:
            ours.send((function, arguments, named))
            while True:
                kind, told = ours.recv()
                if kind != "progress":
                    break
                if progress is not None:
                    progress(told)
        except (EOFError, ConnectionError) as error:
            raise DomainError("file.too_heavy", file=file) from error
    if kind == "refused":
        raise DomainError(told[0], **told[1])
    if kind == "failed":
        message = f"reading {file} failed apart:\n{told}"
        raise RuntimeError(message)
    result: T = told
    return result


class _Nursery:
    """Keeps the process that forks for each file; one that died is begun anew."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def hand_over(self, descriptor: int) -> None:
        """Let a new process answer on the other end of a pipe."""
        with self._lock:
            for is_last in (False, True):
                try:
                    socket.send_fds(self._open(), [b"x"], [descriptor])
                except OSError:
                    self.close()
                    if is_last:
                        raise
                else:
                    return

    def _open(self) -> socket.socket:
        if self._socket is None:
            ours, theirs = socket.socketpair()
            command = [sys.executable, "-m", __name__]
            # Readers of one file need no threads, and a fork must not come upon any.
            alone = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603 - ourselves
                    command,
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env={**os.environ, **alone, "PYTHONPATH": os.pathsep.join(sys.path)},
                )
            self._socket = ours
        return self._socket

    def close(self) -> None:
        """End the process: it ends when nobody can ask it any more."""
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            self._process.wait()
        self._socket = self._process = None


_NURSERY: Final = _Nursery()
atexit.register(_NURSERY.close)


def _fork_for_each() -> None:
    """Load the readers, then fork for each pipe that is handed over."""
    asked = socket.socket(fileno=sys.stdin.fileno())
    # Ctrl-C is for the server, which closes the socket; children are nobody's to wait for.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for name in _READERS:
        importlib.import_module(name)
    while True:
        message, descriptors, _, _ = socket.recv_fds(asked, 1, 1)
        if not message:
            return
        if os.fork() == 0:
            asked.close()
            with contextlib.suppress(BrokenPipeError):
                _answer(Connection(descriptors[0]))
            os._exit(0)
        os.close(descriptors[0])


def _answer(pipe: Connection) -> None:
    for limit, most in (
        (resource.RLIMIT_AS, _MOST_BYTES),
        (resource.RLIMIT_CPU, _MOST_CPU_S),
        (resource.RLIMIT_FSIZE, _MOST_WRITTEN_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, _MOST_S)
    function, arguments, named = pipe.recv()
    if "progress" in named:
        named["progress"] = lambda share: pipe.send(("progress", share))
    try:
        told: tuple[str, Any] = ("found", function(*arguments, **named))
        pipe.send(told)
    except DomainError as refusal:
        pipe.send(("refused", (refusal.code, refusal.facts)))
    except MemoryError:
        pipe.close()
    except Exception:  # noqa: BLE001 - told to who asked, who raises it
        pipe.send(("failed", traceback.format_exc()))


if __name__ == "__main__":
    _fork_for_each()
