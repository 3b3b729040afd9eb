# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on working copies, their editions and the files of kits."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, bindparam, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.document.pictures import named, references
from app.files.kinds import IMAGES
from app.solutions.models import Solution, SolutionRevision
from app.writing.models import Attachment, Edition, WorkingCopy


def hold(session: Session, solution: Solution) -> None:
    """Let nobody else save this solution until the transaction ends. SQLite has one writer at a time already."""
    session.execute(select(Solution.id).where(Solution.id == solution.id).with_for_update(key_share=True)).one()


def working_copy(session: Session, solution: Solution) -> WorkingCopy | None:
    wanted = select(WorkingCopy).where(WorkingCopy.solution_id == solution.id)
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def with_working_copy(session: Session) -> Sequence[Solution]:
    """Solutions on which somebody ever typed, by address."""
    wanted = select(Solution).join(WorkingCopy, WorkingCopy.solution_id == Solution.id)
    return session.scalars(wanted.order_by(Solution.slug)).all()


def edition(session: Session, solution: Solution, number: int) -> Edition | None:
    """One saved state, None where it was never there or is no longer kept."""
    wanted = select(Edition).where(Edition.solution_id == solution.id, Edition.number == number)
    return session.scalars(wanted).one_or_none()


def editions(session: Session, solution: Solution) -> Sequence[Edition]:
    """The saved states that are kept, the oldest first."""
    return session.scalars(select(Edition).where(Edition.solution_id == solution.id).order_by(Edition.number)).all()


def editions_up_to(session: Session, solution: Solution, number: int) -> Sequence[Edition]:
    """Editions up to a number, the first one excepted."""
    wanted = select(Edition).where(Edition.solution_id == solution.id, Edition.number > 0, Edition.number <= number)
    return session.scalars(wanted).all()


def taken(session: Session, slug: str) -> bool:
    """Whether a solution has this address."""
    return session.scalar(select(Solution.id).where(Solution.slug == slug)) is not None


def attachment(session: Session, number: int) -> Attachment | None:
    return session.scalars(select(Attachment).where(Attachment.id == number)).one_or_none()


def _descriptions(file: Attachment) -> Select[Attachment]:
    """The rows of one file of a kit: one for each time it was described, all with its name and its content."""
    same = Attachment.solution_id == file.solution_id, Attachment.name == file.name, Attachment.digest == file.digest
    return select(Attachment).where(*same).order_by(Attachment.id.desc()).limit(1)


def described_last(session: Session, file: Attachment) -> Attachment:
    """A file of a kit as it was described last."""
    return session.scalars(_descriptions(file)).one()


def in_force(session: Session, file: Attachment) -> Attachment:
    """A file of a kit as it is described to readers; as it is where they do not have it."""
    return session.scalars(_descriptions(file).where(Attachment.published)).one_or_none() or file


def _described_anew() -> ColumnElement[bool]:
    """Whether a row of the kit is a file as it was described before."""
    later = aliased(Attachment)
    same = later.solution_id == Attachment.solution_id, later.name == Attachment.name, later.digest == Attachment.digest
    return select(later.id).where(*same, later.id > Attachment.id).exists()


def described_before(session: Session, solution: Solution) -> Sequence[Attachment]:
    """Files of a kit as they were described before they were described anew."""
    wanted = select(Attachment).where(Attachment.solution_id == solution.id, _described_anew())
    return session.scalars(wanted.order_by(Attachment.id)).all()


def picture(session: Session, solution: Solution, name: str) -> Attachment | None:
    """The picture of this name in the kit of a solution, also one taken out of it."""
    wanted = select(Attachment).where(
        Attachment.solution_id == solution.id, Attachment.name == name, Attachment.code.in_(IMAGES)
    )
    return session.scalars(wanted.order_by(Attachment.published.desc(), Attachment.id).limit(1)).first()


def left_pictures(session: Session, solution: Solution, names: Collection[str]) -> Sequence[Attachment]:
    """Of some pictures those that were in the kit of a version in force, and have left it."""
    wanted = select(Attachment).where(Attachment.solution_id == solution.id, Attachment.name.in_(names))
    left = wanted.where(Attachment.code.in_(IMAGES), Attachment.live_at.is_not(None), Attachment.published.is_(False))
    return session.scalars(left).all()


def shown_in(session: Session, solution: Solution, name: str) -> set[str]:
    """What the versions that came into force and show a picture say of who reads them, each answer once."""
    # SQLite takes Foto.png for foto.png here, which may stand in one kit: the text itself is asked what it shows.
    likely = or_(*(SolutionRevision.text.contains(form, autoescape=True) for form in references(name)))
    live = (SolutionRevision.solution_id == solution.id) & SolutionRevision.live_at.is_not(None)
    found = session.execute(select(SolutionRevision.visibility, SolutionRevision.text).where(live, likely))
    return {visibility for visibility, text in found if name in named(text)}


def file_names(session: Session, solution: Solution) -> set[str]:
    """Names of every file that was ever in the kit of a solution."""
    return set(session.scalars(select(Attachment.name).where(Attachment.solution_id == solution.id)))


def attachments(session: Session, solution: Solution) -> Sequence[Attachment]:
    """Files of the kit as its authors work on it, in the order they were added."""
    wanted = select(Attachment).where(Attachment.solution_id == solution.id, Attachment.removed_at.is_(None))
    return session.scalars(wanted.order_by(Attachment.id)).all()


def removed_since(session: Session, solution: Solution, moment: datetime) -> Sequence[Attachment]:
    """Files taken out of the kit since a moment, the latest first: they can be put back."""
    wanted = select(Attachment).where(Attachment.solution_id == solution.id, Attachment.removed_at >= moment)
    wanted = wanted.where(~_described_anew())
    return session.scalars(wanted.order_by(Attachment.removed_at.desc(), Attachment.id.desc())).all()


def kits(session: Session) -> dict[str, list[str]]:
    """Names of the files in the kits of all solutions, by slug: of the version in force, and as authors have them."""
    wanted = select(Solution.slug, Attachment.name).join(Solution, Solution.id == Attachment.solution_id)
    wanted = wanted.where(or_(Attachment.published, Attachment.removed_at.is_(None)))
    # One that waits to be described anew to readers is there twice, under one name.
    found: dict[str, dict[str, None]] = {}
    for slug, name in session.execute(wanted.order_by(Solution.slug, Attachment.id)):
        found.setdefault(slug, {})[name] = None
    return {slug: list(names) for slug, names in found.items()}


#: Put together once: every page of a solution asks it.
PUBLISHED = (
    select(Attachment)
    .where(Attachment.solution_id == bindparam("solution_id"), Attachment.published)
    .order_by(Attachment.id)
)


def published_attachments(session: Session, solution: Solution) -> Sequence[Attachment]:
    """Files of the kit that belong to the version in force, whoever may have them."""
    return session.scalars(PUBLISHED, {"solution_id": solution.id}).all()


def unread_files(session: Session, limit: int) -> Sequence[Row[int, str]]:
    """Number and digest of files whose text waits to be read, the oldest first."""
    wanted = select(Attachment.id, Attachment.digest).where(Attachment.text_state == "waiting")
    return session.execute(wanted.order_by(Attachment.id).limit(limit)).all()


def unreadable_files(session: Session, limit: int) -> Sequence[Attachment]:
    """Files in a kit whose text could not be read, the latest first, with their solutions."""
    wanted = select(Attachment).where(Attachment.text_state == "failed", Attachment.removed_at.is_(None))
    whole = wanted.options(joinedload(Attachment.solution)).order_by(Attachment.id.desc())
    return session.scalars(whole.limit(limit)).all()


def _public_texts() -> Select[int, str, str]:
    wanted = select(Attachment.solution_id, Attachment.title, Attachment.text)
    return wanted.where(Attachment.published, Attachment.visibility == "public").order_by(Attachment.id)


def texts_of(session: Session, solution_ids: Sequence[int]) -> dict[int, list[str]]:
    """What the public files of the kits in force of some solutions say, by solution."""
    return _by_solution(session.execute(_public_texts().where(Attachment.solution_id.in_(solution_ids))).all())


def texts_of_every(session: Session) -> dict[int, list[str]]:
    """What the public files of every kit in force say, by solution."""
    return _by_solution(session.execute(_public_texts()).all())


def _by_solution(rows: Sequence[Row[int, str, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for solution_id, title, text in rows:
        found.setdefault(solution_id, []).append(f"{title}\n{text}")
    return found


def known_digests(session: Session) -> set[str]:
    """Digests of every file some kit refers to."""
    return set(session.scalars(select(Attachment.digest).distinct()))
