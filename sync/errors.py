"""What this package raises: one small family, with a code and no HTTP."""

from __future__ import annotations


class SyncError(Exception):
    """Say what is wrong; `code` is a word for programs, `str()` a sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
