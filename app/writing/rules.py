# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the form is laid out, what is still missing in it, and the address a new solution gets."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from app.document.model import Document, Problem
from app.document.schema import SECTION_TITLES, Field, Level, field_at
from app.document.validate import problems
from app.text.acts import find_acts
from app.text.contacts import holds_contact, is_personal
from app.text.folding import fold
from app.writing.boxes import SECTION, box_of, without_rows
from app.writing.state import FORM_FIELDS

MISSING = frozenset({"missing", "section_missing"})
STORY = "racconto"
REST = "altro"
MAX_SLUG = 90
#: Words that stand in the place of a solution in addresses of the site.
RESERVED = frozenset({"nuova"})
#: Names of licences (SPDX) have a version, but for a few; nothing is refused for want of one.
LICENCE = re.compile(r"\d|^\s*(MIT|ISC|Unlicense|WTFPL)\s*$")


@dataclass(frozen=True)
class Group:
    """A stretch of the form: its anchor, the front-matter fields in it; the story holds the sections."""

    key: str
    fields: tuple[str, ...]


_GROUPS = (
    Group("essenziale", ("title", "summary", "questions", "themes")),
    Group("chi", ("city", "partners", "office", "contact")),
    Group(STORY, ()),
    Group("tempi", ("status", "period", "steps")),
    Group("risorse", ("resources", "municipalities", "funding", "roles", "tools")),
    Group("norme", ("legal_basis", "evidence_level", "indicators")),
    Group("riuso", ("preconditions", "kit", "based_on", "participation", "capacity")),
    Group("fonti", ("sources", "functions", "sdgs", "data_themes")),
    Group("pubblicazione", ("visibility", "licence")),
)
_PLACED = frozenset(name for group in _GROUPS for name in group.fields)
#: A field the schema gains stands in the last group until somebody gives it a better place.
GROUPS: tuple[Group, ...] = (
    *_GROUPS,
    *(Group(REST, rest) for rest in [tuple(f.name for f in FORM_FIELDS if f.name not in _PLACED)] if rest),
)


@dataclass(frozen=True)
class Gap:
    """One thing to mend: the group and the box it stands in, and what is wrong."""

    group: str
    box: str
    problem: Problem


@dataclass(frozen=True)
class Checked:
    """What is wrong in a document, what it lacks to be submitted, and what more to be validated."""

    wrong: tuple[Gap, ...]
    to_submit: tuple[Gap, ...]
    to_validate: tuple[Gap, ...]

    @property
    def submittable(self) -> bool:
        return not self.wrong and not self.to_submit

    def of_group(self, key: str) -> int:
        """How many things a group still needs, at most."""
        return sum(gap.group == key for gap in (*self.wrong, *self.to_submit, *self.to_validate))

    def at(self, box: str) -> list[Problem]:
        """What is wrong at a box or inside it; what is merely missing is not."""
        return [gap.problem for gap in self.wrong if gap.box == box]

    @property
    def boxes(self) -> frozenset[str]:
        return frozenset(gap.box for gap in self.wrong)


def telling(typed: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Boxes whose text should be looked at again, with the key of what to say: a warning, nothing is refused."""
    found = {}
    for box, text in typed:
        key = _telling(field_at(without_rows(box)), text)
        if key:
            found[box] = key
    return found


def _telling(field: Field | None, text: str) -> str:
    """What to say of one box; nothing for most."""
    if field is not None and field.name in LOOKED_AT:
        key, fits = LOOKED_AT[field.name]
        return "" if fits(text) else key
    if field is None or field.shape in {"text", "texts"}:
        return "contact_in_text" if holds_contact(text) else ""
    return "personal_mailbox" if field.shape == "mailbox" and is_personal(text) else ""


#: Fields of which a text may be looked at again, with the key of what to say where it does not fit.
LOOKED_AT: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "legal_basis": ("act_unknown", find_acts),
    "licence": ("no_licence", LICENCE.search),
}


def checked(document: Document, strangers: Iterable[Problem] = ()) -> Checked:
    """Everything to mend, sorted by what it hinders; ``strangers`` are wrong in what the document names."""
    now = problems(document, Level.SUBMITTED)
    known = set(now)
    later = [item for item in problems(document, Level.VALIDATED) if item not in known]
    wrong = [*(item for item in now if item.key not in MISSING), *strangers]
    lacking = [item for item in now if item.key in MISSING]
    return Checked(_gaps(wrong), _gaps(lacking), _gaps(later))


def with_undecided(found: Checked, paths: Iterable[str]) -> Checked:
    """The same, with the boxes that hold a text and are ticked as *non disponibile*."""
    return replace(found, wrong=(*_gaps([Problem(path, "text_and_unknown") for path in paths]), *found.wrong))


def _gaps(found: Sequence[Problem]) -> tuple[Gap, ...]:
    return tuple(Gap(group_of(problem.field), box_of(problem.field), problem) for problem in found)


def group_of(path: str) -> str:
    """The group in which a field, a part of one or a section stands."""
    if path in SECTION_TITLES or path.startswith(f"{SECTION}."):
        return STORY
    name = path.partition(".")[0]
    return next((group.key for group in GROUPS if name in group.fields), STORY)


def slug_for(title: str, taken: Callable[[str], bool]) -> str:
    """An address nobody has yet, made of the words of a title."""
    words = re.sub(r"[^a-z0-9]+", "-", fold(title)).strip("-")
    stem = words[:MAX_SLUG].rsplit("-", 1)[0] if len(words) > MAX_SLUG else words
    stem = stem.strip("-") or "soluzione"
    candidates = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
    return next(slug for slug in candidates if slug not in RESERVED and not taken(slug))
