# SPDX-License-Identifier: AGPL-3.0-or-later
"""The map for search engines: every public page in every language, within what one file may hold."""

import gzip
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app.db import Database
from app.pages import sitemap
from app.pages.sitemap import Entry
from app.pages.views import PREFIXES
from tests.makers import make_solution

SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"
#: What happens between the cities.
ALIVE = ("/richieste", "/gemellaggi", "/rete", "/numeri")
#: What the protocol lets one file hold.
ADDRESSES, BYTES = 50_000, 50 * 2**20


@pytest.fixture
def indexed(app: Flask, registered: Database) -> Flask:
    """A site with two solutions, one not published, and its index."""
    with registered.work() as session:
        make_solution(session)
        make_solution(session, "bozza", badge=None)
    app.extensions["indexer"].rebuild()
    return app


def file(client: FlaskClient, path: str = "/sitemap.xml") -> ElementTree.Element:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    return ElementTree.fromstring(answer.data)


def addresses(found: ElementTree.Element) -> list[str]:
    return [item.text or "" for item in found.iter(f"{SPACE}loc")]


def test_the_map_names_public_pages_in_both_languages_with_the_day_a_solution_changed(
    indexed: Flask, client: FlaskClient
) -> None:
    found = file(client)
    assert found.tag == f"{SPACE}urlset"
    rows = {item.findtext(f"{SPACE}loc"): item for item in found}
    for path in ("/", "/soluzioni", "/temi/suap", "/citta/bologna", "/norme/dpr-160-2010", "/aiuto", *ALIVE):
        assert {f"http://localhost{path}", f"http://localhost/en{path}"} <= set(rows)
    assert not any("bozza" in str(address) for address in rows)
    page = "/soluzioni/sportello-unico-bologna"
    for prefix in ("", "/en"):
        row = rows[f"http://localhost{prefix}{page}"]
        assert row.findtext(f"{SPACE}lastmod") == "2026-11-22"
        others = {link.get("hreflang"): link.get("href") for link in row.iter(LINK)}
        assert others == {"it": f"http://localhost{page}", "en": f"http://localhost/en{page}"}
    assert addresses(file(client, "/en/sitemap.xml")) == addresses(found)


def test_the_map_is_made_once_for_each_state_of_the_library_whatever_is_asked_with_it(
    indexed: Flask, registered: Database, client: FlaskClient
) -> None:
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    first = client.get("/sitemap.xml", headers={"Accept-Encoding": "gzip"})
    event.listen(registered.engine, "before_cursor_execute", note)
    again = client.get("/sitemap.xml?prova=1", headers={"Accept-Encoding": "gzip"})
    fresh = client.get("/sitemap.xml", headers={"If-None-Match": first.headers["ETag"]})
    assert [text for text in sent if text.startswith("SELECT")] == []
    event.remove(registered.engine, "before_cursor_execute", note)
    assert gzip.decompress(again.data) == gzip.decompress(first.data) == client.get("/sitemap.xml").data
    assert fresh.status_code == 304
    with registered.work() as session:
        make_solution(session, "nuova", title="Nuova")
    indexed.extensions["indexer"].drain()
    assert "http://localhost/soluzioni/nuova" in addresses(file(client))


def test_a_map_too_large_for_one_file_is_an_index_of_files_that_hold_it_all(
    indexed: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = addresses(file(client))
    monkeypatch.setattr(sitemap, "MOST", 10)
    # As without an index: nothing is kept.
    monkeypatch.setattr("app.pages.views.generation", tuple)
    index = file(client)
    assert index.tag == f"{SPACE}sitemapindex"
    files = addresses(index)
    assert files == [f"http://localhost/sitemap-{number}.xml" for number in range(1, len(files) + 1)]
    held = [addresses(file(client, path.removeprefix("http://localhost"))) for path in files]
    assert [address for some in held for address in some] == whole
    assert {len(some) for some in held[:-1]} == {10}
    for number in (0, len(files) + 1, 10**9):
        assert client.get(f"/sitemap-{number}.xml").status_code == 404


def test_a_full_file_of_the_longest_addresses_is_within_what_the_protocol_allows() -> None:
    entries = [Entry("/soluzioni/" + "x" * 120, "2026-11-22")] * (sitemap.MOST // len(PREFIXES))
    text = "".join(sitemap.pages("https://" + "y" * 92, entries, PREFIXES))
    assert text.count("<loc>") <= ADDRESSES
    assert len(text) < BYTES
    assert [len(some) for some in sitemap.parts([*entries, entries[0]], len(entries))] == [len(entries), 1]


def test_an_address_of_the_site_with_marks_of_xml_stays_valid() -> None:
    root = 'https://sito.example/a&b<"c'
    for text in (sitemap.pages(root, [Entry("/")], PREFIXES), sitemap.index(root, ["/sitemap-1.xml"])):
        assert addresses(ElementTree.fromstring("".join(text)))[0].startswith(root)
