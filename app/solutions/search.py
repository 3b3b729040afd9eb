# SPDX-License-Identifier: AGPL-3.0-or-later
"""How solutions, themes and acts look in the index. Facets count solutions: the page of a theme or an act has none."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.cities.rules import size_on
from app.document.compare import values_text
from app.document.dates import last_day, today
from app.search.document import SearchDocument
from app.search.indexer import Searchable
from app.solutions import act_queries, queries
from app.solutions.models import LegalAct, Solution, SolutionRevision, Theme
from app.solutions.rules import with_above
from app.text.typed import line

#: Before every day of a practice: those without a period come last.
EARLIEST = "0000-00-00"
#: Front-matter fields whose words help to find a solution, beside its sections.
WORDED = ("office", "legal_basis", "steps", "roles", "tools", "indicators", "funding", "participation", "preconditions")


def as_document(solution: Solution, revision: SolutionRevision) -> SearchDocument:
    """A solution by the words of one revision; who knows its kit adds what the files say."""
    return SearchDocument(
        kind="solution",
        slug=solution.slug,
        title=solution.title,
        text=f"{solution.summary}\n{revision.plain}",
        questions=tuple(line(text) for text in solution.front.get("questions") or ()),
        keywords=_keywords(solution),
        summary=solution.summary,
        url=f"/soluzioni/{solution.slug}",
        city=solution.owner.short_name if solution.owner else "",
        facets=_facets(solution),
        updated_on=solution.updated_on.isoformat(),
        reused=solution.reusers,
        recent=_recent(solution),
        months=_number(solution, "months"),
        cost=_number(solution, "one_off_cost"),
        demonstration=solution.demonstration,
    )


def _keywords(solution: Solution) -> str:
    bodies = [tie.city.name for tie in solution.bodies]
    themes = [tie.theme.name for tie in solution.themes]
    worded = [values_text(solution.front.get(name)) for name in WORDED]
    return "\n".join(filter(None, [*bodies, *themes, *worded]))


def _recent(solution: Solution) -> str:
    """What tells how recent a practice is: the end of its period, else the beginning, then when it was verified."""
    period = _part(solution, "period")
    days = [last_day(str(period.get(name) or "")) for name in ("end", "start")]
    practised = next((day.isoformat() for day in days if day), "")
    verified = last_day(str(solution.front.get("verified_on") or ""))
    return f"{practised or EARLIEST} {verified.isoformat() if verified else EARLIEST}"


def _part(solution: Solution, name: str) -> Mapping[str, Any]:
    """A group of fields of the front matter, empty where it is not known."""
    found = solution.front.get(name)
    return found if isinstance(found, Mapping) else {}


def _number(solution: Solution, name: str) -> float | None:
    """A figure of the resources, None where it is not public."""
    value = _part(solution, "resources").get(name)
    return value if isinstance(value, int | float) else None


def _facets(solution: Solution) -> dict[str, tuple[str, ...]]:
    involved = [solution.owner, *solution.partners]
    parents = {tie.theme.slug: tie.theme.parent_slug for tie in solution.themes}
    return {
        "theme": with_above(parents, parents),
        "city": tuple(dict.fromkeys(city.slug for city in involved if city)),
        "status": (solution.status,) if solution.status else (),
        "evidence": (str(solution.evidence_level),) if solution.evidence_level else (),
        "badge": (solution.badge,) if solution.badge else (),
        "size": _size(solution),
        "act": tuple(tie.act.slug for tie in solution.acts),
        "year": (str(solution.year),) if solution.year else (),
    }


def _size(solution: Solution) -> tuple[str, ...]:
    owner = solution.owner
    name = size_on(owner.register, today()) if owner else ""
    return (name,) if name else ()


def theme_document(session: Session, slug: str) -> SearchDocument | None:
    theme = queries.theme_by_slug(session, slug)
    return _of_theme(theme) if theme else None


def theme_documents(session: Session) -> Iterator[SearchDocument]:
    yield from (_of_theme(theme) for theme in queries.themes(session))


def _of_theme(theme: Theme) -> SearchDocument:
    return SearchDocument(
        kind="theme",
        slug=theme.slug,
        title=theme.name,
        text=theme.description,
        keywords=f"{theme.name_en}\n{theme.description_en}",
        title_en=theme.name_en,
        summary=theme.description,
        summary_en=theme.description_en,
        url=f"/temi/{theme.slug}",
    )


def act_document(session: Session, slug: str) -> SearchDocument | None:
    act = act_queries.act_by_slug(session, slug)
    return _of_act(act) if act and act_queries.cited(session, act) else None


def act_documents(session: Session) -> Iterator[SearchDocument]:
    yield from (_of_act(act) for act, _count in act_queries.acts(session))


def _of_act(act: LegalAct) -> SearchDocument:
    return SearchDocument(
        kind="act",
        slug=act.slug,
        title=act.label,
        text=act.long_label,
        summary=act.long_label,
        url=f"/norme/{act.slug}",
    )


THEMES = Searchable("theme", theme_document, theme_documents)
ACTS = Searchable("act", act_document, act_documents)
