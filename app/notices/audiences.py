# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who a row of the journal concerns: those it waits for, those who did earlier steps, those who follow."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from app.access import Action, Role, Thing
from app.cities import queries as cities
from app.document.dates import day_of
from app.journal import queries as journal
from app.journal.models import JournalEntry
from app.needs import proposal_queries, question, round_queries
from app.needs import queries as needs
from app.needs.models import Need, Proposal
from app.needs.proposals import refused
from app.needs.rules import ASKER_CLOSED, EXCHANGE, GIVER_CLOSED, OFFER, PENDING, Answer
from app.notices import matches, queries, reviewing, transfers, variants
from app.notices.reach import able, coordination, office, readers, with_roles
from app.notices.rules import Audience
from app.review import queries as reviews
from app.review.page_reports import those_reached
from app.review.remarks import those_who_correct
from app.review.rules import ROLE_OF, Step
from app.solutions import queries as solutions
from app.solutions.models import Solution
from app.solutions.rules import with_above
from app.twinnings import queries as twinnings
from app.twinnings.models import Twinning


def of(session: Session, entry: JournalEntry) -> Audience | None:
    """The audience of a row, None where there is nothing to tell (the thing is gone)."""
    find = AUDIENCES.get(entry.kind)
    audience = find(session, entry) if find else None
    return _told_once(session, entry, audience) if audience else None


def _told_once(session: Session, entry: JournalEntry, audience: Audience) -> Audience:
    """Whoever hears of a transfer is not told again what its step did to its request, or to its solution."""
    number = entry.data.get("twinning")
    twinning = twinnings.twinning(session, int(number)) if number else None
    if twinning is None:
        return audience
    people = _hearing_of(session, twinning)
    outside = people | _following_of(session, twinning)
    if entry.action == "proposal-accepted":
        people |= transfers.all_left_out(session, twinning, entry.at)
    return replace(audience, mine=audience.mine - people, followed=audience.followed - outside)


def _of_solution(session: Session, entry: JournalEntry) -> Audience | None:
    if entry.action == "draft-discarded":
        return _of_discarded(session, entry)
    solution = solutions.by_slug(session, entry.key)
    if solution is None:
        return None
    earlier, thing = _earlier(session, solution, entry), solution.thing
    if entry.action == "error-reported":
        # Whoever wrote it and has left, or whose body has, can correct nothing: it reaches those who can.
        thing = replace(thing, people=frozenset())
        earlier = able(session, earlier, Action.READ_DRAFT, thing, entry.at)
    # An archived one is no longer in the library, but its page stays and says so.
    public = bool(solution.badge) and entry.data.get("live") is not False
    besides = variants.elsewhere(session, solution, entry)
    followed = [*_followed_with(session, solution), *besides.followed]
    following = queries.followers(session, followed) if public else frozenset()
    owner, reader = solution.owner, _reader(session, entry) | (besides.people - earlier)
    page = "" if entry.action in PUBLIC_PAGE else "/revisione"
    turn, lacking = _turn_of(session, solution, entry)
    return Audience(
        turn,
        readers(session, earlier, Action.READ_DRAFT, thing)
        | readers(session, reader, Action.READ_SOLUTION, solution.thing),
        readers(session, following, Action.READ_SOLUTION, solution.thing),
        solution.title,
        f"/soluzioni/{solution.slug}{page}",
        owner.name if owner else "",
        public_path=f"/soluzioni/{solution.slug}",
        readers=reader,
        facts=reviewing.facts(session, entry) | besides.facts | lacking,
    )


def _earlier(session: Session, solution: Solution, entry: JournalEntry) -> frozenset[int]:
    """Those who wrote one of its versions, did an earlier step, or were asked to decide.

    Of what became of it elsewhere its office hears too: what came with the library was written by nobody of the site.
    """
    found = {solution.author_id, *solutions.writers(session, solution)}
    for row in journal.of_thing(session, "solution", solution.slug):
        asked = row.data.get("person")
        found |= {row.actor_id, asked if isinstance(asked, int) else None}
    if entry.action == "solution-reused" and solution.owner is not None:
        found |= office(session, solution.owner)
    return frozenset(number for number in found if number)


def _of_discarded(session: Session, entry: JournalEntry) -> Audience:
    """Those whose unsaved words went with the draft; the draft itself may be gone."""
    there = solutions.by_slug(session, entry.key) is not None
    return Audience(
        mine=frozenset(int(person) for person in entry.data.get("others", ())),
        title=str(entry.data.get("title", "")),
        path=f"/soluzioni/{entry.key}/modifica" if there else "/scrivania",
    )


def _reader(session: Session, entry: JournalEntry) -> frozenset[int]:
    """Who reported an error that was dealt with, where they were signed in."""
    resolved = entry.action == "comment-resolved" and entry.data.get("kind") == "report"
    report = reviews.comment(session, int(entry.data["comment"])) if resolved else None
    return frozenset({report.author_id} if report and report.author_id else ())


#: Told with the page that everybody reads; the rest with the page of its review.
PUBLIC_PAGE = frozenset({"facts-confirmed", "solution-made-ready", "solution-restored", "solution-reused"})


def _followed_with(session: Session, solution: Solution) -> list[tuple[str, str]]:
    """What one may follow to hear of a solution: itself, its bodies, its themes and those above, its acts."""
    bodies = [("city", tie.city.slug) for tie in solution.bodies]
    themes = _themes(session, [tie.theme.slug for tie in solution.themes])
    acts = [("act", tie.act.slug) for tie in solution.acts]
    return [("solution", solution.slug), *bodies, *themes, *acts]


def _themes(session: Session, slugs: Iterable[str]) -> list[tuple[str, str]]:
    """Who follows a theme hears of those below it too: its page and its feed show them."""
    return [("theme", slug) for slug in with_above(slugs, solutions.tree(session))]


def _turn_of(session: Session, solution: Solution, entry: JournalEntry) -> tuple[frozenset[int], dict[str, bool]]:
    """Those whose turn it is, and what is said besides: where nobody may decide the coordination invites somebody."""
    turn = frozenset(_waiting(session, solution, entry))
    return (turn, {}) if turn or not _next_step(entry) else (coordination(session), {"nobody": True})


def _waiting(session: Session, solution: Solution, entry: JournalEntry) -> Iterable[int]:
    """Those whose turn it is after the row."""
    thing = solution.thing
    if entry.action == "review-assigned":
        return [int(entry.data["person"])] if entry.data.get("person") else []
    if entry.action in OWNERS_TURN:
        return _owners(session, solution, entry)
    step = _next_step(entry)
    if not step:
        return []
    role = ROLE_OF[Step(step)]
    action = Action.APPROVE_SOLUTION if role is Role.REFERENT else Action.VALIDATE_SOLUTION
    found = with_roles(session, (role,), thing.bodies if role is Role.REFERENT else thing.themes)
    review = reviews.open_review(session, solution)
    return able(session, found, action, review.judged if review else thing, entry.at)


def _next_step(entry: JournalEntry) -> str:
    """The decision that is waited for after the row, empty for none."""
    return str(entry.data.get("step" if entry.action == "solution-submitted" else "next") or "")


def _owners(session: Session, solution: Solution, entry: JournalEntry) -> frozenset[int]:
    """Of the office that owns a solution those who can correct it; for an error the coordination where nobody can."""
    office = frozenset(person.id for person in those_who_correct(session, solution, day_of(entry.at)))
    return coordination(session) if entry.action == "error-reported" and not office else office


#: After these it is the turn of the office that owns the solution.
OWNERS_TURN = frozenset({"error-reported", "evidence-lowered", "facts-due"})


def _of_need(session: Session, entry: JournalEntry) -> Audience | None:
    """A new request waits for the cities whose solutions fit it best; whose an anonymous one is nobody is told."""
    need = needs.need(session, int(entry.key))
    if need is None:
        return None
    secret = need.visibility == "anonymous"
    followed = _themes(session, need.themes) + ([] if secret else [("city", need.city.slug)])
    mine = _requesters(need) | (_asked(session, need) if entry.action == "need-edited" else frozenset())
    if entry.action in REMINDERS:
        mine = able(session, mine, Action.JOIN_NEED, need.thing, entry.at)
    return Audience(
        _turn(session, need, entry),
        readers(session, mine, Action.READ_NEED, need.thing),
        readers(session, queries.followers(session, followed), Action.READ_NEED, need.thing),
        *_what_of_need(session, need, entry),
        "" if secret else _whose(session, entry, need.city.name),
        facts=matches.of_need(session, need, entry),
    )


#: Rows that ask the city of a request for something.
REMINDERS = frozenset({"need-overdue", "need-lapsed"})


def _turn(session: Session, need: Need, entry: JournalEntry) -> frozenset[int]:
    """Whose turn it is: of a new request the cities it fits, of a new solution its own, of one whose day has passed its
    own city."""
    if entry.action == "need-published":
        return able(session, _fitting(session, need), Action.OFFER, need.thing, entry.at)
    if entry.action == "need-answerable":
        met = solutions.by_slug(session, str(entry.data.get("solution", "")))
        theirs = office(session, met.owner) if met and met.owner else frozenset()
        return able(session, theirs, Action.OFFER, need.thing, entry.at)
    if entry.action in REMINDERS:
        theirs = frozenset({need.author_id or 0}) | with_roles(session, (Role.REFERENT,), [need.city.slug])
        return able(session, theirs, Action.EDIT_NEED, need.thing, entry.at)
    return frozenset()


def _asked(session: Session, need: Need) -> frozenset[int]:
    """The offices whose answer is waited for, or that offered: what they were told of has changed."""
    return frozenset().union(*(office(session, item.giver) for item in proposal_queries.pending(session, need.id)))


#: Rows about what several cities do at once: the notice names none.
OF_NOBODY = frozenset({"need-met", "need-answerable", "round-published"})


def _whose(session: Session, entry: JournalEntry, otherwise: str) -> str:
    """The body a row is about: the one it names, else the thing's own."""
    named = entry.data.get("body")
    found = cities.by_slug(session, str(named)) if named else None
    return "" if entry.action in OF_NOBODY else found.name if found else otherwise


def _what_of_need(session: Session, need: Need, entry: JournalEntry) -> tuple[str, str]:
    """Title and address a notice speaks of: a new solution where one was met, else the request."""
    address = f"/richieste/{need.id}-{need.slug}"
    met = solutions.by_slug(session, str(entry.data.get("solution", ""))) if entry.action == "need-met" else None
    return (met.title, f"{address}/abbinamenti") if met else (need.title, address)


def _fitting(session: Session, need: Need) -> frozenset[int]:
    """Referents of the cities on the first places of the shortlist, as it was when the request was published."""
    shown = needs.last_shown(session, need.id)
    places = [item for item in shown.items[:3] if item.get("band") != "low"] if shown else []
    return with_roles(session, (Role.REFERENT,), {item["city"] for item in places})


def _requesters(need: Need) -> frozenset[int]:
    joined = {tie.joined_by for tie in need.receivers}
    return frozenset(person for person in {need.author_id, *joined} if person)


def _of_proposal(session: Session, entry: JournalEntry) -> Audience | None:
    """A question waits for the giver's referents, an offer for the requesting city; bodies that joined hear of it."""
    proposal = proposal_queries.proposal(session, int(entry.key))
    if proposal is None:
        return None
    need, offered = proposal.need, proposal.origin == OFFER
    theirs = able(session, office(session, proposal.giver), Action.ANSWER_PROPOSAL, proposal.thing, entry.at)
    there = offered or bool(theirs)
    answering = theirs or coordination(session)
    asked = frozenset({proposal.asked_by or need.author_id or 0})
    return Audience(
        _waited_for(session, proposal, entry, answering),
        _hearing(session, proposal, entry, _requesters(need) | asked, answering),
        frozenset(),
        need.title,
        _address_of(proposal, entry),
        _told_by(proposal, entry),
        question.asked_of(session, proposal, entry.at) if there and _is_put(session, proposal, entry) else {},
        facts=matches.of_proposal(session, proposal, entry),
        absent="" if there else proposal.giver.name,
    )


def _waited_for(session: Session, proposal: Proposal, entry: JournalEntry, answering: frozenset[int]) -> frozenset[int]:
    need = proposal.need
    if proposal.origin == OFFER:
        asking = _requesters(need) | with_roles(session, (Role.REFERENT,), [need.city.slug])
        return able(session, asking, Action.EDIT_NEED, need.thing, entry.at)
    return frozenset() if _is_answered(proposal, entry) else answering


def _address_of(proposal: Proposal, entry: JournalEntry) -> str:
    need, ended = proposal.need, entry.data.get("reason") == GIVER_CLOSED
    return f"/richieste/{need.id}-{need.slug}" if ended else f"/proposte/{proposal.id}"


def _hearing(
    session: Session, proposal: Proposal, entry: JournalEntry, asking: frozenset[int], answering: frozenset[int]
) -> frozenset[int]:
    """Who hears what became of a proposal: those who asked; the other side too where it need not answer any more.

    What the site ends for want of a body is told to the people of those that are there.
    """
    thing = proposal.thing
    if entry.data.get("dropped"):
        # Who asks reads of what ended it: another was accepted, the request was closed or taken back.
        asking = frozenset({proposal.asked_by or 0}) if proposal.origin == OFFER else frozenset()
    if entry.action == "proposal-ended":
        return able(session, asking | office(session, proposal.giver), Action.READ_PROPOSAL, thing, entry.at)
    told = entry.action == "proposal-withdrawn" or _is_answered(proposal, entry)
    return readers(session, asking | answering if told else asking, Action.READ_PROPOSAL, thing)


def _is_answered(proposal: Proposal, entry: JournalEntry) -> bool:
    """Whether a row makes a question part of an exchange that its giver has answered already."""
    return entry.action == "exchange-proposed" and proposal.state not in PENDING


#: Rows about a question that is put to a giver: they speak of the city that asks.
QUESTIONS = frozenset({"proposal-made", "proposal-reminded", "exchange-proposed", "exchange-withdrawn"})


def _is_put(session: Session, proposal: Proposal, entry: JournalEntry) -> bool:
    """Whether a row puts a question or an offer, or puts it again, while a yes is still waited for, and possible."""
    told = entry.action in {"proposal-made", "proposal-offered", "proposal-reminded"}
    told |= entry.action == "exchange-proposed" and proposal.origin == EXCHANGE
    return told and proposal.state in {Answer.WAITING, Answer.OFFERED} and not refused(session, proposal, entry.at)


def _told_by(proposal: Proposal, entry: JournalEntry) -> str:
    """The city a notice speaks of: the giver; for a question put to it the one that asks, where it may be known."""
    if entry.data.get("reason") == ASKER_CLOSED:
        return proposal.need.city.name
    if proposal.origin == OFFER or not (entry.action in QUESTIONS or entry.data.get("dropped")):
        return proposal.giver.name
    secret = proposal.need.visibility == "anonymous" and proposal.origin != "picked"
    return "" if secret else proposal.need.city.name


def _of_twinning(session: Session, entry: JournalEntry) -> Audience | None:
    """Its people; for a milestone its owner, who may have gone, for a late one the coordination too; followers when it
    begins or ends."""
    twinning = twinnings.twinning(session, int(entry.key))
    if twinning is None:
        return None
    # Taken off the list, that person hears of it too.
    left = [int(entry.data["person"])] if entry.action == "person-left" else []
    national = coordination(session)
    # The report that closes it is told with its end.
    hearing = frozenset() if entry.data.get("closes") else _hearing_of(session, twinning, left)
    if entry.action == transfers.LEFT_OUT:
        hearing = transfers.left_out(session, twinning, str(entry.data["body"]), entry.at)
    sides = [city.short_name for city in (twinning.giver, *twinning.receivers) if city is not None]
    return Audience(
        _waiting_in(session, twinning, entry, national),
        national if entry.action == "milestone-late" else hearing,
        _following_of(session, twinning),
        twinning.title,
        transfers.path(twinning, entry),
        _whose(session, entry, ", ".join(sides)),
        facts=transfers.facts(session, twinning, entry),
    )


def _waiting_in(session: Session, twinning: Twinning, entry: JournalEntry, national: frozenset[int]) -> frozenset[int]:
    """For a milestone its owner, or all its people, or the coordination; once a side has told, who has still to."""
    working = (Action.WORK_ON_TWINNING, twinning.thing, entry.at)
    if entry.action == "closing-said":
        return able(session, transfers.silent(session, twinning), *working)
    owner, everybody = entry.data.get("owner"), [tie.person_id for tie in twinning.people]
    return able(session, [int(owner)] if owner else [], *working) or able(session, everybody, *working) or national


def _hearing_of(session: Session, twinning: Twinning, others: Iterable[int] = ()) -> frozenset[int]:
    """Its people, and others, as far as they may still work on it."""
    everybody = [*(tie.person_id for tie in twinning.people), *others]
    return readers(session, everybody, Action.WORK_ON_TWINNING, twinning.thing)


def _following_of(session: Session, twinning: Twinning) -> frozenset[int]:
    cities = [("city", tie.city.slug) for tie in twinning.parties]
    return queries.followers(session, [("solution", twinning.solution.slug), *cities])


def _of_page(session: Session, entry: JournalEntry) -> Audience | None:
    """An error on a page waits for those who look after it; who reported it hears when it was dealt with."""
    report = reviews.page_report(session, int(entry.key))
    if report is None:
        return None
    waits = entry.action == "page-error-reported"
    body = cities.by_slug(session, report.body) if report.body else None
    return Audience(
        waiting=frozenset(person.id for person in those_reached(session, report.thing, day_of(entry.at))[1]),
        mine=frozenset({report.author_id} if report.author_id else ()),
        title=report.title,
        path=f"/redazione/segnalazioni#segnalazione-{report.id}" if waits else report.path,
        body=body.name if body else "",
        facts={"page": report.path},
    )


#: Rows about a round that the worker has done with: whoever began it was not made to wait before its page.
OF_WORKER = frozenset({"round-computed", "round-failed"})


def _of_round(session: Session, entry: JournalEntry) -> Audience | None:
    """A round of many requests waits for the one who began it, else for the coordination; thrown away, for nobody."""
    made = round_queries.round_(session, int(entry.key)) if entry.action in OF_WORKER else None
    if made is None:
        return None
    waiting = readers(session, [made.created_by or 0], Action.RUN_ROUND, Thing())
    waiting = waiting or with_roles(session, (Role.COORDINATOR,), [""])
    return Audience(waiting, title=made.name, path=f"/abbinamenti/{made.id}")


AUDIENCES: Mapping[str, Callable[[Session, JournalEntry], Audience | None]] = {
    "solution": _of_solution,
    "need": _of_need,
    "proposal": _of_proposal,
    "twinning": _of_twinning,
    "page": _of_page,
    "round": _of_round,
}
