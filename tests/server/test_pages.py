"""Pages: whole in both languages, silent towards other hosts, and safe whatever a ledger says."""

from __future__ import annotations

import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from geodata.domain.access import Role
from server.actions.vector_report import STATUSES
from server.app import create_app
from server.i18n import catalogue
from server.settings import Settings
from tests.postgis import as_server
from tests.server.conftest import LogIn
from tests.world import HOSTILE, World

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "/map", "/gaps", "/gaps/print", "/plans", "/sites/3/plan", "/path",
    "/", "/campaign", "/reports", "/visits", "/visits/today",
    "/findings", "/findings/1", "/overview", "/account", "/truth", "/paper",
    "/towns", "/towns/370306001", "/sites", "/sites/1", "/sites/1/card",
    "/sites?covered=false", "/sites?on=2025-02-01", "/imports", "/imports/1",
    "/doctor", "/imports/vector", "/sites/unlocated",
    "/docs", "/login", "/nowhere",
    "/sites/1/history", "/changes", "/changes?from=2025-01-01", "/lapses", "/departures",
)  # fmt: skip
HTML = {"accept": "text/html"}
SPOKEN_BY_SCRIPTS = {"overview", "gaps", "visits", "today", "paper"}
"""Groups of words that pages hand to their scripts."""


class Links(HTMLParser):
    """Collects what a page loads and where it leads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(  # noqa: D102 - of HTMLParser
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        for name, value in attrs:
            if name in ("src", "href", "action", "srcset", "poster", "data"):
                self.found.append(value or "")
            if name.startswith("on"):
                self.handlers.append(f"{tag} {name}")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_leads_to_no_other_host(leader: TestClient, path: str, lang: str) -> None:
    leader.cookies.set("lang", lang)
    answer = leader.get(path, headers=HTML)
    assert answer.status_code == (404 if path == "/nowhere" else 200)
    links = Links()
    links.feed(answer.text)
    assert [link for link in links.found if "//" in link.replace("http://testserver/", "")] == []
    assert links.handlers == []
    assert "default-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/sites", "/sites/new", "/sites/1", "/sites/1/edit"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_clerks_page_leads_to_no_other_host(log_in: LogIn, path: str, lang: str) -> None:
    clerk = log_in(Role.TOWN)
    clerk.cookies.set("lang", lang)
    answer = clerk.get(path, headers=HTML)
    assert answer.status_code == 200
    links = Links()
    links.feed(answer.text)
    assert [link for link in links.found if "//" in link.replace("http://testserver/", "")] == []
    assert links.handlers == []
    speaks = re.sub(r"<script.*?</script>|<[^>]+>", " ", answer.text, flags=re.DOTALL)
    words = set(re.findall(r"[A-Za-z]{3,}", speaks))
    known = {"English", "Ctrl", "town", "tester", "world", "PDF", "OFD", "Word", "Excel"}
    assert lang == "en" or words <= known


@pytest.mark.parametrize(
    "path",
    [
        *("/map", "/gaps", "/towns", "/towns/370306001", "/sites"),
        *("/changes?from=2025-01-01", "/lapses", "/departures"),
    ],
)
def test_a_chinese_page_speaks_chinese(leader: TestClient, path: str) -> None:
    text = re.sub(
        r"<script.*?</script>|<style.*?</style>|<[^>]+>",
        " ",
        leader.get(path).text,
        flags=re.DOTALL,
    )
    words = set(re.findall(r"[A-Za-z]{3,}", text)) - {
        "English",
        "Ctrl",
        "Esc",
        "GeoJSON",
        "leader",
        "img",
        "src",
        "onerror",
        "alert",
    }
    assert words == set()


@pytest.mark.parametrize("path", ["/towns", "/towns/370306001"])
def test_no_percentage_stands_without_its_two_numbers(leader: TestClient, path: str) -> None:
    text = re.sub(r"<[^>]+>", " ", leader.get(path).text)
    shares = [match.end() for match in re.finditer(r"\d+\.\d%", text)]
    assert len(shares) > 10
    for end in shares:
        assert re.match(r"\s*[\d,.]+ ÷ [\d,.]+", text[end:]), text[end : end + 40]


@pytest.mark.parametrize("path", ["/sites", "/towns/370306001", "/sites/5", "/sites/5/card"])
def test_a_hostile_name_is_text(leader: TestClient, world: World, path: str) -> None:
    path = path.replace("/5", f"/{world.ids[HOSTILE]}")
    text = leader.get(path, headers=HTML).text
    assert HOSTILE not in text
    # The ledger's rows come by themselves: tests/browser reads them.
    if path not in ("/sites", "/towns/370306001"):
        assert "&lt;img src=x onerror=alert(1)&gt;" in text


def test_a_hostile_name_is_text_in_the_form(log_in: LogIn, world: World) -> None:
    text = log_in(Role.TOWN).get(f"/sites/{world.ids[HOSTILE]}/edit").text
    assert HOSTILE not in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text


def test_a_hostile_search_is_text(leader: TestClient) -> None:
    text = leader.get("/sites", params={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert(1)" not in text


def test_a_page_marks_sample_data(leader: TestClient) -> None:
    for path in ("/map", "/gaps", "/towns", "/towns/370306001", "/sites", "/sites/1"):
        assert "示例数据" in leader.get(path).text, path


def test_the_language_is_kept(leader: TestClient) -> None:
    assert "Log out" in leader.get("/towns?lang=en").text
    assert "Log out" in leader.get("/towns").text
    assert "退出" in leader.get("/towns?lang=zh").text


def test_scripts_of_a_page_carry_its_nonce(leader: TestClient) -> None:
    answer = leader.get("/map")
    nonce = re.search(r"'nonce-([^']+)'", answer.headers["content-security-policy"])
    assert nonce
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", answer.text)
    assert inline
    assert all(f'nonce="{nonce[1]}"' in one for one in inline)


def test_an_unknown_page_says_so_and_leads_back(leader: TestClient) -> None:
    answer = leader.get("/nowhere", headers=HTML)
    assert "没有这个地址" in answer.text
    assert 'href="/map"' in answer.text


def test_every_word_is_told_in_both_languages_and_used() -> None:
    sources = [*(ROOT / "server/templates").iterdir(), *(ROOT / "server").rglob("*.py")]
    used = "".join(path.read_text("utf-8") for path in sources)
    scripts = "".join(one.read_text("utf-8") for one in (ROOT / "server/static").glob("*.js"))
    for key, texts in catalogue("words").items():
        assert texts.keys() == {"zh", "en"}, key
        assert all(texts.values()), key
        is_built: object = re.match(
            r"(nav|menu|subject|recognised|act)\.|plans\.(owner|participating|agreeing|none|late)$|towns\.by_|columns\.datum_\w+$"
            r"|record\.(created|changed|ended)$|columns\.(header|alias|similar|content|remembered)$",
            key,
        )
        is_built = is_built or re.fullmatch(rf"vectors\.({'|'.join(STATUSES)})", key)
        is_built = is_built or re.match(r"gaps\.(what|none|fix|alike)_", key)
        group, _, name = key.partition(".")
        is_built = is_built or (group in SPOKEN_BY_SCRIPTS and f'"{name}"' in scripts)
        is_built = is_built or re.match(
            r"(visits|today)\.(skip|postpone)_why$|today\.state_|sheet\.column_"
            r"|reports\.(figure|narrative|ref|copy)_|pack\.(step|finding|contents)_|sheet\.(note|signature|foot)$|overview\.sheet_|notice\.|audit\.(at|facts|outcome|address|actor|action|subject)$|accounts\.(username|state|sessions|tokens)$"
            r"|truth\.(claimed|approved|verified|community|standalone)$",
            key,
        )
        is_built = is_built or re.match(r"ogc\.(field_|\w+_note$)", key)
        assert is_built or re.search(rf"""["']{key}["']""", used), f"{key} is not used"


@pytest.mark.parametrize(
    ("words", "template"), [("words", "coverage_map"), ("boundary_words", "boundary")]
)
def test_every_word_of_a_map_is_told_in_both_languages_and_used(words: str, template: str) -> None:
    scripts = "".join(path.read_text("utf-8") for path in (ROOT / "maps/static").glob("*.js"))
    scripts += (ROOT / f"maps/templates/{template}.html").read_text("utf-8")
    scripts += (ROOT / "maps/pages.py").read_text("utf-8")
    scripts += (ROOT / "server/actions/export_map.py").read_text("utf-8")
    for key, texts in tomllib.loads((ROOT / f"maps/{words}.toml").read_text("utf-8")).items():
        assert texts.keys() == {"zh", "en"}, key
        key_used = key.removeprefix("doing_") if words == "boundary_words" else key
        assert re.search(rf"\b{key_used}\b", scripts), f"{key} is not used"


def test_only_a_set_basemap_may_send_pictures(world_url: str, world: World, tmp_path: Path) -> None:
    tiles = "http://tiles.intranet:8080/{z}/{x}/{y}.png"
    app = create_app(Settings(database_url=as_server(world_url), files=tmp_path, basemap_url=tiles))
    token = {"authorization": f"Bearer {world.token}"}
    with TestClient(app) as client:
        answer = client.get("/map", headers=token)
    policy = answer.headers["content-security-policy"]
    assert "img-src 'self' data: blob: http://tiles.intranet:8080;" in policy
    assert "connect-src 'self';" in policy
    assert tiles in answer.text
