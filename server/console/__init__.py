"""The officers' pages: same rule as the API, parse, call one service, show."""

from __future__ import annotations

from flask import Flask

from server.errors import Problem


def init_console(app: Flask) -> None:
    """Put the officers' pages on their URLs."""


def render_problem(problem: Problem, request_id: str) -> str:
    """Show an error as a page."""
    return problem.message("fr")
