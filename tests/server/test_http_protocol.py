"""What comes before a request is understood: too much of it, or none at all."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import suppress

import httpx2 as httpx
import pytest
from fastapi import FastAPI

from server.i18n import LANGUAGE_COOKIE
from tests.browser.serving import serve

ENDS = b" HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(scope="module")
def address(app: FastAPI) -> Iterator[str]:
    with serve(app) as address:
        yield address


def asked(address: str, *pieces: bytes) -> tuple[int, dict]:
    """The status and the content of what the server answers to bytes, however many they are."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        with suppress(OSError):
            for piece in pieces:
                connection.sendall(piece)
        got = b""
        while chunk := connection.recv(65_536):
            got += chunk
    head, body = got.split(b"\r\n\r\n", 1)
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head
    return int(head.split()[1]), json.loads(body)


def test_ten_megabytes_of_query_are_refused_in_words(address):
    began = b"GET /ogc/collections/communities/items?filter="
    status, told = asked(address, began, b"x" * 10_000_000, ENDS)
    assert (status, told["code"]) == (414, "request.long_address")
    assert "65536" in told["detail"]
    assert "网址过长" in told["detail"]


def test_so_are_headers_without_an_end(address):
    pieces = [b"X-%d: %s\r\n" % (number, b"y" * 1000) for number in range(5000)]
    status, told = asked(address, b"GET /map HTTP/1.1\r\nHost: x\r\n", *pieces)
    assert (status, told["code"]) == (431, "request.long_headers")
    status, told = asked(address, b"GET /map HTTP/1.1\r\nHost: x\r\nX: ", b"y" * 5_000_000)
    assert (status, told["code"]) == (431, "request.long_headers")


@pytest.mark.parametrize(
    "sent", [b"\x16\x03\x01\x02\x00\x01", b"FETCH / HTTP/1.1\r\n\r\n", b"\0" * 99]
)
def test_what_is_no_http_is_told_so(address, sent):
    status, told = asked(address, sent)
    assert (status, told["code"]) == (400, "request.malformed")


def test_the_language_is_the_askers_where_it_came_in_time(address):
    head = f"GET / HTTP/1.1\r\nCookie: {LANGUAGE_COOKIE}=en\r\nX-Long: ".encode()
    told = asked(address, head, b"y" * 1_000_000)[1]
    assert told["detail"].startswith("The headers are too long")


def test_a_long_but_bearable_filter_is_read(address):
    answer = httpx.get(f"{address}/healthz", params={"x": "y" * 60_000})
    assert answer.status_code == 200
