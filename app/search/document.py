# SPDX-License-Identifier: AGPL-3.0-or-later
"""A thing as search sees it, whatever feature it comes from."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class SearchDocument:
    """One findable thing. ``text`` is plain original text without the title, the source of snippets; ``questions`` are
    what it answers, as people ask; ``keywords`` are words that find the thing and are not shown; ``facets`` maps a name
    to values; ``recent`` sorts the newest last; ``months`` and ``cost`` (euros, once) are None where unknown;
    ``demonstration`` where it is made up."""

    kind: str
    slug: str
    title: str
    text: str
    url: str
    summary: str = ""
    summary_en: str = ""
    questions: tuple[str, ...] = ()
    keywords: str = ""
    title_en: str = ""
    city: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    updated_on: str = ""
    reused: int = 0
    recent: str = ""
    months: float | None = None
    cost: float | None = None
    demonstration: bool = False

    @property
    def shown(self) -> str:
        """What a snippet may come from: the text, then each question on a line."""
        return "\n".join([self.text, *self.questions])

    @property
    def identity(self) -> str:
        """`kind:slug`, unique in the index."""
        return f"{self.kind}:{self.slug}"

    @property
    def digest(self) -> str:
        """The same for documents that look the same in the index."""
        text = json.dumps(vars(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
