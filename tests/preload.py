"""All of the server's code, read."""

from __future__ import annotations

from sqlalchemy.orm import configure_mappers

import server.api
import server.auth
import server.cli
import server.console
import server.limits
import server.logs
import server.overload
import server.serve
import server.typed  # noqa: F401

configure_mappers()
