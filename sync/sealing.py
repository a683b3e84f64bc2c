"""Open what a phone sealed to its project's public key: a finalized instance, or a photograph.

HPKE base mode (RFC 9180) with DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM: what both `cryptography` and a
browser's WebCrypto have. The sealed bytes are the encapsulated key (65 bytes) followed by the ciphertext. `info`
holds the project and the instanceID, or the sha256 of the clear file, so that an envelope opens only as what it was
sealed for: it cannot be presented under another's name. HPKE of this mode proves nothing about who sealed it; the
token or the signature of a hand-over does.

The text of an instance is compressed before it is sealed, because ciphertext cannot be compressed on its way.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sync.errors import SyncError
from sync.protocol import MAX_INFLATED, inflate

SUITE: Final = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
OVERHEAD: Final = 65 + 16
"""Bytes that sealing adds: the encapsulated key and the tag."""
_GZIP: Final = b"\x1f\x8b"


def find_item_context(project_id: int, instance_id: str) -> bytes:
    """Return the `info` of a sealed instance."""
    return f"hirfa/1 item\n{project_id}\n{instance_id}".encode("utf-8", "surrogatepass")


def find_file_context(project_id: int, sha256: str) -> bytes:
    """Return the `info` of a sealed file, from the sha256 of its clear bytes in hex."""
    return f"hirfa/1 file\n{project_id}\n{sha256}".encode()


def to_point(key: ec.EllipticCurvePublicKey) -> bytes:
    """Write a public key as phones read it: the uncompressed point, 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def name_key(key: ec.EllipticCurvePublicKey) -> str:
    """Name a key: the first 16 hex digits of its point's sha256."""
    return hashlib.sha256(to_point(key)).hexdigest()[:16]


def read_sealed(text: str) -> bytes:
    """Read the base64 that stands in an item.

    :raises SyncError: code "damaged".
    """
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SyncError("damaged", "what was sealed is not base64") from None


def open_sealed(sealed: bytes, key: ec.EllipticCurvePrivateKey, context: bytes) -> bytes:
    """Open sealed bytes.

    :raises SyncError: code "damaged" when they were changed, cut, or sealed for something else.
    """
    try:
        return SUITE.decrypt(sealed, key, info=context)
    except InvalidTag:
        raise SyncError("damaged", "it was changed on its way, or sealed as another") from None


def unpack(clear: bytes, max_bytes: int = MAX_INFLATED) -> bytes:
    """Return the XML of an opened instance; one that was not compressed is returned as it is.

    :raises SyncError: as `inflate` does: "too_large", "truncated", "bad_gzip".
    """
    if clear.startswith(_GZIP):
        return inflate(clear, max_bytes)
    if len(clear) > max_bytes:
        raise SyncError("too_large", f"It is larger than {max_bytes} bytes.")
    return clear
