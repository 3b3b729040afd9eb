# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a reader may ask of the search page: words, filters, order, page; anything else is left out."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

from app.document.shapes import SLUG
from app.search.facets import LIKE
from app.text.typed import number

MAX_TEXT = 200
MAX_PAGE = 1_000
MAX_VALUES = 20
#: The longest question that is saved.
MOST_SAVED = 400
PER_PAGE = 10

#: Name in the address -> facet of the index.
FACETS = {
    "tema": "theme",
    "citta": "city",
    "stato": "status",
    "evidenza": "evidence",
    "distintivo": "badge",
    "dimensione": "size",
    "norma": "act",
    "anno": "year",
    "simili": LIKE,
}
#: Signs without width that a text brings from a page or a PDF, in the middle of its words: a hyphen that may be.
INSIDE_WORDS = re.compile("[\u00ad\u200c\u200d\u2060\ufeff]")
SORTS = {"": "relevance", "recenti": "newest", "riusate": "reused"}
KINDS = {
    "": (),
    "soluzioni": ("solution",),
    "citta": ("city",),
    "temi": ("theme",),
    "norme": ("act",),
    "pagine": ("page",),
}


@dataclass(frozen=True)
class Asked:
    """One question to the search page, in terms of its address."""

    text: str = ""
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    order: str = ""
    kind: str = ""
    page: int = 1
    exact: bool = False

    @property
    def facets(self) -> dict[str, tuple[str, ...]]:
        """The filters by facet name."""
        return {FACETS[name]: values for name, values in self.filters.items()}

    @property
    def sort(self) -> str:
        return SORTS[self.order]

    @property
    def kinds(self) -> tuple[str, ...]:
        return KINDS[self.kind]

    @property
    def saved(self) -> str:
        """The query string under which it is saved: the same for every order, kind and page in which it is read.

        Empty where nothing is asked, and where it is too long to be kept.
        """
        filters = {name: tuple(sorted(values)) for name, values in self.filters.items()}
        tidy = urlencode(Asked(self.text, filters, exact=self.exact).arguments(), doseq=True)
        return tidy if (self.text or filters) and len(tidy) <= MOST_SAVED else ""

    def arguments(self) -> dict[str, str | int | list[str]]:
        """The same question as arguments of an address; what is default is left out."""
        found: dict[str, str | int | list[str]] = {"q": self.text} if self.text else {}
        found.update({name: list(values) for name, values in self.filters.items() if values})
        extras = {
            "ordine": self.order,
            "tipo": self.kind,
            "pagina": self.page if self.page > 1 else "",
            "esatta": "1" if self.exact else "",
        }
        return found | {name: value for name, value in extras.items() if value}

    def toggled(self, name: str, value: str) -> "Asked":
        """The question with one filter value put on or taken off, back on the first page."""
        values = self.filters.get(name, ())
        kept = tuple(item for item in values if item != value) if value in values else (*values, value)
        filters = {**self.filters, name: kept}
        return replace(self, filters={key: item for key, item in filters.items() if item}, page=1)

    def without_filters(self) -> "Asked":
        return replace(self, filters={}, page=1)

    def on_page(self, page: int) -> "Asked":
        return replace(self, page=page)

    def saying(self, text: str) -> "Asked":
        return replace(self, text=text, page=1, exact=False)

    def ordered(self, order: str) -> "Asked":
        return replace(self, order=order, page=1)

    def of_kind(self, kind: str) -> "Asked":
        """The question among one kind of things; filters, which are of solutions, stay where they mean something."""
        kept = self.filters if KINDS[kind] in ((), ("solution",)) else {}
        return replace(self, kind=kind, filters=kept, page=1)

    def chosen(self) -> Iterator[tuple[str, str]]:
        """Every filter value as (name, value)."""
        for name, values in self.filters.items():
            yield from ((name, value) for value in values)


def read_query(query: str) -> Asked:
    """The question in a query string, as a saved search keeps it."""
    return read_asked(MultiDict(parse_qsl(query)))


def read_asked(arguments: "MultiDict[str, str]") -> Asked:
    """The question in the arguments of an address. Never refuses: what makes no sense is left out."""
    return Asked(
        text=clean(arguments.get("q", "")),
        filters=_filters(arguments),
        order=_one_of(arguments.get("ordine", ""), SORTS),
        kind=_one_of(arguments.get("tipo", ""), KINDS),
        page=min(page_number(arguments.get("pagina", "1")), MAX_PAGE),
        exact=arguments.get("esatta") == "1",
    )


def clean(text: str) -> str:
    """Printable text on one line, at most ``MAX_TEXT`` characters, without lone surrogates."""
    readable = INSIDE_WORDS.sub("", text[: MAX_TEXT * 4].encode("utf-8", "ignore").decode("utf-8"))
    printable = "".join(letter if letter.isprintable() else " " for letter in readable)
    return " ".join(printable.split())[:MAX_TEXT].strip()


def _filters(arguments: "MultiDict[str, str]") -> dict[str, tuple[str, ...]]:
    found = {}
    for name in FACETS:
        values = tuple(dict.fromkeys(_valid(arguments.getlist(name))))[:MAX_VALUES]
        if values:
            found[name] = values
    return found


def _valid(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        short = value.strip()[:120]
        if is_code(short):
            yield short


def is_code(value: str) -> bool:
    """Whether this may be the value of a filter."""
    return SLUG.match(value) is not None or value in {"XL", "L", "M", "S"}


def _one_of(value: str, choices: Iterable[str]) -> str:
    return value if value in choices else ""


def page_number(value: str) -> int:
    """The page of a list that an address asks for; the first where it makes no sense."""
    return number(value, most=10**15) or 1
