"""Sizes, names and what must not lie in the house."""

from __future__ import annotations

import json
import re
import tomllib

import pytest

from tests.contracts.files import PACKAGES, ROOT, files, shown

FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "manager", "data", "info", "object"}
FORBIDDEN_NAMES |= {"coverage", "plan", "model"}  # each means three things here

LINKS_ALLOWED = {
    "www.w3.org": "a namespace of XML: a name, never fetched",
    "www.opengis.net": "KML's namespace, OGC's systems and classes: names, never fetched",
    "json-schema.org": "the dialect that a schema is written in: a name, never fetched",
    "127.0.0.1": "this machine",
    "{host}": "the machine that serves",
    "t{{s}}.tianditu.gov.cn": "a base map that a district switches on with its own key",
    "*.tianditu.gov.cn": "the same, in the content security policy",
}


def _lines(path) -> int:
    return len(path.read_text("utf-8").splitlines())


@pytest.mark.parametrize(
    ("folders", "suffix", "most"),
    [(PACKAGES, ".py", 400), (("tests",), ".py", 500), (("geodata",), ".sql", 80)],
)
def test_no_file_outgrows_the_house(folders, suffix, most):
    found = files(*folders, suffixes=(suffix,))
    # Migrations are written by Alembic and read once.
    sizes = {shown(one): _lines(one) for one in found if "migrations" not in one.parts}
    assert {name: size for name, size in sizes.items() if size > most} == {}


def test_no_file_or_folder_has_a_name_that_says_nothing():
    found = files(*PACKAGES, "tests", suffixes=(".py", ".sql", ".js", ".css", ".html"))
    named = {
        shown(path): {part.split(".")[0] for part in path.relative_to(ROOT).parts} for path in found
    }
    assert {name for name, parts in named.items() if parts & FORBIDDEN_NAMES} == set()


def test_every_package_says_what_it_is_for():
    for path in files(*PACKAGES, suffixes=(".py",)):
        assert path.read_text("utf-8").lstrip().startswith('"""'), shown(path)


def test_every_sql_file_says_what_goes_in_and_out():
    for path in files("geodata", suffixes=(".sql",)):
        text = path.read_text("utf-8")
        assert text.startswith("-- "), shown(path)
        assert re.search(r"^-- In: ", text, re.MULTILINE), shown(path)
        assert "Out: " in text, shown(path)


def test_no_shipped_file_links_to_another_host():
    suffixes = (".py", ".sql", ".js", ".css", ".html", ".svg", ".toml", ".mako")
    found = files(*PACKAGES, suffixes=suffixes)
    linked = {
        (shown(path), host)
        for path in found
        for host in re.findall(r"https?://([^/\s\"'`:;,)>\\]+)", path.read_text("utf-8"))
    }
    assert {one for one in linked if one[1] not in LINKS_ALLOWED} == set()


def test_every_allowed_link_is_still_there():
    text = "\n".join(path.read_text("utf-8") for path in files(*PACKAGES, suffixes=(".py", ".svg")))
    assert {host for host in LINKS_ALLOWED if f"//{host}" not in text} == set()


def test_no_file_names_another_host_without_a_scheme():
    pattern = re.compile(r"""(?:src|href|url\(|@import)\s*[=(]?\s*["']//""")
    for path in files(*PACKAGES, suffixes=(".py", ".js", ".css", ".html", ".svg")):
        assert not pattern.search(path.read_text("utf-8")), shown(path)


def test_locks_pin_by_hash_and_not_by_the_place_they_came_from():
    assert list(ROOT.glob("uv.lock")) == []
    for place in ("maps", "tests/sso"):
        lock = json.loads((ROOT / place / "package-lock.json").read_text("utf-8"))
        packages = {name: one for name, one in lock["packages"].items() if name}
        assert packages
        assert {name for name, one in packages.items() if "resolved" in one} == set()
        assert {name for name, one in packages.items() if not one.get("integrity")} == set()
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-node.lock"):
        text = (ROOT / name).read_text("utf-8")
        pinned = re.findall(r"^[\w.\-\[\]]+==\S+.*(?:\n(?: .*|\s*))*", text, re.MULTILINE)
        assert pinned, name
        assert [one for one in pinned if "--hash=sha256:" not in one] == [], name
        assert "://" not in text, name


def test_browser_libraries_are_pinned_exactly():
    wanted = json.loads((ROOT / "maps/package.json").read_text("utf-8"))["dependencies"]
    assert {name for name, version in wanted.items() if not version[0].isdigit()} == set()


def test_every_exception_of_the_linter_is_explained():
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    ignored = text.split("\nignore = [\n")[1].split("\n]")[0].splitlines()
    assert [line for line in ignored if "#" not in line] == []
    assert tomllib.loads(text)["tool"]["ruff"]["lint"]["select"] == ["ALL"]
