# SPDX-License-Identifier: AGPL-3.0-or-later
"""The answer to a question, as pages and data formats show it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from app.search.document import SearchDocument
from app.search.excerpt import Runs
from app.search.suggest import Suggestion

#: What of quoted text stands apart: the words of a phrase, or the phrases.
Apart = Literal["", "words", "phrases"]
#: The year of a day that is not known.
UNKNOWN = "0000"


class Row(NamedTuple):
    """One result as a line of a table; the first ones say what of their text answers."""

    kind: str
    slug: str
    title: str
    city: str
    score: float
    snippet: str
    url: str

    @classmethod
    def of(cls, row: Mapping[str, Any], score: float, snippet: str = "") -> "Row":
        return cls(row["kind"], row["slug"], row["title"], row["city"], float(score), snippet, row["url"])


@dataclass(frozen=True)
class Hit:
    """One result, with its snippet as (text, marked) runs; ``asked`` where that is a question the document answers."""

    document: SearchDocument
    score: float
    snippet: Runs
    asked: bool = False

    @property
    def kind(self) -> str:
        """Kind of the document: `solution`, `city`, ..."""
        return self.document.kind

    @property
    def slug(self) -> str:
        """Slug of the document."""
        return self.document.slug

    @property
    def title(self) -> str:
        """Italian title of the document."""
        return self.document.title

    @property
    def city(self) -> str:
        """Name of the body of a solution, empty for anything else."""
        return self.document.city

    @property
    def url(self) -> str:
        """Italian path of the document."""
        return self.document.url

    @property
    def said(self) -> str:
        """The snippet as plain text."""
        return "".join(text for text, _marked in self.snippet)

    @property
    def practised(self) -> bool:
        """Whether the newest first goes by the period of the practice; else by the day it was verified."""
        return self.document.recent[:4] > UNKNOWN

    @property
    def sorted_on(self) -> str:
        """The day the newest first goes by, as ISO; empty where none is known."""
        days = [day for day in self.document.recent.split() if day[:4] > UNKNOWN]
        return days[0] if days else ""

    @property
    def beyond_summary(self) -> bool:
        """Whether the snippet shows what the summary does not say."""
        return self.said.strip("… ") not in self.document.summary


@dataclass(frozen=True)
class Results:
    """The answer to a question. ``corrected`` is what was searched instead; ``suggestion`` what may have been meant.
    ``uncited`` are acts asked for that no document cites; ``meanings`` those of an ambiguous form asked for alone.
    ``missing`` are words of a short question that no document holds; ``apart`` where it holds quoted words that stand
    side by side in no document, or phrases of which no document holds all.
    ``beside`` where only pages about the site hold some of its words, none in their titles: no solution answers."""

    query: str = ""
    corrected: str = ""
    suggestion: str = ""
    total: int = 0
    page: int = 1
    pages: int = 0
    hits: tuple[Hit, ...] = ()
    facets: Mapping[str, list[tuple[str, int]]] = field(default_factory=dict)
    near_themes: tuple[Suggestion, ...] = ()
    beside: bool = False
    uncited: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    meanings: tuple[str, ...] = ()
    apart: Apart = ""
    degraded: bool = False
