# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every parameter a page reads, found by watching it, takes whatever is typed: no 5xx, nothing repeated raw."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import pytest
from flask import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule

from tests.naughty import RAW, lines_for
from tests.pages.furnished import MAILBOXES, Furnished
from tests.pages.kinds import PAGES as PUBLIC
from tests.pages.signed_kinds import PAGES

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("signed")]

EACH = 8
#: Making a PDF takes seconds; the way to the identity provider leads off the site.
LEFT_OUT = {"solutions.pdf", "static"}
WHO = ("nobody", *MAILBOXES, "strong")
#: Values for addresses no other test opens.
USUAL = {
    "slug": "suap-metropolitano-bologna",
    "city": "bologna",
    "number": "1",
    "ending": "json",
    "name": "documento.pdf",
}
asked: set[str] = set()


class Watched(ImmutableMultiDict[str, str]):
    """Arguments of an address that note which of them a page looks for."""

    def get(self, key: str, *rest: Any, **named: Any) -> Any:
        asked.add(key)
        return super().get(key, *rest, **named)

    def getlist(self, key: str, *rest: Any, **named: Any) -> Any:
        asked.add(key)
        return super().getlist(key, *rest, **named)

    def __contains__(self, key: object) -> bool:
        asked.add(str(key))
        return super().__contains__(key)

    def __getitem__(self, key: str) -> Any:
        asked.add(key)
        return super().__getitem__(key)


class Watching(Request):
    parameter_storage_class = Watched


@pytest.fixture
def watching(furnished: Furnished, monkeypatch: pytest.MonkeyPatch) -> Furnished:
    monkeypatch.setattr(furnished.app, "request_class", Watching)
    return furnished


def known_addresses(site: Furnished) -> dict[str, str]:
    """One address of each page that is opened elsewhere in these tests."""
    found: dict[str, str] = {}
    map_ = site.app.url_map.bind("localhost")
    for path in (*PUBLIC.values(), *(site.address(kind.path) for kind in PAGES.values() if kind.typed is None)):
        plain = path.partition("?")[0]
        if map_.test(plain, "GET"):
            found.setdefault(str(map_.match(plain, "GET")[0]), plain)
    return found


def filled(rule: str, values: Mapping[str, str]) -> str:
    """An address of a rule, each of its places with its value, else 1."""
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda place: values.get(place[1], "1"), rule)


def address_of(rule: Rule, known: Mapping[str, str]) -> str:
    return known.get(rule.endpoint) or filled(rule.rule, USUAL)


def pages(site: Furnished) -> Iterator[tuple[str, str]]:
    """Each page that is read with GET: its endpoint, an address of it."""
    known = known_addresses(site)
    for rule in site.app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint not in LEFT_OUT:
            yield rule.endpoint, address_of(rule, known)


def opened_by(site: Furnished, path: str) -> str:
    """The first of all people for whom the page opens."""
    return next((who for who in WHO if site.clients[who].get(path).status_code == 200), "coordinator")


def read_by(site: Furnished, who: str, path: str) -> list[str]:
    """The parameters this page looks for."""
    asked.clear()
    site.clients[who].get(path)
    site.clients[who].get(f"{path}?q=imprese&numeri=1&da=1&a=1&pagina=1")
    return sorted(asked)


def encoded(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")


def test_every_parameter_of_every_page_takes_whatever_is_typed(watching: Furnished) -> None:
    wrong, tried = [], 0
    for endpoint, path in pages(watching):
        who = opened_by(watching, path)
        for name in read_by(watching, who, path):
            for line in lines_for(f"{endpoint}?{name}", EACH):
                answer = watching.clients[who].get(f"{path}?{encoded(name)}={encoded(line)}")
                tried += 1
                if answer.status_code >= 500:
                    wrong.append(f"{answer.status_code} {path}?{name}={line!r} ({who})")
                if answer.mimetype == "text/html":
                    wrong += [f"{path}?{name}={line!r} repeats {raw}" for raw in RAW if raw in answer.text]
    assert not wrong, "\n".join(wrong)
    assert tried > 800


def test_every_part_of_every_address_takes_whatever_is_typed(furnished: Furnished) -> None:
    wrong, tried = [], 0
    for rule in furnished.app.url_map.iter_rules():
        for name in rule.arguments if "GET" in (rule.methods or ()) and rule.endpoint not in LEFT_OUT else ():
            for line in lines_for(f"{rule.rule} {name}", EACH):
                values = {other: USUAL.get(other, "1") for other in rule.arguments} | {name: encoded(line)}
                path = filled(rule.rule, values)
                answer = furnished.clients["coordinator"].get(path)
                tried += 1
                if answer.status_code >= 500:
                    wrong.append(f"{answer.status_code} {path}")
                wrong += [
                    f"{path} repeats {raw}" for raw in RAW if answer.mimetype == "text/html" and raw in answer.text
                ]
    assert not wrong, "\n".join(wrong)
    assert tried > 300
