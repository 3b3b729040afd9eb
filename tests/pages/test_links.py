# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every link of the site leads somewhere; sitemap, canonical addresses and languages agree."""

import re
from collections import deque
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.pages.kinds import LANGUAGES, PAGES, STATUS, address

ROOT_URL = "http://localhost"
#: Facets make more combinations than anyone reads: a search page is opened, its further choices are not followed.
NOT_FOLLOWED = re.compile(r"[?&](ordine|pagina|tema|citta|stato|evidenza|distintivo|dimensione|norma|anno|tipo)=")
#: Opened once in a test of its own: making a PDF takes seconds.
NOT_OPENED = re.compile(r"\.pdf$")
MOST = 2_000


class Page(HTMLParser):
    """Addresses and identifiers of one page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.heads: list[tuple[str, str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "id" in found:
            self.ids.add(found["id"])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag == "link" and (found.get("rel") == "canonical" or "hreflang" in found):
            self.heads.append((found["rel"], found.get("hreflang", ""), found["href"]))


def inside(base: str, link: str) -> tuple[str, str] | None:
    """Path with query, and fragment, of a link to the site itself."""
    whole, fragment = urldefrag(urljoin(ROOT_URL + base, link))
    parts = urlsplit(whole)
    if parts.scheme not in ("http", "https") or parts.netloc != "localhost":
        return None
    return parts.path + (f"?{parts.query}" if parts.query else ""), fragment


@pytest.mark.slow
@pytest.mark.parametrize("start", ["/", "/en/"])
def test_every_link_of_the_site_answers(library: FlaskClient, start: str) -> None:
    seen, queue, broken = {start}, deque([start]), []
    while queue and len(seen) < MOST:
        path = queue.popleft()
        answer = library.get(path)
        if answer.status_code >= 400:
            broken.append(path)
        if answer.mimetype != "text/html" or NOT_FOLLOWED.search(path):
            continue
        page = Page(answer.text)
        for link in page.links:
            found = inside(path, link)
            if found is None or NOT_OPENED.search(found[0]):
                continue
            if found[0] == path and found[1] and found[1] not in page.ids:
                broken.append(f"{path}#{found[1]}")
            if found[0] not in seen:
                seen.add(found[0])
                queue.append(found[0])
    assert broken == []
    assert len(seen) > 200


#: Pages that everybody reads of the exchange, which the small library leaves almost empty.
EXCHANGE = ("/richieste", "/gemellaggi", "/abbinamenti", "/rete", "/numeri")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_public_page_ends_with_the_way_to_report_an_error_in_it(library: FlaskClient, language: str) -> None:
    paths = [address(page, language) for page in PAGES if page not in STATUS]
    prefix = "" if language == "it" else f"/{language}"
    without = []
    for path in [*paths, *(prefix + page for page in EXCHANGE)]:
        links = re.findall(r'<a class="report-link" href="([^"]+)"', library.get(path).text)
        opened = [library.get(unescape(link), follow_redirects=True) for link in links]
        if [(page.status_code, 'name="text"' in page.text) for page in opened] != [(200, True)]:
            without.append(path)
    assert without == []


def test_every_address_of_the_sitemap_answers(library: FlaskClient) -> None:
    addresses = re.findall(r"<loc>([^<]+)</loc>", library.get("/sitemap.xml").text)
    paths = [urlsplit(found).path for found in addresses]
    assert len(paths) == len(set(paths)) > 100
    assert [path for path in paths if library.get(path).status_code != 200] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page_kind", [kind for kind in PAGES if kind not in STATUS and not kind.startswith("search")])
def test_a_page_names_itself_and_its_other_language(library: FlaskClient, page_kind: str, language: str) -> None:
    page = Page(library.get(address(page_kind, language)).text)
    expected = {("canonical", "", address(page_kind, language))}
    expected |= {("alternate", other, address(page_kind, other)) for other in LANGUAGES}
    assert {(kind, other, url.removeprefix(ROOT_URL)) for kind, other, url in page.heads} == expected
    assert all(library.get(url.removeprefix(ROOT_URL)).status_code == 200 for _kind, _other, url in page.heads)


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_to_a_search_are_not_for_other_search_engines(library: FlaskClient, language: str) -> None:
    assert '<meta name="robots" content="noindex' in library.get(address("search", language)).text
