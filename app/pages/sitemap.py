# SPDX-License-Identifier: AGPL-3.0-or-later
"""The map of the site for search engines: tens of thousands of addresses, put together as text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

SPACES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
LINKED = 'xmlns:xhtml="http://www.w3.org/1999/xhtml"'
#: Addresses in one file, which may hold 50,000 and 50 MB: this keeps it under both, also with the longest slugs and an
#: address of the site of a hundred letters.
MOST = 40_000
#: Pages put together at a time: whoever sends the file need not hold its megabytes.
CHUNK = 500


class Entry(NamedTuple):
    """A page without the language in its address, and the day it last changed, empty where that is not known."""

    path: str
    day: str = ""


def parts(entries: Sequence[Entry], most: int) -> list[Sequence[Entry]]:
    """The entries file by file."""
    return [entries[first : first + most] for first in range(0, len(entries), most)]


def index(root: str, addresses: Iterable[str]) -> Iterator[str]:
    """The file that names the others, where one cannot hold every page."""
    yield from _file(
        "sitemapindex", SPACES, (f"<sitemap><loc>{escape(root + item)}</loc></sitemap>\n" for item in addresses)
    )


def pages(root: str, entries: Sequence[Entry], prefixes: Mapping[str, str]) -> Iterator[str]:
    """One file of pages: each in every language, whose prefix of the address is given, with the others beside it."""
    root = escape(root, {'"': "&quot;"})
    chunks = ("".join(_page(root, prefixes, *entry) for entry in some) for some in parts(entries, CHUNK))
    yield from _file("urlset", f"{SPACES} {LINKED}", chunks)


def _page(root: str, prefixes: Mapping[str, str], path: str, day: str) -> str:
    found = {language: f"{root}{prefix}{path}" for language, prefix in prefixes.items()}
    rest = f"<lastmod>{day}</lastmod>" if day else ""
    for language, address in found.items():
        rest += f'<xhtml:link rel="alternate" hreflang="{language}" href="{address}"/>'
    return "".join(f"<url><loc>{address}</loc>{rest}</url>\n" for address in found.values())


def _file(kind: str, spaces: str, inner: Iterable[str]) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind} {spaces}>\n'
    yield from inner
    yield f"</{kind}>\n"
