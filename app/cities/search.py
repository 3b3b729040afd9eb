# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a body of the register looks in the index."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy.orm import Session

from app.cities import queries
from app.cities.models import City
from app.cities.rules import perimeter_on
from app.document.dates import today
from app.matching.context import EVEN, similarity
from app.matching.model import City as Compared
from app.matching.model import Figure
from app.search.document import SearchDocument
from app.search.indexer import Searchable

#: How near the figures of like cities are, how much of them must be known, and how many like it a city always has.
ALIKE, KNOWN, NEAREST = 0.55, 0.5, 2


def document(session: Session, slug: str) -> SearchDocument | None:
    city = queries.by_slug(session, slug)
    return as_document(city, queries.metropolitan_cities(session)) if city is not None else None


def documents(session: Session) -> Iterator[SearchDocument]:
    every = queries.metropolitan_cities(session)
    yield from (as_document(city, every) for city in queries.all_bodies(session))


def as_document(city: City, others: Sequence[City]) -> SearchDocument:
    current = perimeter_on(city.register, today().isoformat())
    population = current.figures["population"].value if current else None
    return SearchDocument(
        kind="city",
        slug=city.slug,
        title=city.name,
        text=_text(city, population),
        keywords=f"{city.short_name}\n{city.region}",
        summary=city.region,
        url=f"/citta/{city.slug}",
        city=city.short_name,
        # Facets count solutions, so the page of a body is not one of its own; the switch to like cities alone needs it.
        facets={"alike": _alike(city, others) if city.metropolitan else ()},
    )


def _text(city: City, population: float | None) -> str:
    """What a reader asks of a body first, where it is and how large; notes on its figures come after."""
    capital = str(city.register.get("capital") or "")
    where = f"{city.name}, {city.region}." if city.region and city.region not in city.name else f"{city.name}."
    told = [where, f"Capoluogo: {capital}." if capital else ""]
    if population:
        told.append(f"Abitanti: {round(population):,}.".replace(",", "."))
    told.append(str(city.register.get("note") or ""))
    return " ".join(filter(None, told))


def _alike(city: City, others: Sequence[City]) -> tuple[str, ...]:
    """The metropolitan cities that find one among their like: near by the figures known, or the nearest they have."""
    figures = {other.slug: _figures(other) for other in others}
    return tuple(slug for slug in figures if slug != city.slug and city.slug in _like(figures, slug))


def _like(figures: Mapping[str, Compared], slug: str) -> set[str]:
    mine = figures[slug]
    compared = {other: similarity(mine, theirs, EVEN) for other, theirs in figures.items() if other != slug}
    worth = {other: found.value for other, found in compared.items() if found.coverage >= KNOWN}
    nearest = sorted(worth, key=lambda other: -worth[other])[:NEAREST]
    return {*nearest, *(other for other, value in worth.items() if value >= ALIKE)}


def _figures(city: City) -> Compared:
    perimeter = perimeter_on(city.register, today().isoformat())
    figures = perimeter.figures if perimeter else {}
    known = {name: figures[name].value for name in EVEN if name in figures}
    return Compared(
        city.slug, city.name, {name: Figure(float(value)) for name, value in known.items() if value is not None}
    )


CITIES = Searchable("city", document, documents)
