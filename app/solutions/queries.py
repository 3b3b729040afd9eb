# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on solutions, revisions, themes and acts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, Subquery, bindparam, case, func, or_, select, union
from sqlalchemy.orm import Session, aliased, defer, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from app.cities.models import City
from app.document.schema import UNKNOWN
from app.errors import NotFound
from app.search.listing import Part
from app.search.models import RegisterState
from app.solutions.models import LegalAct, Solution, SolutionAct, SolutionBody, SolutionRevision, SolutionTheme, Theme
from app.solutions.rules import LABEL, MADE_UP

#: Solutions held in memory at a time where all are read.
CHUNK = 500
#: The revision that readers see.
IN_FORCE = (SolutionRevision.solution_id == Solution.id) & (SolutionRevision.number == Solution.revision_number)
#: What ``Solution.demonstration`` says, and that a solution counts in a figure: it is public and not made up.
INVENTED = or_(Solution.slug.in_(MADE_UP), Solution.based_on.in_(MADE_UP), Solution.summary.contains(LABEL))
COUNTED = Solution.published & ~INVENTED


def _with_ties() -> Select[Solution]:
    return select(Solution).options(selectinload(Solution.themes), selectinload(Solution.bodies))


@dataclass(frozen=True)
class Variant:
    """A published solution that adapts another: whose it is (empty where no body owns it), when it last changed."""

    slug: str
    title: str
    updated_at: datetime
    city_slug: str
    city_name: str


@dataclass(frozen=True)
class State:
    """What tells whether a solution may be read and whether its page changed; ``register`` counts its changes."""

    slug: str
    published: bool
    revision_number: int
    updated_at: datetime
    review_due: str | None
    register: int
    source_changed: datetime | None
    variants: tuple[Variant, ...]


def _states() -> Select[Any]:
    adapting, source, owning = aliased(Solution), aliased(Solution), aliased(SolutionBody)
    return (
        select(Solution.slug, Solution.published, Solution.revision_number, Solution.updated_at)
        .add_columns(Solution.front["review_due"].as_string(), REGISTER, source.updated_at)
        .add_columns(adapting.slug, adapting.title, adapting.updated_at, City.slug, City.name)
        .outerjoin(source, source.slug == Solution.based_on)
        .outerjoin(adapting, (adapting.based_on == Solution.slug) & adapting.published)
        .outerjoin(owning, (owning.solution_id == adapting.id) & (owning.role == "owner"))
        .outerjoin(City, City.id == owning.city_id)
        .order_by(Solution.id, adapting.title, adapting.id, owning.position)
    )


REGISTER = select(func.coalesce(func.sum(RegisterState.changes), 0)).scalar_subquery()
STATE = _states().where(Solution.slug == bindparam("slug"))


def state(session: Session, slug: str) -> State | None:
    """One solution as far as its page has to know before it is made, with its variants, in one statement."""
    return next(_read_states(session.execute(STATE, {"slug": slug})), None)


def states(session: Session) -> list[State]:
    """The same of every published solution."""
    return list(_read_states(session.execute(_states().where(Solution.published))))


def _read_states(rows: Iterable[Row[Any]]) -> Iterator[State]:
    for slug, group in groupby(map(tuple, rows), key=lambda row: str(row[0])):
        variants: dict[str, Variant] = {}
        for row in group:
            own, (variant, title, changed_at, city, name) = row[1:-5], row[-5:]
            if variant is not None:
                variants[variant] = Variant(variant, title, changed_at, city or "", name or "")
        yield State(*(slug, *own, tuple(variants.values())))


def pulse(session: Session) -> tuple[object, ...]:
    """Something that differs whenever the state of any solution may differ, found at once in a large library."""
    newest = select(func.max(SolutionRevision.id)).scalar_subquery()
    wanted = select(func.count(), func.max(Solution.updated_at), newest, REGISTER).where(Solution.published)
    return tuple(session.execute(wanted).one())


def by_slug(session: Session, slug: str, *, acts: bool = True) -> Solution | None:
    """One solution with its themes and bodies, and its acts where they are shown."""
    wanted = _with_ties().where(Solution.slug == slug)
    return session.scalars(wanted.options(selectinload(Solution.acts)) if acts else wanted).one_or_none()


def locked(session: Session, number: int) -> Solution:
    """The solution as it is now, held until the transaction ends: two decisions come one after the other.

    Whoever writes a revision or decides holds it first, before the journal; a proposal or a twinning that only names
    it is written meanwhile. Raises ``NotFound``.
    """
    if (found := locked_if_any(session, number)) is None:
        raise NotFound(number)
    return found


def locked_if_any(session: Session, which: int | str) -> Solution | None:
    """The same by its number or its address; None where there is none yet."""
    known = Solution.slug if isinstance(which, str) else Solution.id
    wanted = _with_ties().options(selectinload(Solution.acts)).where(known == which)
    wanted = wanted.with_for_update(of=Solution, key_share=True).execution_options(populate_existing=True)
    return session.scalars(wanted).one_or_none()


def with_source(session: Session, slug: str) -> Mapping[str, tuple[Solution, SolutionRevision]]:
    """A variant and its source by slug, each with its ties and the revision in force; fewer where one is missing."""
    source = select(Solution.based_on).where(Solution.slug == slug).scalar_subquery()
    wanted = _with_ties().add_columns(SolutionRevision).join(SolutionRevision, IN_FORCE)
    found = session.execute(wanted.where(or_(Solution.slug == slug, Solution.slug == source)))
    return {solution.slug: (solution, revision) for solution, revision in found}


def _with_text() -> Select[Solution, SolutionRevision]:
    return (
        select(Solution, SolutionRevision)
        .join(SolutionRevision, IN_FORCE)
        .options(
            joinedload(Solution.themes),
            selectinload(Solution.bodies),
            selectinload(Solution.acts),
            defer(SolutionRevision.text, raiseload=True),
            defer(SolutionRevision.plain, raiseload=True),
        )
        .where(Solution.slug == bindparam("slug"))
    )


#: Put together once: that takes as long as asking it.
WITH_TEXT = _with_text()


def with_text(session: Session, slug: str) -> tuple[Solution, SolutionRevision] | None:
    """One solution with its ties and the revision in force as pages show it, in as few statements as one may ask."""
    row = session.execute(WITH_TEXT, {"slug": slug}).unique().one_or_none()
    return (row[0], row[1]) if row else None


#: What a revision says, of which a list shows nothing: a hundred of them weigh tens of megabytes.
WORDS = (SolutionRevision.text, SolutionRevision.sections, SolutionRevision.plain, SolutionRevision.footnotes)


def _revisions(solution: Solution) -> Select[SolutionRevision]:
    return select(SolutionRevision).where(SolutionRevision.solution_id == solution.id)


def current_revision(session: Session, solution: Solution) -> SolutionRevision:
    return revision(session, solution, solution.revision_number)


def revision(session: Session, solution: Solution, number: int) -> SolutionRevision:
    """One revision. Raises ``NoResultFound`` for a number that is not there."""
    return session.scalars(_revisions(solution).where(SolutionRevision.number == number)).one()


def revision_pair(
    session: Session, solution: Solution, old: int, new: int
) -> tuple[SolutionRevision | None, SolutionRevision | None]:
    """Two revisions, which may be the same, in one statement; None for a number that is not there."""
    wanted = _revisions(solution).where(SolutionRevision.number.in_((old, new)))
    found = {revision.number: revision for revision in session.scalars(wanted)}
    return found.get(old), found.get(new)


def revisions(session: Session, solution: Solution, *, waiting: bool = False) -> Sequence[SolutionRevision]:
    """Revisions that readers may see, the newest first, as a list shows them: without their words. ``waiting``: those
    that never came into force among them, for those who work on the solution.
    """
    lean = [defer(column, raiseload=True) for column in WORDS]
    wanted = _revisions(solution).options(*lean).order_by(SolutionRevision.number.desc())
    return session.scalars(wanted if waiting else wanted.where(SolutionRevision.live_at.is_not(None))).all()


def confirmed(session: Session, solutions: Iterable[Solution]) -> frozenset[int]:
    """The numbers of those whose body answers for the revision in force."""
    wanted = select(Solution.id).join(SolutionRevision, IN_FORCE)
    numbers = [solution.id for solution in solutions]
    return frozenset(session.scalars(wanted.where(Solution.id.in_(numbers), SolutionRevision.origin != "import")))


def writers(session: Session, solution: Solution) -> Sequence[int]:
    """Numbers of those who wrote one of its revisions."""
    wanted = select(SolutionRevision.author_id).where(SolutionRevision.solution_id == solution.id).distinct()
    return [number for number in session.scalars(wanted) if number is not None]


def every_revision(session: Session, solution: Solution) -> Sequence[SolutionRevision]:
    """All revisions with their words, those that still wait among them, the newest first."""
    return session.scalars(_revisions(solution).order_by(SolutionRevision.number.desc())).all()


def published(
    session: Session, limit: int | None = None, *, themes: Sequence[str] = (), city: str = ""
) -> Sequence[Solution]:
    """Published solutions, or those of any of some themes or of a body alone, the newest first, with their ties."""
    wanted = _with_ties().where(Solution.published).order_by(Solution.updated_at.desc(), Solution.slug)
    if themes:
        wanted = wanted.where(Solution.id.in_(select(of_themes(themes).c.solution_id)))
    if city:
        wanted = wanted.where(Solution.id.in_(select(SolutionBody.solution_id).join(City).where(City.slug == city)))
    return session.scalars(wanted.limit(limit) if limit else wanted).all()


def for_few(session: Session, slugs: Iterable[str]) -> Sequence[Solution]:
    """Those of some solutions that not everybody reads, with their ties."""
    return session.scalars(_with_ties().where(Solution.slug.in_(slugs), Solution.visibility != "public")).all()


def newest(session: Session, most: int) -> Sequence[Solution]:
    """The solutions changed last, of those changed together the newest practices first, as cards show them: with their
    bodies, in one statement."""
    wanted = select(Solution).options(joinedload(Solution.bodies)).where(Solution.published)
    order = (Solution.updated_at.desc(), Solution.year.desc().nulls_last(), Solution.title, Solution.id)
    return session.scalars(wanted.order_by(*order).limit(most)).unique().all()


def published_texts(session: Session) -> Iterator[tuple[Solution, SolutionRevision]]:
    """Every published solution with all its ties and its current revision, in a few statements."""
    wanted = (
        select(Solution, SolutionRevision)
        .join(SolutionRevision, IN_FORCE)
        .options(selectinload(Solution.themes), selectinload(Solution.bodies), selectinload(Solution.acts))
        .where(Solution.published)
        .order_by(Solution.id)
        .execution_options(yield_per=CHUNK)
    )
    yield from session.execute(wanted)


def of_themes(slugs: Sequence[str]) -> Subquery:
    """What ``extent`` and ``listed`` take for the solutions of any of these themes, main ones first."""
    return (
        select(SolutionTheme.solution_id, func.min(SolutionTheme.position).label("rank"))
        .join(Theme, Theme.id == SolutionTheme.theme_id)
        .where(Theme.slug.in_(slugs))
        .group_by(SolutionTheme.solution_id)
        .subquery()
    )


def of_act(act: LegalAct) -> Subquery:
    """The same for the solutions that cite an act, those that name it in their legal basis first."""
    rank = case((SolutionAct.in_legal_basis, 0), else_=1).label("rank")
    return select(SolutionAct.solution_id, rank).where(SolutionAct.act_id == act.id).subquery()


def extent(session: Session, ranked: Subquery) -> tuple[int, datetime | None]:
    """How many published solutions a list has, and when the last of them changed."""
    wanted = select(func.count(), func.max(Solution.updated_at))
    wanted = wanted.select_from(Solution).join(ranked, ranked.c.solution_id == Solution.id).where(Solution.published)
    count, changed_at = session.execute(wanted).one()
    return count, changed_at


def listed(session: Session, ranked: Subquery, part: Part) -> Sequence[Solution]:
    """One part of a list as its rows show it, in an order that leaves nothing to chance: in one statement."""
    chosen = (
        select(Solution.id, ranked.c.rank)
        .join(ranked, ranked.c.solution_id == Solution.id)
        .where(Solution.published)
        .order_by(ranked.c.rank, Solution.title, Solution.id)
        .offset(part.before)
        .limit(part.most)
        .subquery()
    )
    wanted = select(Solution).join(chosen, chosen.c.id == Solution.id).options(*_as_rows())
    return session.scalars(wanted.order_by(chosen.c.rank, Solution.title, Solution.id)).unique().all()


def _as_rows() -> tuple[ORMOption, ...]:
    """What a row of a list shows of a solution: its bodies, nothing of its document."""
    return joinedload(Solution.bodies), defer(Solution.front, raiseload=True)


#: How solutions stand on the page of a body, in this order; those of bodies in its territory are the last.
GROUPS = ("owner", "partner", "reuser", "nearby")


def _tied_to(city: City) -> Select[int, int]:
    """Ties of published solutions to a body or to one that lies in its territory, with the number of their group."""
    inside = select(City.id).where(City.register["city"].as_string() == city.slug)
    own = SolutionBody.city_id == city.id
    role = case({role: number for number, role in enumerate(GROUPS)}, value=SolutionBody.role)
    return (
        select(SolutionBody.id, case((own, role), else_=GROUPS.index("nearby")).label("group"))
        .join(Solution, Solution.id == SolutionBody.solution_id)
        .where(or_(own, SolutionBody.city_id.in_(inside)), Solution.published)
    )


def counts_of_city(session: Session, city: City) -> dict[str, int]:
    """How many solutions stand in each group on the page of a body."""
    tied = _tied_to(city).subquery()
    found = session.execute(select(tied.c.group, func.count()).group_by(tied.c.group))
    return dict.fromkeys(GROUPS, 0) | {GROUPS[group]: count for group, count in found}


def of_city(session: Session, city: City, part: Part) -> Sequence[tuple[str, Solution, SolutionBody]]:
    """One part of the solutions on the page of a body, group after group, each with its group and its tie."""
    tied = _tied_to(city)
    order = (Solution.year.desc().nulls_last(), Solution.title, SolutionBody.id)
    chosen = tied.order_by("group", *order).offset(part.before).limit(part.most).subquery()
    wanted = (
        select(chosen.c.group, Solution, SolutionBody)
        .join(SolutionBody, SolutionBody.id == chosen.c.id)
        .join(Solution, Solution.id == SolutionBody.solution_id)
        .options(*_as_rows())
        .order_by(chosen.c.group, *order)
    )
    return [(GROUPS[group], solution, tie) for group, solution, tie in session.execute(wanted).unique()]


def slugs_of_city(session: Session, city: City) -> Sequence[str]:
    """Every published solution whose page names a body, or one that lies in its territory."""
    tied = _tied_to(city).subquery()
    wanted = select(Solution.slug).join(SolutionBody, SolutionBody.solution_id == Solution.id)
    return session.scalars(wanted.join(tied, tied.c.id == SolutionBody.id).distinct().order_by(Solution.slug)).all()


@dataclass(frozen=True)
class Held:
    """How many solutions a body made, alone or with others, and how many of others it took over."""

    made: int = 0
    reused: int = 0


def counts_by_city(session: Session) -> dict[int, Held]:
    """What each body that has any solution holds, by city id; what is made up counts in no figure."""
    taken = SolutionBody.role == "reuser"
    made = func.count(func.distinct(case((~taken, SolutionBody.solution_id))))
    reused = func.count(func.distinct(case((taken, SolutionBody.solution_id))))
    wanted = select(SolutionBody.city_id, made, reused).join(Solution).where(COUNTED)
    return {city: Held(*counts) for city, *counts in session.execute(wanted.group_by(SolutionBody.city_id))}


def by_badge(session: Session) -> dict[str, int]:
    """How many published solutions have each badge; none made up counts."""
    wanted = select(Solution.badge, func.count()).where(COUNTED).group_by(Solution.badge)
    found = session.execute(wanted).all()
    return dict(found)


def made_up(session: Session) -> int:
    """How many published solutions are made up for trying the site, which ``counts_by_city`` and
    ``themes_with_counts`` leave out."""
    wanted = select(func.count()).select_from(Solution).where(Solution.published, INVENTED)
    return session.scalars(wanted).one()


def themes_with_counts(session: Session) -> Sequence[tuple[Theme, int]]:
    """Every theme in its order, with the number of solutions of the theme or of those below it; none made up counts."""
    own = select(SolutionTheme.solution_id, Theme.slug.label("slug")).join(Theme, Theme.id == SolutionTheme.theme_id)
    above = select(SolutionTheme.solution_id, Theme.parent_slug).join(Theme, Theme.id == SolutionTheme.theme_id)
    family = union(own, above.where(Theme.parent_slug != "")).subquery()
    shown = (
        select(family.c.slug, func.count().label("shown"))
        .join(Solution, Solution.id == family.c.solution_id)
        .where(COUNTED)
        .group_by(family.c.slug)
        .subquery()
    )
    wanted = select(Theme, func.coalesce(shown.c.shown, 0)).outerjoin(shown, shown.c.slug == Theme.slug)
    return [(theme, count) for theme, count in session.execute(wanted.order_by(Theme.position)).all()]


#: Parts of a document that a table shows beside the columns, by their names there.
PARTS = {"start": ("period", "start"), "end": ("period", "end"), "one_off_cost": ("resources", "one_off_cost")}


def lines(session: Session, slugs: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What a table says of some published solutions beside their titles, by address; empty where it is not known."""
    parts = [Solution.front[path].as_string().label(name) for name, path in PARTS.items()]
    wanted = (
        select(Solution.slug, Solution.status, Solution.evidence_level.label("evidence"), Solution.badge, *parts)
        .add_columns(Solution.summary, INVENTED.label("demonstration"), Theme.slug.label("theme"))
        .outerjoin(SolutionTheme, SolutionTheme.solution_id == Solution.id)
        .outerjoin(Theme, Theme.id == SolutionTheme.theme_id)
        .order_by(Solution.id, SolutionTheme.position)
    )
    found: dict[str, dict[str, Any]] = {}
    for first in range(0, len(slugs), CHUNK):
        chosen = wanted.where(Solution.published, Solution.slug.in_(slugs[first : first + CHUNK]))
        for row in session.execute(chosen).mappings():
            known = {name: value for name, value in row.items() if value != UNKNOWN}
            found.setdefault(row["slug"], {**known, "themes": []})["themes"] += filter(None, [row["theme"]])
    return found


def themes(session: Session) -> Sequence[Theme]:
    return session.scalars(select(Theme).order_by(Theme.position)).all()


def tree(session: Session) -> dict[str, str]:
    """Each theme with the one above it, empty for one of the first level."""
    return {slug: parent for slug, parent in session.execute(select(Theme.slug, Theme.parent_slug))}  # noqa: C416


def themes_of_solutions(session: Session) -> tuple[list[Theme], dict[int, list[str]]]:
    """Every theme in its order, and those of each solution by its number, the main one first: in one statement."""
    wanted = (
        select(Theme, SolutionTheme.solution_id)
        .outerjoin(SolutionTheme, SolutionTheme.theme_id == Theme.id)
        .order_by(SolutionTheme.position, Theme.position, Theme.slug)
    )
    themes: dict[str, Theme] = {}
    found: dict[int, list[str]] = {}
    for theme, solution in session.execute(wanted):
        themes[theme.slug] = theme
        if solution is not None:
            found.setdefault(solution, []).append(theme.slug)
    return sorted(themes.values(), key=lambda theme: (theme.position, theme.slug)), found


def theme_by_slug(session: Session, slug: str) -> Theme | None:
    return session.scalars(select(Theme).where(Theme.slug == slug)).one_or_none()


def theme_names(session: Session, language: str) -> list[tuple[str, str]]:
    """Slug and name of every theme in a language, in their own order."""
    return [(theme.slug, theme.name_en if language == "en" else theme.name) for theme in themes(session)]


def archived(session: Session) -> frozenset[str]:
    """Slugs of the solutions that were taken out of the library."""
    return frozenset(session.scalars(select(Solution.slug).where(Solution.archived_at.is_not(None))))


def every_current(session: Session) -> Sequence[tuple[str, str]]:
    """Slug and text of the current revision of every solution, published or not."""
    wanted = select(Solution.slug, SolutionRevision.text).join(SolutionRevision, IN_FORCE).order_by(Solution.slug)
    return [(slug, text) for slug, text in session.execute(wanted).all()]
