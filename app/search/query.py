# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was typed -> words, phrases, exclusions and filters. Never refuses: what means nothing special is plain text."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice, pairwise

from app.search.terms import place_terms
from app.text.acts import canonical, find_acts
from app.text.folding import fold
from app.text.stems import ENGLISH, POLITE, SHORT_ACRONYMS, STOP, is_stop, stem
from app.text.tokens import Token, tokens

MAX_TEXT = 200
MAX_TERMS = 20
MAX_KEPT = 1_000
#: With more words than these beside them, quotes are those of a sentence.
MOST_BESIDE = 3

#: Words of a citation that tell its kind or its date, not its subject.
OF_ACTS = frozenset(
    """l lr lp dl dlgs dlg lgs dpr dpcm dpgr dm dgr rd legge leggi decreto decreti legislativo regolamento
    regolamenti direttiva delibera deliberazione ministeriale presidente repubblica consiglio ministri
    giunta regionale regionali provinciale regio ue ce cee art artt articolo articoli comma commi
    lettera n num numero gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre
    novembre dicembre""".split()
)

#: Field prefixes as typed (folded) -> facet.
PREFIXES = {
    "citta": "city",
    "ente": "city",
    "tema": "theme",
    "stato": "status",
    "norma": "act",
    "anno": "year",
    "livello": "evidence",
    "evidenza": "evidence",
    "distintivo": "badge",
}

PIECE = re.compile(
    r"""
    (?P<minus>(?<!\S)-)?"(?P<quoted>[^"]{1,200})"
  | (?<!\S)(?P<prefix>[^\W\d_]{2,12}):(?P<value>"[^"]+"|[^\s"]+)
  | (?<!\S)-(?P<excluded>[^\W_][^\s"]*)
    """,
    re.VERBOSE,
)
SIGNS = re.compile(r"[?*()\[\]{}~!:;\"^&|<>=+\\]")
NORM = re.compile(r'(?<!\S)(?P<prefix>norma:)(?P<rest>[^"]+)', re.IGNORECASE)
HYPHENS = ("-", "\u2010", "\u2011")
QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\u2033": '"'})


@dataclass(frozen=True)
class Word:
    """One word of the question: as folded, its stem, and whether it was typed in capitals."""

    form: str
    stem: str
    capital: bool = False


@dataclass(frozen=True)
class Question:
    """A question to the index. ``words`` are those that count; ``excluded`` rows of stems and ``unwanted`` words, which
    no answer holds; ``acts`` are slugs of cited acts; ``cited`` is each of them as it was typed; ``plain`` is what was
    typed without its operators; ``places`` are the first articles and commas asked for, as (slug, term); ``english``
    how many small words of English hold it together, 0 where it is not in English."""

    words: tuple[Word, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[str, ...], ...] = ()
    unwanted: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    wanted: tuple[tuple[str, str], ...] = ()
    plain: str = ""
    places: tuple[tuple[str, str], ...] = ()
    english: int = 0

    @property
    def empty(self) -> bool:
        return not (self.words or self.phrases or self.acts)


@lru_cache(MAX_KEPT)
def read(text: str) -> Question:
    """The question in a typed text; only the first ``MAX_TEXT`` characters count. Kept, as the same words come back
    with every filter and page chosen."""
    plain, phrases, excluded, wanted = _pieces(text[:MAX_TEXT].translate(QUOTES))
    acts, places, rest = _without_acts(plain)
    words = _words(rest, bare=bool(acts))
    quoted = [stems for phrase in phrases if (stems := _stems(phrase))]
    out = [row for item in excluded if (row := _forms(item))]
    return Question(
        tuple(words[:MAX_TERMS]),
        tuple(quoted) if _conditions(words, quoted) else (),
        tuple(tuple(map(stem, row)) for row in out if len(row) > 1),
        tuple(row[0] for row in out if len(row) == 1),
        tuple(acts),
        tuple(acts.values()),
        tuple(wanted),
        " ".join(plain.split()),
        places,
        in_english(plain),
    )


def read_whole(text: str) -> Question:
    """What a text of sentences asks, of any length: each of its words and acts. It is prose: quotes, dashes at the
    head of a line and `stato:` set no condition."""
    acts, places, rest = _without_acts(text.translate(QUOTES))
    words = tuple(_words(rest, most=None))
    return Question(words, acts=tuple(acts), cited=tuple(acts.values()), plain=" ".join(text.split()), places=places)


def _pieces(text: str) -> tuple[str, list[str], list[str], list[tuple[str, str]]]:
    """The text without its operators, the phrases, the exclusions, the filters. A phrase stays in the text too."""
    phrases: list[str] = []
    excluded: list[str] = []
    wanted: list[tuple[str, str]] = []
    plain: list[str] = []
    last = 0
    text = NORM.sub(_quoted_act, text)
    for match in PIECE.finditer(text):
        plain.append(text[last : match.start()])
        last = match.end()
        facet = _facet(match)
        if match["quoted"]:
            (excluded if match["minus"] else phrases).append(match["quoted"])
            plain.append("" if match["minus"] else match["quoted"])
        elif facet:
            wanted.append((facet, match["value"].strip('"')))
        elif match["excluded"]:
            excluded.append(match["excluded"])
        else:
            plain.append(match[0])
        plain.append(" ")
    plain.append(text[last:])
    return "".join(plain), phrases, excluded, wanted


def _facet(match: re.Match[str]) -> str | None:
    """The facet a piece names, None where it names none or gives it no word."""
    if not re.search(r"\w", match["value"] or ""):
        return None
    return PREFIXES.get(fold(match["prefix"] or ""))


def _quoted_act(match: re.Match[str]) -> str:
    """`norma:l. 241/1990` as `norma:"l. 241/1990"`: an act is one value, however many words it takes."""
    acts = find_acts(match["rest"])
    if not acts or acts[0].start:
        return match[0]
    end = acts[0].end
    return f'{match["prefix"]}"{match["rest"][:end]}"{match["rest"][end:]}'


def without(question: Question, slugs: Collection[str]) -> Question:
    """The question without some acts: the words of their citations that tell more than kind and date come back."""
    left = [(slug, text) for slug, text in zip(question.acts, question.cited, strict=True) if slug not in slugs]
    gone = " ".join(text for slug, text in zip(question.acts, question.cited, strict=True) if slug in slugs)
    back = [word for word in _words(gone) if word.form.isalpha() and word.form not in OF_ACTS]
    most = max(MAX_TERMS, len(question.words))
    words = tuple(dict.fromkeys([*question.words, *back]))[:most]
    return replace(
        question,
        words=words,
        acts=tuple(slug for slug, _text in left),
        cited=tuple(text for _slug, text in left),
        places=tuple(place for place in question.places if place[0] not in slugs),
    )


def _without_acts(text: str) -> tuple[dict[str, str], tuple[tuple[str, str], ...], str]:
    """The acts of a text as they are cited, their articles, and the text without them."""
    found: dict[str, str] = {}
    places: dict[tuple[str, str], None] = {}
    rest: list[str] = []
    last = 0
    for citation in find_acts(text):
        found.setdefault(citation.reference.slug, text[citation.start : citation.end])
        places |= dict.fromkeys((citation.reference.slug, term) for term in place_terms(citation.reference))
        rest.append(text[last : citation.start])
        last = citation.end
    rest.append(text[last:])
    if not found:
        # "legge 241 90" is an act to who types nothing else; in prose it is three words.
        typed = canonical(" ".join(SIGNS.sub(" ", text).split()))
        return ({typed.slug: text} if typed else {}), (), text
    return found, tuple(islice(places, MAX_TERMS)), " ".join(rest)


def _words(text: str, bare: bool = False, most: int | None = MAX_TERMS * 3) -> list[Word]:
    """The words that count; where none does, all of them, unless they stand ``bare`` beside an act: `la 241/90`."""
    # A word by itself in capitals is an acronym, a line of them is a locked key.
    shouted = text.isupper() and len(text.split()) > 1
    read = list(islice(tokens(text), most))
    found = [_word(token, text, shouted) for token in read]
    # `co-progettazione`, `e-mail`: a stop word before a hyphen is a part of a word.
    parts = {one for one, (first, second) in enumerate(pairwise(read)) if text[first.end : second.start] in HYPHENS}
    kept = [word for at, word in enumerate(found) if not is_stop(word.form) or word.capital or at in parts]
    idle = POLITE | ENGLISH if in_english(text) else POLITE
    telling = [word for word in kept if word.form not in idle]
    return list({word.form: word for word in telling or kept or ([] if bare else found)}.values())


def in_english(text: str) -> int:
    """How many small words of English hold a text together, 0 where as many of Italian do: `Doctor Who` is asked of in
    either."""
    forms = {token.form for token in tokens(text) if len(token.form) > 1}
    found = len(forms & ENGLISH)
    return found if found > len((forms & STOP) - ENGLISH) else 0


def _conditions(words: list[Word], quoted: list[tuple[str, ...]]) -> bool:
    """Whether quotes set a condition; in a whole sentence they only name something, and their words count as others."""
    inside = {item for stems in quoted for item in stems}
    return sum(word.stem not in inside for word in words) <= MOST_BESIDE


def _word(token: Token, text: str, shouted: bool) -> Word:
    surface = text[token.start : token.end]
    long = len(token.form) > 2 or token.form in SHORT_ACRONYMS
    capital = long and not shouted and surface.replace(".", "").replace(" ", "").isupper()
    return Word(token.form, stem(token.form), capital)


def _stems(text: str) -> tuple[str, ...]:
    return tuple(map(stem, _forms(text)))


def _forms(text: str) -> list[str]:
    words = [token.form for token in tokens(text)]
    return ([word for word in words if not is_stop(word)] or words)[:MAX_TERMS]


def as_typed(text: str, words: Collection[str]) -> tuple[str, ...]:
    """Some folded words as they stand in a typed text, in its order."""
    return tuple(dict.fromkeys(text[token.start : token.end] for token in tokens(text) if token.form in words))


def corrected(text: str, changes: Mapping[str, str]) -> str:
    """The typed text with some folded words replaced, the rest as it was typed."""
    parts: list[str] = []
    last = 0
    for token in tokens(text):
        if token.form in changes:
            parts += [text[last : token.start], changes[token.form]]
            last = token.end
    parts.append(text[last:])
    return "".join(parts)
