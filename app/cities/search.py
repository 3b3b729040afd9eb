# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a body of the register looks in the index."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.cities import queries
from app.cities.models import City
from app.cities.rules import perimeter_on, size_class
from app.search.document import SearchDocument
from app.search.indexer import Searchable


def document(session: Session, slug: str) -> SearchDocument | None:
    city = queries.by_slug(session, slug)
    return as_document(city) if city is not None else None


def documents(session: Session) -> Iterator[SearchDocument]:
    yield from (as_document(city) for city in queries.all_bodies(session))


def as_document(city: City) -> SearchDocument:
    current = perimeter_on(city.register, datetime.now(UTC).date().isoformat())
    population = current.figures["population"].value if current else None
    return SearchDocument(
        kind="city",
        slug=city.slug,
        title=city.name,
        text=str(city.register.get("note") or ""),
        keywords=f"{city.short_name}\n{city.region}",
        summary=f"{city.region}",
        url=f"/citta/{city.slug}",
        city=city.short_name,
        facets={"city": (city.slug,), "size": (size_class(population),) if population else ()},
    )


CITIES = Searchable("city", document, documents)
