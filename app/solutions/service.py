# SPDX-License-Identifier: AGPL-3.0-or-later
"""Saving documents: each save makes a revision and derives every other column from it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache, partial
from typing import Any

from sqlalchemy.orm import Session

from app.cities.queries import by_slugs
from app.document.model import Document, Problem
from app.document.parse import parse
from app.document.pictures import folder_of
from app.document.render import MAX_RENDERED, Rendered, TooComplex, render
from app.document.serialise import digest_of, serialise
from app.document.validate import problems
from app.errors import Invalid
from app.search.changes import note
from app.solutions import act_queries, queries, register, rules, variant_queries
from app.solutions.models import LegalAct, Solution, SolutionAct, SolutionBody, SolutionRevision, SolutionTheme, Theme
from app.text.acts import LegalReference


class Outcome(StrEnum):
    """What importing one document did."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True)
class Imported:
    """The outcome for one document, with what was wrong where it was refused."""

    slug: str
    outcome: Outcome
    problems: tuple[Problem, ...] = ()


def import_document(
    session: Session, slug: str, document: Document, now: datetime, beside: Collection[str] = ()
) -> Imported:
    """Bring one document of the content folder into the database, or say why not.

    ``beside`` are the addresses of those that come in with it: what it is a variant of may be among them.
    """
    wrong = wrong_in(session, document, slug, beside)
    if wrong:
        return Imported(slug, Outcome.REFUSED, wrong)
    # Somebody may decide on it meanwhile, on the site that goes on.
    solution = queries.locked_if_any(session, slug)
    text = serialise(document)
    if solution is None:
        fresh = Solution(slug=slug, created_at=now, revision_number=0, latest_number=0)
        return _save_or_refuse(session, fresh, document, text, now)
    new = digest_of(text)
    current = queries.current_revision(session, solution).digest
    if new == current:
        solution.imported_digest = new
        return Imported(slug, Outcome.UNCHANGED)
    if current != solution.imported_digest:
        edited_here_only = new == solution.imported_digest
        return Imported(slug, Outcome.UNCHANGED if edited_here_only else Outcome.CONFLICT)
    return _save_or_refuse(session, solution, document, text, now)


def _save_or_refuse(session: Session, solution: Solution, document: Document, text: str, now: datetime) -> Imported:
    try:
        rendered = render(document, folder_of(solution.slug))
    except TooComplex as error:
        return Imported(solution.slug, Outcome.REFUSED, (_too_complex(error),))
    outcome = Outcome.CHANGED if solution.revision_number else Outcome.ADDED
    revision = _save(session, solution, document, rendered, now, text)
    revision.origin = "import"
    solution.imported_digest = revision.digest
    session.flush()
    return Imported(solution.slug, outcome)


def unrenderable(slug: str, document: Document) -> tuple[Problem, ...]:
    """Why no page can be made of a document, nothing where one can."""
    try:
        render(document, folder_of(slug))
    except TooComplex as error:
        return (_too_complex(error),)
    return ()


def _too_complex(error: TooComplex) -> Problem:
    return Problem("document", str(error), detail=str(MAX_RENDERED))


def wrong_in(session: Session, document: Document, slug: str = "", beside: Collection[str] = ()) -> tuple[Problem, ...]:
    """What forbids saving: wrong shapes, parts its badge needs, bodies and themes that are not registered, a source
    that is no other published solution nor one of those ``beside``."""
    found = list(problems(document, rules.level_of(document)))
    named = {tie.slug for tie in rules.ties(document)} if not found else set()
    missing = named - by_slugs(session, sorted(named)).keys()
    found += [Problem("city", "unknown_city", detail=slug, example="bologna") for slug in sorted(missing)]
    registered = {theme.slug for theme in queries.themes(session)}
    strangers = [slug for slug in document.listed("themes") if slug not in registered] if not found else []
    found += [Problem("themes", "unknown_theme", detail=str(slug), example="suap") for slug in strangers]
    return tuple(found) or wrong_source(session, document, slug, beside)


def wrong_source(session: Session, document: Document, slug: str, beside: Collection[str] = ()) -> tuple[Problem, ...]:
    """What is wrong with the source a document names, asked of the library where it is not ``beside``."""
    source = rules.source_of(document)
    known = beside if not source or source in beside else variant_queries.in_force(session, [source])
    return rules.wrong_source(document, slug, known)


def save(session: Session, solution: Solution, document: Document, now: datetime) -> SolutionRevision:
    """A new revision written by the site itself, in force at once: whoever answered for the text before still does.

    Raises ``TooComplex``.
    """
    origin = queries.current_revision(session, solution).origin
    revision = _save(session, solution, document, render(document, folder_of(solution.slug)), now)
    revision.origin = origin
    session.flush()
    return revision


def propose(
    session: Session, solution: Solution, document: Document, now: datetime, author_id: int | None, reason: str = ""
) -> SolutionRevision:
    """A new revision that waits; a solution that is not in force yet follows it at once.

    Raises ``TooComplex``, and ``Invalid`` for a document with wrong shapes (at the level of a draft).
    """
    document = rules.with_site_fields(document, solution.front if solution.badge else {})
    wrong = wrong_in(session, document, solution.slug)
    if wrong:
        raise Invalid({problem.field: problem.key for problem in wrong})
    revision = _add_revision(session, solution, document, render(document, folder_of(solution.slug)), now)
    revision.author_id, revision.reason = author_id, reason
    if not solution.badge:
        solution.revision_number = revision.number
        derive(session, solution, document)
        solution.updated_at = now
    session.flush()
    return revision


def make_live(
    session: Session, solution: Solution, document: Document, now: datetime, author_id: int | None, reason: str = ""
) -> SolutionRevision:
    """A new revision in force at once, as a decision makes it. Raises ``TooComplex``."""
    revision = _save(session, solution, document, render(document, folder_of(solution.slug)), now)
    revision.author_id, revision.reason = author_id, reason
    session.flush()
    return revision


def begin(session: Session, slug: str, document: Document, now: datetime, author_id: int) -> Solution:
    """A new solution with its first revision, which nobody but its office sees. Raises ``TooComplex``."""
    solution = Solution(slug=slug, created_at=now, revision_number=0, badge="", author_id=author_id)
    propose(session, solution, document, now, author_id)
    return solution


def _save(
    session: Session, solution: Solution, document: Document, rendered: Rendered, now: datetime, text: str = ""
) -> SolutionRevision:
    """A revision in force; whoever asked says where it comes from, and flushes: all that is known is written once.

    ``text``: the document serialised, where that was done already.
    """
    approved = solution.revision_number if solution.badge else 0
    revision = _add_revision(session, solution, document, rendered, now, text)
    revision.live_at = now
    solution.revision_number = revision.number
    derive(session, solution, document, approved)
    solution.updated_at = now
    return revision


def _add_revision(
    session: Session, solution: Solution, document: Document, rendered: Rendered, now: datetime, text: str = ""
) -> SolutionRevision:
    number = (solution.latest_number or 0) + 1
    text = text or serialise(document)
    revision = SolutionRevision(number=number, text=text, digest=digest_of(text), origin="site", saved_at=now)
    revision.visibility = str(document.front.get("visibility") or "")
    _fill_rendered(revision, rendered)
    solution.latest_number = number
    session.add(solution)
    session.add(revision)
    revision.solution = solution
    return revision


def rerender(session: Session, revision: SolutionRevision, solution: Solution) -> None:
    """Derive again what follows from a revision, after the renderer changed; its text stays. Raises ``TooComplex``."""
    document = revision.document()
    _fill_rendered(revision, render(document, folder_of(solution.slug)))
    if revision.number == solution.revision_number:
        derive(session, solution, document)
        note(session, [("solution", solution.slug)])


def _fill_rendered(revision: SolutionRevision, rendered: Rendered) -> None:
    revision.sections = [asdict(section) for section in rendered.sections]
    revision.footnotes, revision.plain = rendered.footnotes, rendered.plain


def derive(session: Session, solution: Solution, document: Document, before: int = 0) -> None:
    """Set every column and tie that follows from the document. ``before``: the approved revision it takes over from."""
    front = document.front
    solution.title = str(front["title"])
    solution.summary = str(document.known("summary") or "")
    solution.badge = str(front.get("badge") or "")
    solution.status = str(front.get("status") or "")
    solution.visibility = str(front.get("visibility") or "")
    solution.evidence_level = document.known("evidence_level")
    solution.year = rules.year(document)
    solution.front = dict(front)
    solution.based_on = str(document.known("based_on") or "")
    solution.published = rules.is_published(document) and solution.archived_at is None
    with session.no_autoflush:
        _set_themes(session, solution, document)
        _set_bodies(session, solution, document)
        _set_acts(session, solution, document, before)


def _set_themes(session: Session, solution: Solution, document: Document) -> None:
    present = {tie.theme.slug: tie for tie in solution.themes}
    listed = document.listed("themes")
    strangers = any(slug not in present for slug in listed)
    registered = {theme.slug: theme for theme in queries.themes(session)} if strangers else {}
    wanted = []
    for position, slug in enumerate(listed):
        tie = present.get(slug) or SolutionTheme(theme=registered[slug])
        tie.position = position
        wanted.append(tie)
    solution.themes = wanted


def _set_bodies(session: Session, solution: Solution, document: Document) -> None:
    ties = rules.ties(document)
    if ties == [_as_tie(body) for body in solution.bodies]:
        return
    cities = by_slugs(session, [tie.slug for tie in ties])
    solution.bodies = [
        SolutionBody(
            city=cities[tie.slug],
            role=tie.role,
            position=position,
            lead=tie.lead,
            start=tie.start,
            end=tie.end,
            note=tie.note,
        )
        for position, tie in enumerate(ties)
    ]


def _as_tie(body: SolutionBody) -> rules.Tie:
    return rules.Tie(body.city.slug, body.role, body.lead, body.start, body.end, body.note)


def _set_acts(session: Session, solution: Solution, document: Document, before: int) -> None:
    cited = rules.cited_acts(document)
    acts = _registered_acts(session, solution, cited, before)
    present = {tie.act.slug: tie for tie in solution.acts}
    wanted = []
    # An act is findable while a published solution cites it, so it follows its solutions into the index.
    note(session, (("act", slug) for slug in acts.keys() | present.keys()))
    for position, item in enumerate(cited):
        tie = present.get(item.reference.slug) or SolutionAct(act=acts[item.reference.slug])
        tie.position, tie.in_legal_basis, tie.places = position, item.in_legal_basis, list(item.places)
        wanted.append(tie)
    solution.acts = wanted


def _registered_acts(
    session: Session, solution: Solution, cited: Sequence[rules.CitedAct], before: int
) -> dict[str, LegalAct]:
    """The rows of cited acts. What nobody approved says nothing new of an act that others cite, such as its day.

    Neither does a text that said the same of it ``before``: of two that disagree, each save would turn the act round,
    and with it every page that is kept.
    """
    acts = {tie.act.slug: tie.act for tie in solution.acts}
    strangers = [item.reference.slug for item in cited if item.reference.slug not in acts]
    acts |= act_queries.acts_by_slug(session, strangers)
    said = cache(partial(_said, session, solution, before))
    for item in cited:
        reference = item.reference
        if reference.slug not in acts:
            act = LegalAct(slug=reference.slug)
            session.add(act)
            acts[reference.slug] = act
        act = acts[reference.slug]
        tells = reference.date and solution.badge and not (_has_other_day(act, reference) and reference.urn in said())
        if act.urn is None or tells:
            act.urn, act.label, act.long_label = reference.urn, reference.label, reference.long_label
            act.address, act.kind, act.year = reference.url or "", reference.kind, reference.year
    return acts


def _has_other_day(act: LegalAct, reference: LegalReference) -> bool:
    return act.urn not in {reference.urn, replace(reference, date=None).urn}


def _said(session: Session, solution: Solution, number: int) -> frozenset[str]:
    """Which acts a revision cites, with their days; none where there is no such revision."""
    document = parse(queries.revision(session, solution, number).text).document if number else None
    return frozenset(item.reference.urn for item in rules.cited_acts(document)) if document else frozenset()


def import_themes(session: Session, data: Any) -> dict[str, int]:
    """Make the table of themes say what `themes.yml` says. Answers how many were added, changed, unchanged."""
    present = {theme.slug: theme for theme in queries.themes(session)}
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    for position, raw in enumerate(register.read(data).entries):
        known = present.get(raw["slug"])
        theme = known or Theme(slug=raw["slug"])
        changed = _fill_theme(theme, raw, position)
        counts["added" if known is None else "changed" if changed else "unchanged"] += 1
        if known is None:
            session.add(theme)
    session.flush()
    return counts


def _fill_theme(theme: Theme, raw: Mapping[str, Any], position: int) -> bool:
    values = {name: str(raw.get(name) or "") for name in ("name", "name_en", "description", "description_en")}
    values["parent_slug"] = str(raw.get("parent") or "")
    before = {name: getattr(theme, name) for name in (*values, "position")}
    for name, value in {**values, "position": position}.items():
        if getattr(theme, name) != value:
            setattr(theme, name, value)
    return before != {**values, "position": position}
