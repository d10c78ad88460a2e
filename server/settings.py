"""What an operator decides, read from the environment when the server starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from geodata.domain.access import Role
from geodata.domain.errors import DomainError

if TYPE_CHECKING:
    from starlette.requests import Request

_DRIVER: Final = "postgresql+psycopg://"
_THIS_MACHINE: Final = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An OpenID Connect provider that people may log in by.

    Attributes:
        issuer: Its address, without a slash at the end.
        client_id: What it knows us as.
        client_secret: What we show it, ``None`` for a client without.
        claim: The claim that is the user name here.
        name: What people call it, ``None`` for nothing but single sign-on.
    """

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    claim: str = "preferred_username"
    name: str | None = None

    @property
    def origin(self) -> str:
        """Scheme and host of its address."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Provider | None:
        """Read what the environment says, ``None`` where it names none.

        Raises:
            DomainError: ``auth.sso_setting`` where a part is missing, or the way there is open:
                only this machine may be asked without TLS.
        """
        issuer = (environ.get("FUGAI_OIDC_ISSUER") or "").rstrip("/")
        if not issuer:
            return None
        parts = urlsplit(issuer)
        is_safe = parts.scheme == "https" or parts.hostname in _THIS_MACHINE
        client_id = environ.get("FUGAI_OIDC_CLIENT_ID")
        if not is_safe or not client_id:
            raise DomainError("auth.sso_setting", issuer=issuer)
        secret = environ.get("FUGAI_OIDC_CLIENT_SECRET_FILE")
        return cls(
            issuer=issuer,
            client_id=client_id,
            client_secret=Path(secret).read_text().strip() if secret else None,
            claim=environ.get("FUGAI_OIDC_CLAIM") or "preferred_username",
            name=environ.get("FUGAI_OIDC_NAME") or None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The server's settings.

    Attributes:
        database_url: SQLAlchemy address of a PostGIS database.
        basemap_url: XYZ template of a basemap, ``None`` for none: the map then draws from its
            own rows and asks nobody.
        tianditu_key: Key for Tianditu, used instead of `basemap_url`.
        session_lasts: How long a login lasts.
        files: Folder for what people send; nothing in it is served as it lies there.
        idle_ends: A session unused for this long is over.
        tiles: Folder in which tiles are kept as files, for a web server that hands them out
            itself; ``None`` keeps them in memory alone.
        archives: Folder of PMTiles archives that are served.
        basemap_archive: Name of the one, without suffix, that maps draw the ground from instead
            of the database; for those who may see all of it.
        tiles_secret: What passes to that folder are signed with.
        tiles_memory_bytes: How much memory each process keeps tiles in.
        issuer: Who issues bulletins: the name of the leading bureau.
        webhook_hosts: Hosts, with port where it is not the usual one, that notices may be sent to.
        is_public: Whether anybody may see the totals of towns, and plans put before owners.
        limits: Whether uploads, exports and tiles are counted, as `server.limits` has it.
        direct_url: Address past a pooler that `database_url` leads to, for what needs a connection
            of its own: listening, tiles, jobs; ``None`` where there is no pooler.
        replica_url: Address of a standby that reads, as `server.replica` has it.
        provider: Whom people may log in by, besides their password.
        second_factor: Roles that have to show a code after their password.
        address: Where people reach this server, for links in documents; ``None``: as they did.
    """

    database_url: str
    files: Path
    basemap_url: str | None = None
    tianditu_key: str | None = None
    session_lasts: timedelta = timedelta(hours=12)
    idle_ends: timedelta = timedelta(minutes=30)
    tiles: Path | None = None
    archives: Path = Path("tiles")
    basemap_archive: str | None = None
    tiles_secret: str | None = None
    tiles_memory_bytes: int = 96 << 20
    issuer: str = "区房管局"
    address: str | None = None
    webhook_hosts: frozenset[str] = frozenset()
    is_public: bool = False
    limits: bool = False
    direct_url: str | None = None
    replica_url: str | None = None
    provider: Provider | None = None
    second_factor: frozenset[Role] = frozenset()

    @classmethod
    def read(
        cls,
        database_url: str,
        files: Path,
        environ: Mapping[str, str] = os.environ,
        *,
        tiles_secret: str | None = None,
    ) -> Settings:
        """Read what the environment says.

        ``FUGAI_BASEMAP_URL``, ``FUGAI_TIANDITU_KEY``, ``FUGAI_TILES_FOLDER``,
        ``FUGAI_TILES_MEMORY_MB``; ``FUGAI_ARCHIVES``, by default ``tiles`` beside `files`;
        ``FUGAI_BASEMAP_ARCHIVE``, the name of an archive there, with its suffix or without;
        ``FUGAI_ISSUER``, ``FUGAI_ADDRESS``; ``FUGAI_WEBHOOK_HOSTS``, by commas; ``FUGAI_PUBLIC``,
        1 for a page that owners may see without an account; ``FUGAI_LIMITS``, off for a server
        that is measured; ``FUGAI_SECOND_FACTOR``, roles by commas or ``all``; for single sign-on
        ``FUGAI_OIDC_ISSUER``, ``FUGAI_OIDC_CLIENT_ID``, ``FUGAI_OIDC_CLIENT_SECRET_FILE``,
        ``FUGAI_OIDC_CLAIM``, ``FUGAI_OIDC_NAME``; beyond one machine
        ``FUGAI_DIRECT_DATABASE_URL``, ``FUGAI_REPLICA_DATABASE_URL``.

        Raises:
            DomainError: ``access.role_unknown``; see `Provider.read`.
        """
        tiles = environ.get("FUGAI_TILES_FOLDER")
        below = environ.get("FUGAI_BASEMAP_ARCHIVE")
        return cls(
            database_url=database_url,
            files=files,
            basemap_url=environ.get("FUGAI_BASEMAP_URL") or None,
            tianditu_key=environ.get("FUGAI_TIANDITU_KEY") or None,
            tiles=Path(tiles) if tiles else None,
            archives=Path(environ.get("FUGAI_ARCHIVES") or files.parent / "tiles"),
            basemap_archive=below.removesuffix(".pmtiles") if below else None,
            tiles_secret=tiles_secret,
            webhook_hosts=frozenset(
                one.strip()
                for one in (environ.get("FUGAI_WEBHOOK_HOSTS") or "").split(",")
                if one.strip()
            ),
            limits=environ.get("FUGAI_LIMITS") != "off",
            direct_url=with_driver(environ.get("FUGAI_DIRECT_DATABASE_URL")),
            replica_url=with_driver(environ.get("FUGAI_REPLICA_DATABASE_URL")),
            provider=Provider.read(environ),
            second_factor=_roles(environ.get("FUGAI_SECOND_FACTOR") or ""),
            is_public=environ.get("FUGAI_PUBLIC") == "1",
            issuer=environ.get("FUGAI_ISSUER") or "区房管局",
            address=(environ.get("FUGAI_ADDRESS") or "").rstrip("/") or None,
            tiles_memory_bytes=int(environ.get("FUGAI_TILES_MEMORY_MB") or 96) << 20,
        )


def with_driver(url: str | None) -> str | None:
    """Return an address as SQLAlchemy takes it, ``None`` for none."""
    if not url:
        return None
    return _DRIVER + url.split("://", 1)[1] if "://" in url else url


def _roles(named: str) -> frozenset[Role]:
    if named.strip() == "all":
        return frozenset(Role)
    known = [role.value for role in Role]
    names = [one.strip() for one in named.split(",") if one.strip()]
    for one in names:
        if one not in known:
            raise DomainError("access.role_unknown", value=one, known=known)
    return frozenset(Role(one) for one in names)


def address_of(request: Request) -> str:
    """Return where people reach this server, without a slash at the end, for what leads back."""
    settings: Settings = request.app.state.settings
    return settings.address or str(request.base_url).rstrip("/")
