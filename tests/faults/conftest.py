"""The installed programme on either database, as the tests of the server have it."""

from tests.server.conftest import cluster, pytest_generate_tests, settings, template

__all__ = ["cluster", "pytest_generate_tests", "settings", "template"]
