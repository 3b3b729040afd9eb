# SPDX-License-Identifier: AGPL-3.0-or-later
"""Text -> the terms of the indexed fields: stems with their places, exact folded words; pairs come from the places."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.search.document import SearchDocument
from app.text.acts import Citation, LegalReference, find_acts
from app.text.folding import fold
from app.text.stems import SHORT_ACRONYMS, is_stop, stem
from app.text.tokens import Token, tokens

#: Pairs, titles and questions are no fields on disk: stems side by side, those of the title and those of each question
#: are told by their places.
STEM, WORD, PAIR, TITLE, ASKED = "stem", "word", "pair", "title", "asked"
ACT_PREFIX, PAGE_PREFIX = "act_", "page_"
#: Of a long list of articles the first ones.
MOST_PLACES = 20
#: Letters of what stands behind a word that tell whether it is in capitals.
NEXT = 4


@dataclass(frozen=True)
class Terms:
    """The terms of one document, in the order of the text; acts stand beside it, next to nothing. ``tokens`` and
    ``citations`` tell where words and acts stand in ``stream(document)``."""

    stems: list[str]
    words: list[str]
    acts: list[str]
    tokens: list[Token]
    citations: list[Citation]

    def titled(self, title: str) -> int:
        """How many of the words are those of the title where it stands first."""
        return sum(token.start < len(title) for token in self.tokens)

    def asked(self, document: SearchDocument) -> list[int]:
        """The place of the first word of each question, and the place behind the last one; none without questions."""
        starts, begins = [token.start for token in self.tokens], text_begins(document) + len(document.text) + 1
        places = [bisect_left(starts, begins)] if document.questions else []
        for question in document.questions:
            begins += len(question) + 1
            places.append(bisect_left(starts, begins))
        return places

    @property
    def placed(self) -> list[str]:
        """Stems and acts, with an empty place before each act so that no pair holds one."""
        return [*self.stems, *(item for act in self.acts for item in ("", act))]


def stream(document: SearchDocument) -> str:
    """Title, twice, and text in one stream: a title boosted in a field of its own ranks worst (docs/search.md)."""
    return f"{document.title}\n{document.title}\n{document.shown}\n{document.keywords}"


def text_begins(document: SearchDocument) -> int:
    """Where what is shown of a document stands in the stream."""
    return 2 * (len(document.title) + 1)


def of_document(document: SearchDocument) -> Terms:
    """The terms of the stream of a document, and of the page of an act the act itself."""
    text = stream(document)
    kept = [token for token in tokens(text) if not is_stop(token.form) or _shouted(token, text)]
    words = [token.form for token in kept]
    citations = find_acts(text)
    acts = [act_term(citation) for citation in citations]
    # Once each: they make a document no longer than what it says.
    acts += dict.fromkeys(term for citation in citations for term in place_terms(citation.reference))
    if document.kind == "act":
        acts += [slug_term(document.slug), page_term(document.slug)]
    return Terms([stem(word) for word in words], words, acts, kept, citations)


def _shouted(token: Token, text: str) -> bool:
    """SUA, SUE, VIA: in capitals the stop word is an acronym; AI is where the next word is not in capitals too."""
    surface = text[token.start : token.end]
    if token.form in SHORT_ACRONYMS:
        return surface.isupper() and not text[token.end : token.end + NEXT].isupper()
    return len(surface) > 2 and surface.isupper()


def pairs(stems: Iterable[str]) -> Iterator[str]:
    """Each two stems that stand side by side once stop words are out."""
    last = ""
    for item in stems:
        if last:
            yield f"{last}_{item}"
        last = item


def act_term(citation: Citation) -> str:
    return slug_term(citation.reference.slug)


def slug_term(slug: str) -> str:
    """The one term of an act, however it was spelt."""
    return ACT_PREFIX + fold(slug).replace("-", "_")


def place_terms(reference: LegalReference) -> list[str]:
    """One term more for each article and comma that a citation names."""
    return [f"{slug_term(reference.slug)}_{fold(place)}" for place in reference.places[:MOST_PLACES]]


def is_comma(term: str) -> bool:
    """Whether the term of a place is that of a comma, not of a whole article."""
    return "com" in term.rpartition("_")[2]


def page_term(slug: str) -> str:
    """The term only the page of an act holds: who types nothing but the act finds the page before those who cite it."""
    return PAGE_PREFIX + slug_term(slug)


def is_act(term: str) -> bool:
    """Whether a term stands for an act, not for a word."""
    return term.startswith((ACT_PREFIX, PAGE_PREFIX))
