"""The installed programme on either database, as the tests of the server have it."""

from tests.server.conftest import cluster, template

__all__ = ["cluster", "template"]
