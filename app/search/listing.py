# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands around a list: its filters as labels and addresses, made from one address taken apart once; its pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NamedTuple
from urllib.parse import quote_plus

from app.search.forms import FACETS, Asked

#: What an address may hold unquoted, as in every other address of the site.
SAFE = "!$'()*,/:;?@"
#: Facets shown open, and values shown before "more".
OPEN = 3
FIRST = 8
#: Values a facet shows at most, where it has a page of its own with all of them: sixty acts are no choice.
MOST = {"norma": 24}
#: Facets whose values are Italian names, in whatever language the page is.
ITALIAN = ("citta", "norma")

#: Name of a value of a facet, empty where the words of the page name it.
Naming = Callable[[str, str], str]


_quoted = lru_cache(4_096)(partial(quote_plus, safe=SAFE))


class Value(NamedTuple):
    """One value of a facet as a link that puts it on or takes it off."""

    code: str
    name: str
    number: int
    chosen: bool
    address: str


@dataclass(frozen=True, slots=True)
class Filter:
    """One facet with its values; those after the first few are folded away. ``cut`` where there are more than shown."""

    name: str
    open: bool
    italian: bool
    values: Sequence[Value]
    cut: bool = False

    @property
    def first(self) -> Sequence[Value]:
        return self.values[:FIRST]

    @property
    def more(self) -> Sequence[Value]:
        return self.values[FIRST:]


@dataclass(frozen=True)
class Addresses:
    """Addresses of the questions one step away from one asked."""

    base: str
    asked: Asked

    def of(self, asked: Asked) -> str:
        return self._with(asked.arguments())

    def _with(self, arguments: Mapping[str, str | int | list[str]]) -> str:
        pairs = [
            f"{name}={_quoted(str(value))}"
            for name, values in arguments.items()
            for value in (values if isinstance(values, list) else (values,))
        ]
        return f"{self.base}?{'&'.join(pairs)}" if pairs else self.base

    def toggled(self, name: str, code: str) -> str:
        return self.of(self.asked.toggled(name, code))

    def exactly(self) -> str:
        """The same words searched as they were typed."""
        return self._with({"esatta": 1, **self.asked.on_page(1).arguments()})

    def saying(self, text: str) -> str:
        """The same question in other words."""
        return self.of(self.asked.saying(text))

    def on_page(self, page: int) -> str:
        return self.of(self.asked.on_page(page))

    def ordered(self, order: str) -> str:
        return self.of(self.asked.ordered(order))

    def of_kind(self, kind: str) -> str:
        return self.of(self.asked.of_kind(kind))

    def without_filters(self) -> str:
        return self.of(self.asked.without_filters())

    def around(self, name: str) -> tuple[str, str]:
        """What stands before and after a value more of a facet in its address: a hundred of them stand on a page."""
        mark = "\0"
        before, after = self.toggled(name, mark).split(_quoted(mark))
        return before, after


def filters(
    facets: Mapping[str, Sequence[tuple[str, int]]], asked: Asked, addresses: Addresses, naming: Naming
) -> list[Filter]:
    """The facets that have values, in their order."""
    shown = [(name, values) for name, facet in FACETS.items() if (values := facets.get(facet))]
    return [
        Filter(
            name,
            number < OPEN or bool(asked.filters.get(name)),
            name in ITALIAN,
            _values(name, _shown(values, MOST.get(name), asked.filters.get(name, ())), asked, addresses, naming),
            name in MOST and len(values) > MOST[name],
        )
        for number, (name, values) in enumerate(shown)
    ]


def _shown(values: Sequence[tuple[str, int]], most: int | None, chosen: Sequence[str]) -> Sequence[tuple[str, int]]:
    """The first of the values, and those chosen among the others."""
    if most is None or len(values) <= most:
        return values
    return [*values[:most], *(value for value in values[most:] if value[0] in chosen)]


def _values(
    name: str, values: Sequence[tuple[str, int]], asked: Asked, addresses: Addresses, naming: Naming
) -> list[Value]:
    chosen = asked.filters.get(name, ())
    before, after = addresses.around(name)
    return [
        Value(code, naming(name, code), count, False, f"{before}{_quoted(code)}{after}")
        if code not in chosen
        else Value(code, naming(name, code), count, True, addresses.toggled(name, code))
        for code, count in values
    ]


class Part(NamedTuple):
    """One page of a list: its number, that of the last one, how many rows stand before it and how many it may hold."""

    number: int
    last: int
    before: int
    most: int


def part(asked: int, total: int, most: int) -> Part:
    """The page asked for of a list of ``total`` rows; beyond the end, the last one."""
    last = max(-(-total // most), 1)
    number = min(asked, last)
    return Part(number, last, (number - 1) * most, most)


def around(shown: Part, address: Callable[[int], str]) -> dict[str, Any]:
    """What `library/_pages.html` needs of the page shown and of those around it."""
    linked = [(number, address(number) if number else "") for number in pages(shown.number, shown.last)]
    return {"part": shown, "page_address": address, "around": linked}


def pages(current: int, last: int) -> list[int | None]:
    """Numbers of the pages to link: the first, the last, those around; None for a gap."""
    near = sorted({1, last, *range(max(current - 1, 1), min(current + 1, last) + 1)}) if last else []
    found: list[int | None] = []
    for number in near:
        if found and number - (found[-1] or 0) > 1:
            found.append(None)
        found.append(number)
    return found
