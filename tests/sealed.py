"""Seal as a phone does: what the server only ever opens."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from server.auth import hash_token
from sync.handover import sign
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


def write_handover(
    phone: Any,
    items: Sequence[dict[str, Any]],
    photos: Sequence[tuple[str, bytes]] = (),
    *,
    public: Mapping[str, str],
    token: str | None = None,
    **head: Any,
) -> bytes:
    """Write a hand-over file as a phone does: items already sealed, photographs as (sha256, clear bytes)."""
    values: list[dict[str, Any]] = [{"item": item} for item in items]
    for sha256, data in photos:
        sealed = base64.b64encode(seal_file(public, sha256, data)).decode()
        values.append({"file": {"sha256": sha256, "contentType": "image/jpeg", "keyId": public["keyId"], "sealed": sealed}})
    lines = [json.dumps(value).encode() for value in values]
    first = json.dumps(
        {
            "hirfa": "handover",
            "version": 1,
            "project": {"id": 1, "name": "Oran"},
            "appUser": {"id": phone.app_user_id, "name": "Agente"},
            "deviceId": phone.device_id,
            "writtenAt": "2026-11-22T17:00:00.000Z",
            "clockOffsetMs": 60_000,
            "count": len(items),
            "photos": len(photos),
            "size": sum(len(line) + 1 for line in lines),
            "entries": [hashlib.sha256(line).hexdigest() for line in lines],
            **head,
        },
    ).encode()
    signature = json.dumps({"signature": sign(first, hash_token(token or phone.token))}).encode()
    return b"\n".join([first, signature, *lines]) + b"\n"
