"""Files are kept once, whole or not at all."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO

import pytest

from geodata.domain.errors import DomainError
from geodata.store.files import FileStore


def test_a_file_lies_under_its_digest_however_often_it_is_sent(tmp_path):
    store = FileStore(tmp_path / "files")
    kept = [store.keep(BytesIO(b"one"), most_bytes=3, name="a.xlsx") for _ in range(2)]
    assert kept[0] == kept[1]
    assert kept[0].digest == sha256(b"one").hexdigest()
    assert store.path(kept[0].digest).read_bytes() == b"one"
    assert len([path for path in store.folder.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(("content", "code"), [(b"four", "table.too_large"), (b"", "table.empty")])
def test_of_a_file_that_is_refused_nothing_stays(tmp_path, content, code):
    store = FileStore(tmp_path / "files")
    with pytest.raises(DomainError) as refused:
        store.keep(BytesIO(content), most_bytes=3, name="../a.xlsx")
    assert refused.value.code == code
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []
