"""Files as evidence: known by content, kept outside what is served, downloaded in scope only."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from geodata.domain.access import Role
from server.api.received_files import MOST_BYTES
from tests.own_world import logged_in, own_world
from tests.world import World

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    + bytes(64)
    + b"\xff\xd9"
)
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64)


def png() -> bytes:
    def piece(kind: bytes, content: bytes) -> bytes:
        crc = zlib.crc32(kind + content).to_bytes(4, "big")
        return len(content).to_bytes(4, "big") + kind + content + crc

    head = (1).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    pixels = zlib.compress(b"\x00\xff\x00\x00")
    return (
        b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", head) + piece(b"IDAT", pixels) + piece(b"IEND", b"")
    )


def zipped(*names: str) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w") as container:
        for name in names:
            container.writestr(name, "<x/>")
    return target.getvalue()


def ole(stream: str) -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    return head + bytes(1024) + stream.encode("utf-16-le") + bytes(512)


DOCX = zipped("[Content_Types].xml", "word/document.xml")
GOOD = {
    "批复.pdf": PDF,
    "照片.jpg": JPEG,
    "照片.JPEG": JPEG,
    "截图.png": png(),
    "苹果.heic": HEIC,
    "合同.docx": DOCX,
    "名单.xlsx": zipped("[Content_Types].xml", "xl/workbook.xml"),
    "公文.ofd": zipped("OFD.xml", "Doc_0/Document.xml"),
    "旧文.doc": ole("WordDocument"),
    "旧表.xls": ole("Workbook"),
}
BAD = {
    "page.html": b"<html><script>alert(1)</script>",
    "drawing.svg": b"<svg xmlns='x'><script>alert(1)</script></svg>",
    "program.exe": b"MZ" + bytes(100),
    "program.pdf": b"MZ" + bytes(100),
    "page.jpg": b"<html><script>alert(1)</script>",
    "photo.pdf": JPEG,
    "macros.docm": DOCX,
    "noextension": PDF,
    "text.pdf": b"hello",
}
BROKEN = {
    "half.png": png()[:-10],
    "bent.png": png().replace(b"IDAT", b"IDAX"),
    "half.jpg": JPEG[:-2],
    "half.pdf": PDF[:20],
    "other.docx": zipped("[Content_Types].xml", "xl/workbook.xml"),
    "macros.xlsx": zipped("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"),
    "other.doc": ole("Workbook"),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def own(server, files) -> Iterator[tuple[FastAPI, World]]:
    with own_world(server, "evidence", files) as found:
        yield found


@pytest.fixture
def town(own) -> Iterator[TestClient]:
    with logged_in(own[0], Role.TOWN) as client:
        yield client


def send(client: TestClient, site: int, name: str, content: bytes, about: str = "category"):
    seen = client.get(f"/api/sites/{site}").headers.get("etag", '"1"')
    return client.post(
        f"/api/sites/{site}/evidence",
        files={"file": (name, content, "text/html")},
        data={"about": about, "note": "说明"},
        headers={"If-Match": seen},
    )


@pytest.mark.parametrize("name", GOOD)
def test_a_file_is_kept_and_comes_back_as_it_was(own, town, files, name):
    site = own[1].ids["东苑小区"]
    sent = send(town, site, name, GOOD[name], "contacts.owners_committee")
    assert sent.status_code == 201, sent.text
    told = sent.json()["evidence"]
    answer = town.get(f"/api/sites/{site}/evidence/{told['id']}")
    assert answer.content == GOOD[name]
    headers = answer.headers
    assert headers["content-disposition"].startswith("attachment;")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["content-type"] == told["media_type"] != "text/html"
    shown = town.get(f"/api/sites/{site}").json()["evidence"][-1]
    assert (shown["file_name"], shown["about"]) == (name, "contacts.owners_committee")
    assert (shown["added_by"], shown["note"]) == ("town", "说明")
    assert not [path for path in files.rglob("*") if name in path.name]


@pytest.mark.parametrize("name", [*BAD, *BROKEN])
def test_what_is_no_evidence_is_refused(own, town, name):
    site = own[1].ids["东苑小区"]
    before = town.get(f"/api/sites/{site}").json()["evidence"]
    answer = send(town, site, name, {**BAD, **BROKEN}[name])
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == ("evidence.kind" if name in BAD else "evidence.damaged")
    assert town.get(f"/api/sites/{site}").json()["evidence"] == before


def test_too_large_empty_and_nameless_forms_are_refused(own, town):
    site = own[1].ids["东苑小区"]
    for extra in (1, 100 << 10):
        answer = send(town, site, "a.pdf", PDF + bytes(MOST_BYTES - len(PDF) + extra))
        assert answer.json()["code"] == "table.too_large"
    assert send(town, site, "a.pdf", b"").json()["code"] == "table.empty"
    headers = {"If-Match": town.get(f"/api/sites/{site}").headers["etag"]}
    address = f"/api/sites/{site}/evidence"
    answer = town.post(address, data={"about": "category"}, headers=headers)
    assert answer.json()["code"] == "evidence.file_missing"
    answer = town.post(address, content=iter([b"x"]), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (411, "evidence.length_needed")
    for about in ("", "nothing", "contacts.nobody", "milestones.x"):
        assert send(town, site, "a.pdf", PDF, about).json()["code"] == "evidence.about"
    assert send(town, site, "a.pdf", PDF, "milestones.999").status_code == 404


def test_evidence_of_another_town_is_not_there(own, town):
    _, world = own
    stranger = world.ids["西里小区"]
    with logged_in(own[0], Role.DISTRICT_LEAD) as lead:
        told = send(lead, stranger, "批复.pdf", PDF).json()["evidence"]
        assert lead.get(f"/api/sites/{stranger}/evidence/{told['id']}").status_code == 200
    mine = world.ids["东苑小区"]
    for site in (stranger, mine):
        answer = town.get(f"/api/sites/{site}/evidence/{told['id']}")
        assert (answer.status_code, answer.json()["code"]) == (404, "evidence.not_found")
    assert send(town, stranger, "批复.pdf", PDF).status_code == 404
    with logged_in(own[0], Role.INSPECTOR) as inspector:
        assert inspector.get(f"/api/sites/{stranger}/evidence/{told['id']}").status_code == 200
        assert send(inspector, stranger, "批复.pdf", PDF).status_code == 403


def test_withdrawn_evidence_is_not_shown_and_not_deleted(own, town, files):
    site = own[1].ids["东安里"]
    told = send(town, site, "批复.pdf", PDF).json()
    address = f"/api/sites/{site}/evidence/{told['evidence']['id']}"
    stale = town.delete(address, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    gone = town.delete(address, headers={"If-Match": f'"{told["row_version"]}"'})
    assert gone.status_code == 200, gone.text
    assert town.get(address).status_code == 404
    assert town.get(f"/api/sites/{site}").json()["evidence"] == []
    assert [path for path in files.rglob("*") if path.is_file() and path.read_bytes() == PDF]
