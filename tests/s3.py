"""A real S3 server for tests, in a process of its own: moto's."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from minio import Minio

from tests.live import free_port, running_program


@dataclass
class S3Server:
    port: int
    process: subprocess.Popen[bytes]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settings(self) -> dict[str, str]:
        """Make a bucket; return the settings that name it."""
        bucket = f"b{uuid4().hex}"
        self.client().make_bucket(bucket)
        return {
            "HIRFA_BLOBS": f"s3://{bucket}/photos",
            "HIRFA_S3_ENDPOINT": self.endpoint,
            "HIRFA_S3_KEY": "key",
            "HIRFA_S3_SECRET": "not-in-any-log",
        }

    def client(self) -> Minio:
        return Minio(f"127.0.0.1:{self.port}", "key", "secret", secure=False, region="us-east-1")

    def names(self, bucket: str, prefix: str = "") -> list[str]:
        return [str(one.object_name) for one in self.client().list_objects(bucket, prefix, recursive=True)]

    def freeze(self) -> None:
        """Let it take connections and answer nothing."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)


@contextmanager
def s3_server() -> Iterator[S3Server]:
    port = free_port()
    moto = ("-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", str(port))
    with running_program(f"http://127.0.0.1:{port}/moto-api/", *moto) as process:
        yield S3Server(port, process)
