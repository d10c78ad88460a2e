"""The real server over a real port, in a thread of the tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from scripts.cluster import free_port
from server.http_protocol import BoundedProtocol

_STARTS_WITHIN_S = 20


@contextmanager
def serve(app: FastAPI) -> Iterator[str]:
    """Yield the address of a server of the application."""
    port = free_port()
    config = uvicorn.Config(
        app, port=port, http=BoundedProtocol, log_level="warning", timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.started
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()
