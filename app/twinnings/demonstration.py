# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the made-up twinnings have come to: one runs in each phase, two are over, one was stopped; labelled."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.document.dates import ROME, day_of
from app.needs.answers import preconditions
from app.needs.service import Deed
from app.solutions import demonstration as made_up
from app.solutions.queries import by_slug
from app.twinnings import ending, queries, service, sharing
from app.twinnings.models import Twinning
from app.twinnings.rules import PLAN, Closing, State

#: The solutions of the made-up twinnings that are over, that stopped, that is being adapted and that is in use already;
#: the other began lately.
OVER, STOPPED = "convenzione-quadro-comuni-unioni-bologna", "funzioni-unioni-di-comuni-bologna"
ADAPTING, REUSING = "centrale-di-committenza-torino", "semplificazione-imprese-regole-comuni-torino"
TOLD = {
    "bologna": Closing("adapted", worked="Gli incontri con i segretari dei Comuni prima degli atti."),
    "bari": Closing(
        "adapted", months=9, cost=6_000, indicator="Accordi in un solo quadro", before="0", after="4",
        worked="Partire da due funzioni sole.", failed="Coinvolgere prima gli uffici ragioneria.",
    ),
    "torino": Closing("adopted", months=7, indicator="Comuni aderenti", before="0", after="18"),
}  # fmt: skip


def at_work(instant: datetime, hour: int) -> datetime:
    """An hour of the day of an instant, of the Friday before where that is no working day."""
    day = instant.astimezone(ROME)
    day -= timedelta(days=max(0, day.weekday() - 4))
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def make(session: Session, people: Mapping[str, int], now: datetime) -> int:
    """Take every made-up twinning that was just begun to where it stands. Answers how many there are."""
    begun = [item for item in queries.listed(session, State.RUNNING) if item.demonstration]
    for listed in begun:
        twinning = queries.twinning(session, listed.id)
        if twinning is not None:
            _play(session, twinning, people, now)
    return len(begun)


def _play(session: Session, twinning: Twinning, people: Mapping[str, int], now: datetime) -> None:
    if twinning.solution.slug == OVER:
        _end(session, twinning, people, TOLD, now - timedelta(days=20))
    elif twinning.solution.slug == made_up.SOURCE:
        told = {"bologna": TOLD["bologna"], "bari": Closing("adapted", months=11, cost=4_000, worked="La consegna.")}
        _end(session, twinning, people, told, now - timedelta(days=45))
        variant = by_slug(session, made_up.VARIANT)
        next(tie for tie in twinning.parties if tie.role == "receiver").variant = variant
    elif twinning.solution.slug == ADAPTING:
        _adapt(session, twinning, people, now)
    elif twinning.solution.slug == REUSING:
        _reach(session, twinning, (255, 225, 200, 110, 40), people["referente.bari"], now)
    elif twinning.solution.slug == STOPPED:
        words = "La Regione ha riaperto il riordino: si riprende quando le regole sono chiare."
        deed = Deed(people["referente.torino"], now - timedelta(days=60))
        ending.stop(session, twinning.id, "priorities-changed", words, True, deed)
    else:
        _work(session, twinning, people, now)


def _end(
    session: Session, twinning: Twinning, people: Mapping[str, int], told: Mapping[str, Closing], ended: datetime
) -> None:
    took = ended - twinning.began_at
    for (_, _, months), item in zip(PLAN, twinning.milestones, strict=True):
        done = at_work(twinning.began_at + took * (months / (PLAN[-1][2] + 0.5)), 12)
        service.tick(session, twinning.id, item.id, True, Deed(people["referente.bari"], done))
    for body, closing in told.items():
        ending.say(session, twinning.id, body, closing, Deed(people[f"referente.{body}"], ended))


def _reach(session: Session, twinning: Twinning, days_ago: Sequence[int], person: int, now: datetime) -> None:
    """The first milestones are done, each so many days ago."""
    for ago, item in zip(days_ago, twinning.milestones, strict=False):
        service.tick(session, twinning.id, item.id, True, Deed(person, at_work(now - timedelta(days=ago), 12)))


def _adapt(session: Session, twinning: Twinning, people: Mapping[str, int], now: datetime) -> None:
    """What is to be understood is understood; the acts are on their way, one precondition is missing."""
    number, bari, torino = twinning.id, people["referente.bari"], people["referente.torino"]
    _reach(session, twinning, (150, 110, 80), bari, now)
    due = next(item for item in twinning.milestones if item.phase == "adattare")
    service.plan_milestone(session, number, due.id, day_of(now + timedelta(days=5)), bari, Deed(bari, now))
    for body, person, quarters in (("bari", bari, 60), ("torino", torino, 36)):
        day = day_of(now - timedelta(days=30))
        sharing.count_hours(session, number, body, day, quarters, "regolamenti", Deed(person, now))
    for precondition in preconditions(twinning.solution.front)[:1]:
        when = day_of(now + timedelta(days=60))
        sharing.answer_readiness(
            session, number, "bari", precondition, "planned", "Ufficio gare", when, Deed(bari, now)
        )


def _work(session: Session, twinning: Twinning, people: Mapping[str, int], now: datetime) -> None:
    """Two milestones reached, the plan under way."""
    number, bari, bologna = twinning.id, people["referente.bari"], people["referente.bologna"]
    first, second, plan = twinning.milestones[:3]
    service.tick(session, number, first.id, True, Deed(bari, at_work(now - timedelta(days=28), 12)))
    service.tick(session, number, second.id, True, Deed(bologna, at_work(now - timedelta(days=9), 16)))
    lately = Deed(bari, at_work(now - timedelta(days=1), 11))
    soon = day_of(now + timedelta(days=20))
    service.plan_milestone(session, number, plan.id, soon, bari, Deed(bari, now - timedelta(days=9)))
    official, referent = people["funzionario.bologna"], accounts.person(session, bologna)
    if referent is not None:
        service.add_person(session, number, official, "bologna", "modulistica", referent.actor, Deed(bologna, now))
    _meet(session, number, Deed(bari, now - timedelta(days=28)), now)
    sharing.write_note(session, number, "I moduli di Bologna sono pubblici: da dove si parte?", lately)
    for body, person, quarters, what in (("bari", bari, 14, "visita"), ("bologna", bologna, 10, "colloqui")):
        day = day_of(now - timedelta(days=9))
        sharing.count_hours(session, number, body, day, quarters, what, Deed(person, now))
    answers = zip(preconditions(twinning.solution.front), ("planned", "yes", "no"), strict=False)
    for precondition, answer in answers:
        sharing.answer_readiness(session, number, "bari", precondition, answer, "", None, Deed(bari, now))
    for piece in queries.kit(session, number)[:1]:
        sharing.check_kit(session, number, {piece.id: {"received": True}}, Deed(bari, now))


def _meet(session: Session, number: int, deed: Deed, now: datetime) -> None:
    place = "In videoconferenza"
    held = sharing.set_meeting(session, number, 0, "Primo incontro", at_work(deed.now, 10), 90, place, deed)
    minutes = "Si parte dai moduli comuni. Bologna manda la convenzione, Bari l’elenco delle Unioni."
    sharing.keep_minutes(session, number, held.id, minutes, deed)
    today, then = Deed(deed.person_id, now), at_work(now + timedelta(days=12), 15)
    sharing.set_meeting(session, number, 0, "Bozza del piano", then, 60, place, today)
