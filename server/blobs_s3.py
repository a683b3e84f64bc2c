"""Photographs in an S3-type store (Amazon S3, MinIO, Ceph …), for several application servers.

The client is ``minio``: see server/README.md. Whatever goes wrong on the way is ``StoreAway``; keys and secrets are in
no message. A store that did not answer is not asked again for some seconds, so that those who need no photograph are
not kept waiting behind those who do.
"""

from __future__ import annotations

import hashlib
import io
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from server.blobs import HEAD_BYTES, BlobStore, StoreAway, check_name, find_key
from server.config import S3Address

CONNECT_S, READ_S = 3.0, 15.0
TRIES = 2
REST_S = 5.0
"""How long a store that did not answer is left alone."""
IN_MEMORY = 2**20
CONNECTIONS = 16
_ABSENT = frozenset({"NoSuchKey", "NoSuchObject", "404", "NotFound"})

R = TypeVar("R")


class S3Store(BlobStore):
    """A bucket; below its prefix ``blobs/`` holds photographs, ``kept/`` what requests share for a while."""

    shared = True

    def __init__(self, address: S3Address, scratch: Path) -> None:
        self.address = address
        self.scratch = scratch
        self._rest_until = 0.0
        secure, _, host = address.endpoint.partition("://")
        pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=CONNECT_S, read=READ_S),
            maxsize=CONNECTIONS,
            retries=False,  # tried again below: an answer that is cut while it is read, too
        )
        self._client = Minio(
            host.rstrip("/"),
            access_key=address.key or None,
            secret_key=address.secret or None,
            secure=secure == "https",
            region=address.region,
            http_client=pool,
        )

    def has(self, project_id: int, sha256: str) -> bool:
        return self.size(project_id, sha256) is not None

    def size(self, project_id: int, sha256: str) -> int | None:
        key = self._blob(project_id, sha256)
        try:
            return self._ask(lambda: self._client.stat_object(self.address.bucket, key).size)
        except FileNotFoundError:
            return None

    def put(self, project_id: int, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        if self.size(project_id, sha256) != len(data):
            self._ask(lambda: self._put(self._blob(project_id, sha256), io.BytesIO(data), len(data)))
        return sha256

    def adopt(self, project_id: int, part: Path, sha256: str) -> None:
        self._upload(self._blob(project_id, sha256), part)

    def open(self, project_id: int, sha256: str) -> BinaryIO:
        return self._open(self._blob(project_id, sha256))

    def head(self, project_id: int, sha256: str) -> bytes:
        key = self._blob(project_id, sha256)
        if not (size := self.size(project_id, sha256)):
            return b""
        return self._ask(lambda: self._read(key, length=min(size, HEAD_BYTES)))

    def delete(self, project_id: int, sha256: str) -> None:
        self._remove(self._blob(project_id, sha256))

    def list_all(self, project_id: int) -> Iterator[tuple[str, int]]:
        for name, size, _ in self._names(f"blobs/{int(project_id)}/"):
            yield name.rpartition("/")[2], size

    def check(self) -> None:
        key = self._key(f"check/{secrets.token_hex(8)}")
        self._ask(lambda: self._put(key, io.BytesIO(b"1"), 1))
        if self._ask(lambda: self._read(key)) != b"1":
            raise StoreAway("what was written is not what is read")
        self._remove(key)

    def keep(self, name: str, part: Path) -> None:
        self._upload(self._key(f"kept/{check_name(name)}"), part)

    def open_kept(self, name: str) -> BinaryIO:
        return self._open(self._key(f"kept/{check_name(name)}"))

    def forget(self, name: str) -> None:
        self._remove(self._key(f"kept/{check_name(name)}"))

    def list_kept(self) -> Iterator[tuple[str, datetime]]:
        for name, _, since in self._names("kept/"):
            yield name, since

    def _key(self, way: str) -> str:
        return f"{self.address.prefix}{way}"

    def _blob(self, project_id: int, sha256: str) -> str:
        return self._key(f"blobs/{find_key(project_id, sha256)}")

    def _names(self, room: str) -> Iterator[tuple[str, int, datetime]]:
        prefix, after = self._key(room), ""
        head = len(self._key(room))
        while True:  # by pages of the store's own, each asked again when it fails
            page = self._ask(lambda after=after: self._page(prefix, after))  # type: ignore[misc]
            for name, size, since in page:
                yield name[head:], size, since
            if not page:
                return
            after = page[-1][0]

    def _page(self, prefix: str, after: str) -> list[tuple[str, int, datetime]]:
        found: list[tuple[str, int, datetime]] = []
        for one in self._client.list_objects(self.address.bucket, prefix, recursive=True, start_after=after or None):
            found.append((str(one.object_name), int(one.size or 0), cast(datetime, one.last_modified)))
            if len(found) == 1000:
                break
        return found

    def _put(self, key: str, data: BinaryIO, size: int) -> None:
        self._client.put_object(self.address.bucket, key, data, size, num_parallel_uploads=1)

    def _upload(self, key: str, part: Path) -> None:
        def put() -> None:
            with part.open("rb") as file:
                self._put(key, file, part.stat().st_size)

        self._ask(put)
        part.unlink()

    def _remove(self, key: str) -> None:
        self._ask(lambda: self._client.remove_object(self.address.bucket, key))

    def _read(self, key: str, length: int = 0) -> bytes:
        answer: Any = self._client.get_object(self.address.bucket, key, length=length)
        try:
            return bytes(answer.read())
        finally:
            answer.close()
            answer.release_conn()

    def _open(self, key: str) -> BinaryIO:
        def fetch() -> BinaryIO:
            answer: Any = self._client.get_object(self.address.bucket, key)
            file = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(self.scratch))  # noqa: SIM115 - given to the caller
            try:
                shutil.copyfileobj(answer, file)
            except BaseException:
                file.close()
                raise
            finally:
                answer.close()
                answer.release_conn()
            file.seek(0)
            return cast(BinaryIO, file)

        return self._ask(fetch)

    def _ask(self, question: Callable[[], R]) -> R:
        """Ask the store; once more when the way there broke.

        :raises FileNotFoundError: when what is asked for is not there.
        :raises StoreAway: when it does not answer or refuses.
        """
        if time.monotonic() < self._rest_until:
            raise StoreAway("the store of the photographs did not answer a moment ago")
        for tries_left in reversed(range(TRIES)):
            try:
                return question()
            except S3Error as error:
                if error.code in _ABSENT:
                    raise FileNotFoundError(error.code) from None
                if tries_left and error.response.status >= 500:
                    continue
                raise StoreAway(f"the store of the photographs refuses: {error.code}") from None
            except (MinioException, urllib3.exceptions.HTTPError) as error:
                if tries_left and not isinstance(error, urllib3.exceptions.TimeoutError):
                    continue
                self._rest_until = time.monotonic() + REST_S
                raise StoreAway(f"the store of the photographs does not answer: {type(error).__name__}") from None
        raise AssertionError  # the last try returns or raises
