"""Signatures of what this server lets out of its hands and takes back: keyed by its secret, a key for each purpose."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from flask import current_app


def make_signer(purpose: str, project_id: int) -> Callable[[bytes], str]:
    """Make a function that signs bytes for one purpose in one project (HMAC-SHA256, in hex).

    Changing ``HIRFA_SECRET_KEY`` ends the worth of all signatures.
    """
    secret: str = current_app.config["HIRFA"].secret_key
    key = hashlib.sha256(f"{purpose}\n{project_id}\n{secret}".encode()).digest()
    return lambda data: hmac.new(key, data, hashlib.sha256).hexdigest()


def is_signed(sign: Callable[[bytes], str], data: bytes, signature: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(sign(data), signature)
