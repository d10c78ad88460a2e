"""A table that is sent for the ledger, and what its form says of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

from fastapi import Depends
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from geodata.domain.importing import ImportKind
from geodata.spatial.datum import Datum
from server.actions.import_receipt import Delivery
from server.api.uploads import FileToWrite, describes_file

TableKind = Literal["ledger", "listing"]
"""What a table may be."""

DELIVERY_FORM: Final = describes_file(
    district="code or name of a district; needed by those who see several",
    town="code of the town that the file is of, else its rows tell",
    on={"type": "string", "format": "date", "description": "day from which the rows hold"},
    kind={"type": "string", "enum": ["ledger", "listing"], "default": "ledger"},
    datum={"type": "string", "enum": [one.value for one in Datum]},
    stage={"type": "boolean", "default": True, "description": "false: only keep it"},
)
"""What the interface's description says of the form."""


class _Fields(BaseModel):
    district: str | None = None
    town: str | None = None
    on: date | None = None
    kind: TableKind = "ledger"
    datum: Datum | None = None
    stage: bool = True


@dataclass(frozen=True, slots=True)
class SentTable:
    """A table on this machine and what was said about it.

    Attributes:
        path: Of the table until the request ends.
        delivery: What was said.
        stage: Whether to read it at once.
    """

    path: Path
    delivery: Delivery
    stage: bool


def delivered(upload: FileToWrite) -> SentTable:
    """Return a table with what its form says; an empty field says nothing.

    Raises:
        RequestValidationError: A field is not what it should be.
    """
    try:
        said = _Fields.model_validate({name: one for name, one in upload.fields.items() if one})
    except ValidationError as error:
        faults = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(faults) from error
    delivery = Delivery(
        name=upload.path.name,
        district=said.district,
        town=said.town,
        on=said.on,
        kind=ImportKind(said.kind),
        datum=said.datum,
    )
    return SentTable(upload.path, delivery, said.stage)


Delivered = Annotated[SentTable, Depends(delivered)]
