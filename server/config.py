"""Settings: read once from the environment, kept in one frozen object.

Every setting is a ``HIRFA_*`` variable and is documented in server/README.md (a test compares the two).
"""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"
PORT = "8000"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z")
YES = ("1", "yes", "true", "oui")
MAX_YEARS = 100
PAPERS = "photo_emargement"


@dataclass(frozen=True, slots=True)
class S3Address:
    """Where photographs are kept in an S3-type store."""

    bucket: str
    prefix: str
    """Way below the bucket: empty, or with a slash at its end."""
    endpoint: str
    """``https://host``, or ``http://host:port`` within the house."""
    region: str
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class OpenId:
    """The provider by which people may sign in."""

    issuer: str
    client: str
    secret: str = field(repr=False)
    name: str
    """What people call it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the administrator decides outside the database."""

    data: Path
    """Folder of everything that is kept: database, photographs, secret key, key pairs."""
    database_url: str
    bind: str
    """``host:port`` that ``serve`` listens on."""
    url: str
    """Public address that phones reach, without a slash at the end; links and QR codes start with it."""
    secret_key: str
    workers: int
    """Server processes started by ``serve``."""
    keys: Path
    """Folder of the projects' key pairs."""
    https: bool
    """Whether the public address is HTTPS: cookies are then sent over HTTPS only."""
    backup_to: Path | None = None
    """Folder of the backups, on another disk or machine."""
    backup_key: str = ""
    """Public key that backups are sealed to, ``age1…``."""
    backup_copied: bool = False
    """Whether somebody copies that folder elsewhere, though it lies on the disk of the data."""
    proxies: int = 0
    """Servers in front that tell who asks (``X-Forwarded-For``, ``-Proto``): as many entries are believed."""
    metrics_token: str = ""
    """Bearer token of whoever watches the service (``/metrics``)."""
    second_factor: frozenset[str] = frozenset()
    """Roles that may do nothing before they set up a second factor."""
    tiles: Path | None = None
    """Folder of map pictures, ``z/x/y.png``, for the phones; none: their maps are grids."""
    read_url: str = ""
    """A replica of the database, which exports are read from."""
    oidc: OpenId | None = None
    """Provider by which officers may sign in too."""
    s3: S3Address | None = None
    """Store of the photographs; none: the folder ``blobs`` of the data folder."""
    keep_photos_years: int = 2
    """How long photographs are kept after the last form that names them."""
    keep_photos_except: frozenset[str] = frozenset({PAPERS})
    """Questions whose pictures are of papers: they are kept as long as the record."""
    keep_log_years: int = 3
    """How long lines of the operations log are kept."""
    dpo: str = ""
    """Name and contact of the data-protection officer, as papers print it."""

    @property
    def blobs(self) -> Path:
        return self.data / "blobs"

    @property
    def kept(self) -> Path:
        """Blocks of the workbook: may be emptied at any time."""
        return self.data / "kept"

    @property
    def erasures(self) -> Path:
        """List of what was erased: kept apart from the database, for a restored one knows nothing of it."""
        return self.data / "erasures.jsonl"

    @property
    def uploads(self) -> Path:
        return self.data / "uploads"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the ``HIRFA_*`` settings and make the data folder if it is missing.

    :param environ: variables to read; the process's own when not given.
    """
    env = os.environ if environ is None else environ
    data = Path(env.get("HIRFA_DATA") or "data").resolve()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    for folder in ("blobs", "uploads"):
        (data / folder).mkdir(exist_ok=True, mode=0o700)
    bind = _host_and_port(env.get("HIRFA_BIND") or "")
    url = (env.get("HIRFA_URL") or f"http://{_reachable(bind)}").rstrip("/")
    return Settings(
        data=data,
        database_url=normalise_database_url(env.get("HIRFA_DATABASE_URL") or f"sqlite:///{data / 'hirfa.sqlite3'}"),
        bind=bind,
        url=url,
        secret_key=env.get("HIRFA_SECRET_KEY") or _kept_secret(data / "secret_key"),
        workers=int(env.get("HIRFA_WORKERS") or 2),
        keys=Path(env.get("HIRFA_KEYS") or data / "keys").resolve(),
        https=url.startswith("https://"),
        backup_to=Path(env["HIRFA_BACKUP_TO"]).resolve() if env.get("HIRFA_BACKUP_TO") else None,
        backup_key=env.get("HIRFA_BACKUP_KEY") or "",
        backup_copied=(env.get("HIRFA_BACKUP_COPIED") or "").strip().lower() in YES,
        proxies=int(env.get("HIRFA_PROXIES") or 0),
        metrics_token=env.get("HIRFA_METRICS_TOKEN") or "",
        second_factor=frozenset((env.get("HIRFA_SECOND_FACTOR") or "").replace(",", " ").split()),
        tiles=Path(env["HIRFA_TILES"]).resolve() if env.get("HIRFA_TILES") else None,
        read_url=_find_replica(env),
        oidc=_find_openid(env),
        s3=_find_s3(env),
        keep_photos_years=_find_years(env, "HIRFA_KEEP_PHOTOS_YEARS", 2),
        keep_photos_except=frozenset((env.get("HIRFA_KEEP_PHOTOS_EXCEPT") or PAPERS).replace(",", " ").split()),
        dpo=" ".join((env.get("HIRFA_DPO") or "").split())[:200],
        keep_log_years=_find_years(env, "HIRFA_KEEP_LOG_YEARS", 3),
    )


def _find_years(env: Mapping[str, str], name: str, usual: int) -> int:
    """Read for how many years something is kept.

    :raises ValueError: when it is no whole number of years: nothing may be removed by a slip of the hand.
    """
    given = (env.get(name) or "").strip() or str(usual)
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= MAX_YEARS):
        raise ValueError(f"{name}: a whole number of years is expected, 1 to {MAX_YEARS}")
    return int(given)


def _find_openid(env: Mapping[str, str]) -> OpenId | None:
    issuer = (env.get("HIRFA_OIDC_ISSUER") or "").rstrip("/")
    if not issuer:
        return None
    address = urlsplit(issuer)
    if not is_confidential(issuer):
        raise ValueError("HIRFA_OIDC_ISSUER: an https:// address is expected")
    client, secret = env.get("HIRFA_OIDC_CLIENT") or "", env.get("HIRFA_OIDC_SECRET") or ""
    if not client or not secret:
        raise ValueError("HIRFA_OIDC_CLIENT and HIRFA_OIDC_SECRET are missing")
    return OpenId(issuer, client, secret, env.get("HIRFA_OIDC_NAME") or address.hostname or issuer)


def _find_replica(env: Mapping[str, str]) -> str:
    url = normalise_database_url(env.get("HIRFA_DATABASE_READ_URL") or "")
    if url and not url.startswith("postgresql"):
        raise ValueError("HIRFA_DATABASE_READ_URL: a replica is a PostgreSQL")
    if url and not normalise_database_url(env.get("HIRFA_DATABASE_URL") or "").startswith("postgresql"):
        raise ValueError("HIRFA_DATABASE_READ_URL: of what is it a replica? HIRFA_DATABASE_URL is no PostgreSQL")
    return url


def _find_s3(env: Mapping[str, str]) -> S3Address | None:
    """Read where photographs are kept, when it is no folder.

    :raises ValueError: when the address is none.
    """
    given = env.get("HIRFA_BLOBS") or ""
    if not given:
        return None
    address = urlsplit(given)
    if address.scheme != "s3" or not _BUCKET.match(address.netloc) or address.query:
        raise ValueError("HIRFA_BLOBS: s3://bucket or s3://bucket/prefix is expected")
    endpoint = (env.get("HIRFA_S3_ENDPOINT") or "https://s3.amazonaws.com").rstrip("/")
    if urlsplit(endpoint).scheme not in ("http", "https") or not urlsplit(endpoint).netloc or urlsplit(endpoint).path:
        raise ValueError("HIRFA_S3_ENDPOINT: https://host or http://host:port is expected")
    prefix = address.path.strip("/")
    return S3Address(
        bucket=address.netloc,
        prefix=f"{prefix}/" if prefix else "",
        endpoint=endpoint,
        region=env.get("HIRFA_S3_REGION") or "us-east-1",
        key=env.get("HIRFA_S3_KEY") or "",
        secret=env.get("HIRFA_S3_SECRET") or "",
    )


def _host_and_port(text: str) -> str:
    """Complete what was given of ``host:port``: either may be left out."""
    host, colon, port = text.strip().rpartition(":")
    if text.strip().endswith("]") or (not colon and not text.strip().isdigit()):
        host, port = text.strip(), ""
    return f"{host or LOOPBACK}:{port or PORT}"


def is_loopback(host: str) -> bool:
    """Say whether only this machine reaches a host name or address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_confidential(url: str) -> bool:
    """Say whether nobody between reads what goes to an address: HTTPS, or this machine."""
    address = urlsplit(url)
    return address.scheme == "https" or (address.scheme == "http" and is_loopback(address.hostname or ""))


def _reachable(bind: str) -> str:
    """Name an address that others can open: a wildcard is none, so this machine's own is taken."""
    host, _, port = bind.rpartition(":")
    if host not in ("0.0.0.0", "[::]"):  # noqa: S104 - compared, not bound
        return bind
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; the system says which address it would use
            host = probe.getsockname()[0]
        except OSError:
            host = LOOPBACK
    return f"{host}:{port}"


def normalise_database_url(url: str) -> str:
    """Name psycopg 3 for a plain ``postgresql://`` address, as people write it."""
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url[len(plain) :]
    return url


def _kept_secret(path: Path) -> str:
    """Read the secret key of this data folder, made once, readable by its owner only."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = path.read_text().strip()
        if kept:
            return kept
        descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_hex(32)
        file.write(key)
    return key
