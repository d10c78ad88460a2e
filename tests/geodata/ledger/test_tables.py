"""Any table that a user may have."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from geodata.domain.errors import DomainError
from geodata.ledger.tables import read_table
from tests.workbooks import write_table, write_xls

ROWS = [["名称", "户数"], ["翠湖花园", "120"], ["丽景苑", "80"]]


def _csv(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "名单.csv"
    path.write_bytes(text.encode(encoding))
    return path


def _refusal(path: Path) -> DomainError:
    with pytest.raises(DomainError) as refusal:
        read_table(path)
    assert refusal.value.facts["file"] == path.name
    return refusal.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_csv_of_any_office_is_read(tmp_path: Path, encoding: str, mark: str) -> None:
    text = "\r\n".join(mark.join(row) for row in ROWS)
    (sheet,) = read_table(_csv(tmp_path, text, encoding))
    assert sheet.rows == ROWS
    assert sheet.name is None


def test_the_mark_between_cells_is_not_taken_from_inside_them(tmp_path: Path) -> None:
    text = '某市名单\n名称;坐标\n翠湖;"118.7,32.0"\n丽景;118.8,32.1\n'
    assert read_table(_csv(tmp_path, text))[0].rows[2:] == [
        ["翠湖", "118.7,32.0"],
        ["丽景", "118.8,32.1"],
    ]


def test_a_quote_within_a_cell_is_a_character(tmp_path: Path) -> None:
    rows = read_table(_csv(tmp_path, '名称,户数\n5"楼,1\n"两\n行",2\n'))[0].rows
    assert rows[1:] == [['5"楼', "1"], ["两\n行", "2"]]


def test_a_quote_left_open_is_refused_by_its_row(tmp_path: Path) -> None:
    refusal = _refusal(_csv(tmp_path, '名称,户数\n翠湖,1\n"丽景,2\n东方,3\n'))
    assert (refusal.code, refusal.facts["row"]) == ("table.quote_open", 3)


def test_damaged_utf8_is_refused_rather_than_read_as_other_characters(tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    whole = ("id,name\n" + "1,翠湖花园小区\n" * 20).encode()
    path.write_bytes(whole + b"2,\xe7\xbf\n")
    refusal = _refusal(path)
    assert (refusal.code, refusal.facts["row"]) == ("table.damaged_text", 22)


def test_a_very_long_cell_is_read_whole(tmp_path: Path) -> None:
    assert read_table(_csv(tmp_path, f"名称\n{'长' * 300_000}\n"))[0].rows[1] == ["长" * 300_000]


def test_xlsx_keeps_its_row_numbers_and_types(tmp_path: Path) -> None:
    (sheet,) = read_table(write_table(tmp_path / "a.xlsx", [[], ["", "名称"], [], ["", 3.5]]))
    assert sheet.rows == [["", ""], ["", "名称"], ["", ""], ["", 3.5]]


def test_old_xls_is_read(tmp_path: Path) -> None:
    (sheet,) = read_table(write_xls(tmp_path / "a.xls", [["名称", "户数"], ["翠湖", 120.0]]))
    assert (sheet.name, sheet.rows) == ("Sheet1", [["名称", "户数"], ["翠湖", 120.0]])


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.xls"])
def test_what_a_file_is_tells_its_content_not_its_name(tmp_path: Path, name: str) -> None:
    written = write_table(tmp_path / "b.xlsx", ROWS)
    assert read_table(written.rename(tmp_path / name))[0].rows == ROWS


@pytest.mark.parametrize("content", [b"", b"\n\n", b"  \r\n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert _refusal(path).code == "table.empty"


def test_a_workbook_without_cells_is_refused(tmp_path: Path) -> None:
    assert _refusal(write_table(tmp_path / "a.xlsx", [])).code == "table.empty"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"no zip at all\0"),
        ("a.xlsx", b"PK\x03\x04 half of a zip"),
        ("a.xls", b"\xd0\xcf\x11\xe0 half of a compound file"),
        ("a.csv", b"\x00\x01\x02\x03"),
        ("a.csv", b"\xff\xfea\x00b"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert _refusal(path).code == "table.unreadable"


def test_a_zip_of_other_things_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert _refusal(path).code == "table.unreadable"


def test_a_workbook_with_a_password_is_refused_as_such(tmp_path: Path) -> None:
    path = write_xls(tmp_path / "a.xlsx", [["x"]])
    # Office wraps an encrypted workbook in a compound file with a stream of this name.
    path.write_bytes(path.read_bytes() + "EncryptedPackage".encode("utf-16-le"))
    assert _refusal(path).code == "table.encrypted"


def test_a_workbook_that_would_fill_the_memory_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as entry,
    ):
        for _ in range(1025):
            entry.write(bytes(1 << 20))
    assert path.stat().st_size < 2 << 20
    assert _refusal(path).code == "table.too_large"


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    assert _refusal(tmp_path / "nirgends.csv").code == "table.missing"
