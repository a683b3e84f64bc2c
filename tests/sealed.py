"""Seal as a phone does: what the server only ever opens."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from sync.sealing import SUITE, find_file_context, find_item_context


def read_point(public: Mapping[str, str]) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64.b64decode(public["key"]))


def seal_text(
    public: Mapping[str, str], instance_id: str, xml: str | bytes, project_id: int = 1, *, pack: bool = True
) -> str:
    content = xml.encode() if isinstance(xml, str) else xml
    clear = gzip.compress(content, mtime=0) if pack else content
    context = find_item_context(project_id, instance_id)
    return base64.b64encode(SUITE.encrypt(clear, read_point(public), info=context)).decode()


def seal_item(public: Mapping[str, str], item: dict[str, Any]) -> dict[str, Any]:
    """Seal an item of a push; everything but its XML stays as it is."""
    kept = {name: value for name, value in item.items() if name != "xml"}
    return {**kept, "keyId": public["keyId"], "sealed": seal_text(public, item["instanceId"], item["xml"])}


def seal_file(public: Mapping[str, str], sha256: str, data: bytes, project_id: int = 1) -> bytes:
    return SUITE.encrypt(data, read_point(public), info=find_file_context(project_id, sha256))
