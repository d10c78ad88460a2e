"""Notices: told once in the application, delivered elsewhere until they are there, signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from geodata.domain.access import Role
from geodata.domain.notice import WebhookShape, message_of
from geodata.domain.period import CLOCK_VARIABLE, today
from server.actions.tell_notices import remind
from tests.own_world import logged_in
from tests.postgis import TestServer
from tests.server.test_campaign import FILE
from tests.server.visit_desk import VisitDesk, visit_desk

NOTICE = {
    "kind": "finding_opened",
    "title": "东苑小区: S12 保洁不到位",
    "text": "东苑社区",
    "link": "/findings/3",
    "town": "370306001",
}


class Receiver(HTTPServer):
    """Takes what is sent, and answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[int] = []

    @property
    def host(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receiver = self.server
        assert isinstance(receiver, Receiver)
        body = self.rfile.read(int(self.headers["content-length"]))
        receiver.taken.append((self.path, dict(self.headers), body))
        status = receiver.answers.pop(0) if receiver.answers else 200
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def desk(
    server: TestServer, tmp_path_factory: pytest.TempPathFactory, receiver: Receiver
) -> Iterator[VisitDesk]:
    with visit_desk(server, "notices", tmp_path_factory.mktemp("files")) as desk:
        state = desk.app.state
        hosts = frozenset({receiver.host})
        state.settings = replace(
            state.settings, webhook_hosts=hosts, address="http://fugai.example"
        )
        yield desk


def _problem(desk: VisitDesk, client) -> None:
    (site,) = desk.ids("东苑小区")
    record = {
        "client_id": str(uuid4()),
        "site": site,
        "seen_at": f"{today().isoformat()}T00:00:30+08:00",
        "result": "problems",
        "confirms_cover": True,
        "findings": [{"client_id": str(uuid4()), "clause": "S12", "description": "保洁不到位"}],
    }
    assert client.post("/api/inspections", json=record).status_code == 201


def test_a_finding_is_told_to_its_town_and_delivered_signed(desk, receiver) -> None:
    with (
        logged_in(desk.app, Role.DISTRICT_LEAD) as lead,
        logged_in(desk.app, Role.TOWN) as town,
        logged_in(desk.app, Role.NEIGHBOURHOOD) as stranger,
    ):
        asked = {"url": f"http://{receiver.host}/hook"}
        secret = lead.post("/api/webhooks", json=asked).json()["secret"]
        _problem(desk, lead)
        told = town.get("/api/notices").json()
        assert [one["kind"] for one in told] == ["finding_opened"]
        assert "东苑小区" in told[0]["title"]
        assert stranger.get("/api/notices").json() == []
        desk.work()
        ((path, headers, body),) = receiver.taken
        assert path == "/hook"
        sign = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        assert headers["X-Fugai-Signature"] == f"sha256={sign}"
        sent = json.loads(body)
        assert sent["link"] == f"http://fugai.example{told[0]['link']}"
        (delivery,) = lead.get("/api/notice-deliveries").json()
        assert (delivery["state"], delivery["attempts"]) == ("delivered", 1)
        assert town.get("/api/notice-deliveries").status_code == 403
        assert secret not in lead.get("/api/notice-deliveries").text


def test_what_was_not_taken_is_sent_again(desk, receiver) -> None:
    receiver.answers = [503]
    with logged_in(desk.app, Role.DISTRICT_LEAD) as lead:
        lead.post("/api/webhooks", json={"url": f"http://{receiver.host}/hook"})
        _problem(desk, lead)
        desk.work()
        (delivery,) = lead.get("/api/notice-deliveries").json()
        assert (delivery["state"], delivery["attempts"]) == ("waiting", 1)
        assert "503" in delivery["last_error"]
        time.sleep(4)
        desk.work()
        (delivery,) = lead.get("/api/notice-deliveries").json()
        assert (delivery["state"], delivery["attempts"]) == ("delivered", 2)
    assert len(receiver.taken) == 2


def test_redirections_are_not_followed(desk, receiver) -> None:
    receiver.answers = [302]
    with logged_in(desk.app, Role.DISTRICT_LEAD) as lead:
        lead.post("/api/webhooks", json={"url": f"http://{receiver.host}/hook"})
        _problem(desk, lead)
        desk.work()
        (delivery,) = lead.get("/api/notice-deliveries").json()
        assert delivery["state"] == "waiting"
        assert "302" in delivery["last_error"]


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "http://localhost/hook",
        "file:///etc/passwd",
        "http://{host}@evil.example/",
        "http://user:word@{host}/",
    ],
)
def test_addresses_outside_the_list_are_refused(desk, receiver, url: str) -> None:
    with logged_in(desk.app, Role.DISTRICT_LEAD) as lead:
        answer = lead.post("/api/webhooks", json={"url": url.replace("{host}", receiver.host)})
        assert (answer.status_code, answer.json()["code"]) == (422, "webhook.not_allowed")
    with logged_in(desk.app, Role.TOWN) as town:
        asked = {"url": f"http://{receiver.host}/"}
        assert town.post("/api/webhooks", json=asked).status_code == 403


def test_reminders_are_told_once_a_day(desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with logged_in(desk.app, Role.DISTRICT_LEAD) as lead:
        monkeypatch.setenv(CLOCK_VARIABLE, "2017-11-24T08:00:00")
        lead.post("/api/campaigns", json={"content": FILE.read_text("utf-8")})
        engine = desk.app.state.owner
        assert remind(engine) == remind(engine) > 0
        told = lead.get("/api/notices").json()
        assert {one["kind"] for one in told} == {"node_due"}
        titles = [one["title"] for one in told]
        assert len(titles) == len(set(titles))
        assert "东街街道: 11月月报" in titles


def test_each_receiver_gets_the_body_it_takes() -> None:
    def message(shape: WebhookShape):
        return message_of(
            shape, "https://h/x?k=1", "s3", number=7, notice=NOTICE, address="http://a", at_ms=99
        )

    ding = message(WebhookShape.DINGTALK)
    asked = parse_qs(urlsplit(ding.url).query)
    sign = base64.b64encode(hmac.new(b"s3", b"99\ns3", hashlib.sha256).digest()).decode()
    assert (asked["timestamp"], asked["sign"], asked["k"]) == (["99"], [sign], ["1"])
    assert json.loads(ding.body)["markdown"]["title"] == NOTICE["title"]
    wecom = json.loads(message(WebhookShape.WECOM).body)
    assert "http://a/findings/3" in wecom["markdown"]["content"]
    plain = json.loads(message(WebhookShape.PLAIN).body)
    assert (plain["id"], plain["town"]) == (7, "370306001")
