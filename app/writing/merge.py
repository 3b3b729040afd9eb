# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two people's changes to one document: what only one changed is taken, what both changed is theirs to settle."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.document.compare import AS_WRITTEN, Called, Run, as_text, is_prose, words
from app.document.schema import FIELD_BY_NAME, SECTION_TITLES
from app.writing.state import FORM_FIELDS, State
from app.writing.typed import Typed
from app.writing.weave import weave

FOOTNOTES = "footnotes"
EXTRA = "extra"
MARKDOWN = "markdown"
#: Every part that is merged by itself, in the order of the page.
PARTS: tuple[str, ...] = (*(field.name for field in FORM_FIELDS), *SECTION_TITLES, EXTRA, FOOTNOTES, MARKDOWN)


@dataclass(frozen=True)
class Conflict:
    """A part both changed, in different ways: both texts, and how theirs becomes mine word by word.

    ``editable`` parts are one text; ``woven`` is then a text made of the two, ``whole`` where no word is in doubt.
    """

    part: str
    mine: str
    theirs: str
    runs: tuple[Run, ...]
    editable: bool
    woven: str = ""
    whole: bool = False

    @property
    def is_prose(self) -> bool:
        return is_prose(self.part)


@dataclass(frozen=True)
class Merged:
    """The state with everything that merges by itself; where both changed, it holds mine.

    ``taken`` are the parts that came from them.
    """

    state: State
    conflicts: tuple[Conflict, ...]
    taken: tuple[str, ...]


def merge(base: State | None, mine: State, theirs: State, called: Called = AS_WRITTEN) -> Merged:
    """Three-way merge; without a common ``base`` every part that differs is for a person to settle.

    ``called`` says how parts and values of fields are called where a conflict is read.
    """
    state, conflicts, taken = mine, [], []
    for part in PARTS:
        ours, other = part_of(mine, part), part_of(theirs, part)
        if ours == other:
            continue
        before = part_of(base, part) if base else None
        if base and ours == before:
            state = with_part(state, part, other)
            taken.append(part)
        elif not base or other != before:
            conflicts.append(_conflict(part, before, ours, other, called))
    return Merged(replace(state, hidden=theirs.hidden, exact=theirs.exact), tuple(conflicts), tuple(taken))


def changed(before: State, after: State) -> tuple[str, ...]:
    """The parts that differ."""
    return tuple(part for part in PARTS if part_of(before, part) != part_of(after, part))


def part_of(state: State, part: str) -> Any:
    """What a state holds of a part; an empty text where it holds nothing."""
    if part in SECTION_TITLES:
        return state.sections.get(part, "")
    if part in (EXTRA, FOOTNOTES, MARKDOWN):
        return getattr(state, part)
    return state.fields.get(part, "")


def with_part(state: State, part: str, value: Any) -> State:
    """The state with another content of one part."""
    if part in SECTION_TITLES:
        return replace(state, sections=_with(state.sections, part, value, SECTION_TITLES))
    if part in (EXTRA, FOOTNOTES, MARKDOWN):
        return replace(state, **{part: value})
    return replace(state, fields=_with(state.fields, part, value, tuple(FIELD_BY_NAME)))


def _with(held: Mapping[str, Any], name: str, value: Any, order: tuple[str, ...]) -> dict[str, Any]:
    every = {**held, name: value}
    return {key: every[key] for key in order if every.get(key)}


def editable(part: str) -> bool:
    """Whether a part is one text that can be settled by typing."""
    field = FIELD_BY_NAME.get(part)
    return part not in (EXTRA, MARKDOWN) and (field is None or field.shape == "text")


def _conflict(part: str, base: Typed | None, mine: Typed, theirs: Typed, called: Called) -> Conflict:
    one, other = (_words(part, typed, called) for typed in (mine, theirs))
    runs = words(other, one, named=part in FIELD_BY_NAME and not is_prose(part))
    # What is made of the two is stored as it stands, so it is made of what was typed and not of how that is called.
    if not editable(part) or base is None:
        return Conflict(part, one, other, runs, editable(part), woven=_words(part, mine, AS_WRITTEN))
    made = weave(*(_words(part, typed, AS_WRITTEN) for typed in (base, mine, theirs)))
    return Conflict(part, one, other, runs, True, made.text, made.whole)


def _words(part: str, value: Any, called: Called) -> str:
    if isinstance(value, tuple):
        return "\n\n".join(f"{heading}\n{text}" for heading, text in value)
    return as_text(value, called, part)
