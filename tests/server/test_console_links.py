"""From page to page at the desk by its links, as each role: none refused, none broken, no key in place of words."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urljoin

import pytest

from server.console.texts import TEXTS
from tests.server import test_console

app, desk, disputed = test_console.app, test_console.desk, test_console.disputed
BOTH_DATABASES = True
ONE_OF_A_KIND = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}|\d+|cam_[a-z_]+|=[^&]*")


@pytest.mark.parametrize("role", ["administrator", "officer", "viewer", "protection"])
def test_every_link_leads_to_a_page_that_the_reader_may_open(desk: Any, disputed: str, role: str) -> None:
    """Follow one link of each kind from the first page on."""
    reader = desk(role)
    todo, seen = ["/"], set[str]()
    while todo:
        address = todo.pop()
        kind = ONE_OF_A_KIND.sub("1", address)
        if kind in seen:
            continue
        seen.add(kind)
        answer = reader.client.get(address, headers={"Accept": "text/html"})
        assert answer.status_code == 200, (role, address, answer.status_code)
        if answer.mimetype != "text/html":
            answer.close()
            continue
        words = re.sub(r"<[^>]*>", " ", answer.text)
        raw = [word for word in re.findall(r"\b[a-z_]+\.[a-zA-Z_.]+\b", words) if word in TEXTS or f"audit.{word}" in TEXTS]
        assert raw == [], (role, address)
        for link in re.findall(r'href="([^"#]+)', answer.text):
            target = urljoin(address, html.unescape(link))
            if target.startswith("/") and not target.startswith("/static/"):
                todo.append(target)
    assert len(seen) > 8
