# SPDX-License-Identifier: AGPL-3.0-or-later
"""Documents made by Hypothesis: any that a file can hold, in the form the parser gives them."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from app.document.model import Document, Section
from app.document.schema import FIELD_BY_NAME, SECTION_TITLES
from app.text.typed import CONTROL

#: A busy machine makes examples slowly; that says nothing about the code.
CALM = settings(suppress_health_check=[HealthCheck.too_slow])
#: Words that YAML, Markdown or the splitting into sections could take for something else.
TRICKY = [
    "no", "NO", "si", "null", "~", "true", "12", "012", "0x1F", "1e3", "1:30", "2018-05-03", "a: b", "- a", "# a",
    "a #b", "'", '"', "[a]", "{a: b}", "&a", "*a", "!a", "%a", "@a", "`a`", "|", ">", "---", "...", "città",
    "l’ente", "non disponibile", "=", "<<", "?", ":", "\u00a0a", "a\u2028b", "\U0001f3db", "e\u0301", "\ufeff",
]  # fmt: skip
#: Lines that look like the parts of a document without being so.
LINES = [
    "", "### Dettaglio", "#### x", "    codice", "- voce", "1. voce", "> citazione", "a | b", "--|--", "```", "~~~",
    "````", "[^1]: nota", "[^s60]: Titolo, <https://ente.example/>", "testo[^1]", "    segue", "---", "!!! note",
    "termine", ":   voce", "##senza spazio", "# Uno", " ## rientrata", "art. 1 l. 241/1990",
]  # fmt: skip


def _printable(text: str) -> bool:
    return not CONTROL.search(text)


letters = st.characters(exclude_categories=("Cs", "Cc"))
words = st.one_of(st.sampled_from(TRICKY), st.text(letters, min_size=1, max_size=12)).filter(_printable)
one_line = st.lists(words, min_size=1, max_size=5).map(lambda parts: " ".join(" ".join(parts).split()))
numbers = st.one_of(
    st.integers(min_value=-(10**14), max_value=10**14),
    st.floats(min_value=-1e14, max_value=1e14, allow_nan=False),
)
plain = st.one_of(one_line, numbers, st.booleans())
keys = st.one_of(st.sampled_from(["role", "mailbox", "start", "no", "12", "a b"]), one_line)
values = st.recursive(
    plain,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)),
    max_leaves=6,
).filter(lambda value: _depth(value) <= 4)
fronts = st.dictionaries(st.one_of(st.sampled_from(sorted(FIELD_BY_NAME)), one_line), values, max_size=8)
body_lines = st.one_of(st.sampled_from(LINES), one_line.map(lambda line: line.lstrip("#")))
bodies = st.lists(body_lines, max_size=8).map("\n".join)
headings = st.one_of(st.sampled_from(SECTION_TITLES), one_line)


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, inner), default=0)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Any front matter over sections of ordinary text, footnotes at the end."""
    titles = draw(st.lists(st.sampled_from(SECTION_TITLES), unique=True, max_size=5))
    sections = tuple(Section(title, draw(_paragraphs())) for title in titles)
    notes = draw(st.lists(one_line, max_size=3)) if sections else []
    footnotes = "\n".join(f"[^{number}]: {note}" for number, note in enumerate(notes, 1))
    return Document(draw(fronts), sections, footnotes)


@st.composite
def _paragraphs(draw: st.DrawFn) -> str:
    lines = draw(st.lists(one_line.map(lambda line: f"Il {line}"), max_size=4))
    return "\n\n".join(lines)


@st.composite
def files(draw: st.DrawFn) -> str:
    """Text that looks like a file of the library, right or wrong."""
    front = draw(st.lists(st.tuples(keys, plain).map(lambda pair: f"{pair[0]}: {pair[1]}"), max_size=4))
    parts = ["---", *front, "---"]
    for heading in draw(st.lists(headings, max_size=4)):
        parts += ["", f"## {heading}", draw(bodies)]
    return "\n".join(parts)
