"""A name that somebody gave a file neither leads elsewhere nor breaks a sentence."""

from __future__ import annotations

import pytest

from server.actions.file_names import safe_name


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\边界\\小区边界(一期).zip", "小区边界(一期).zip"),
        ("<img src=x>.geojson", "img src=x.geojson"),
        ("a\u202efdp.pdf\n", "afdp.pdf"),
        ("a\x00b\n.csv", "ab.csv"),
        ('x"; filename=evil.html', "x; filename=evil.html"),
        ("《台账》, 东街.xlsx", "《台账》, 东街.xlsx"),
        ("长" * 300 + ".pdf", "长" * 60 + ".pdf"),
        ("台账", "台账"),
        ("...", "file"),
        ("", "file"),
        (None, "file"),
    ],
)
def test_a_name_can_do_no_harm(sent: str | None, kept: str) -> None:
    assert safe_name(sent) == kept
