# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every button of a transfer leaves its rows of the journal and its notices, none twice, none where it fails."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from babel.dates import format_date
from flask import Flask
from sqlalchemy.orm import Session

from app.access import Role
from app.accounts.models import Person
from app.db import Database
from app.document.dates import ROME
from app.files.check import Checked
from app.files.kinds import KINDS
from app.journal.models import JournalEntry
from app.journal.service import record
from app.needs import proposals
from app.needs.models import Proposal
from app.needs.service import Deed, tell_proposal
from app.notices import service
from app.notices.mailing import as_news
from app.notices.models import Notice
from app.notices.own_data import forget
from app.notices.service import distribute
from app.outbox.letters import message
from app.outbox.models import Letter
from app.twinnings import ending, queries, rules, sharing
from app.twinnings import service as work
from app.twinnings.models import Twinning
from app.twinnings.rules import Closing
from tests.makers import NOW, close_body, make_person
from tests.needs.network import DAYS, Network
from tests.twinnings.exchange import LATER, SLUG, Exchange, joined_elsewhere

Act = Callable[[Session, Exchange], object]
#: Parts of the buttons below.
PARTS = {"party", "running", "tell", "call_off"}
FILE = Checked(KINDS["csv"], "0" * 64, 9)
MONTHS_AFTER = NOW + timedelta(days=400)


@dataclass(frozen=True)
class Case:
    """One button: what it does, the rows it writes, who is told of the first of them (names)."""

    function: Callable[..., object]
    act: Act
    rows: tuple[str, ...]
    told: tuple[str, ...] = ()


def now_of(session: Session, exchange: Exchange) -> Twinning:
    twinning = queries.twinning(session, exchange.number)
    assert twinning is not None
    return twinning


def first_milestone(session: Session, exchange: Exchange) -> int:
    return now_of(session, exchange).milestones[0].id


def body(session: Session, exchange: Exchange) -> int:
    return now_of(session, exchange).receivers[0].id


def only(session: Session, exchange: Exchange, what: str) -> Any:
    """The number of the one meeting, or file."""
    number = exchange.number
    if what == "meeting":
        return queries.meetings(session, number)[0].id
    return [*queries.files(session, number), *queries.files(session, number, removed=True)][0].id


def answer(session: Session, exchange: Exchange) -> None:
    asked = "Piattaforma telematica"
    sharing.answer_readiness(session, exchange.number, "torino", asked, "no", "", None, exchange.deed())


def taken_back(session: Session, exchange: Exchange) -> None:
    asked, seen = "Piattaforma telematica", rules.seen(queries.readiness(session, exchange.number)[0].said)
    sharing.take_back_answer(session, exchange.number, "torino", asked, exchange.deed(), seen)


def take_away_the_added(session: Session, exchange: Exchange) -> None:
    added = next(item for item in now_of(session, exchange).milestones if not item.key)
    work.remove_milestone(session, exchange.number, added.id, exchange.deed())


def of_work() -> Iterator[Case]:
    """The buttons of a transfer that runs: all pressed by the receiver's referent."""
    giver, both = ("Giver",), ("Giver", "Colleague")
    done = ("milestone-done",)
    yield Case(work.tick, lambda s, e: work.tick(s, e.number, first_milestone(s, e), True, e.deed()), done, giver)
    again = ("milestone-undone",)
    yield Case(work.tick, lambda s, e: work.tick(s, e.number, first_milestone(s, e), False, e.deed()), again, giver)
    yield Case(
        work.plan_milestone,
        lambda s, e: work.plan_milestone(s, e.number, first_milestone(s, e), LATER.date(), e.receiver, e.deed()),
        ("milestone-planned",),
        giver,
    )
    yield Case(
        work.add_milestone,
        lambda s, e: work.add_milestone(s, e.number, "Seduta", "capire", MONTHS_AFTER.date(), e.deed()),
        ("milestone-added",),
        giver,
    )
    yield Case(work.remove_milestone, take_away_the_added, ("milestone-removed",), giver)
    lead = ("lead-chosen",)
    yield Case(work.choose_lead, lambda s, e: work.choose_lead(s, e.number, "bologna", e.deed()), lead, giver)
    joins = ("person-joined",)
    yield Case(
        work.add_person,
        lambda s, e: work.add_person(s, e.number, e.colleague, "torino", "", e.asking, e.deed()),
        joins,
        both,
    )
    leaves = ("person-left",)
    yield Case(
        work.remove_person,
        lambda s, e: work.remove_person(s, e.number, e.colleague, e.asking, e.deed()),
        leaves,
        both,
    )
    # Two days before the planned day its owner is reminded.
    near = LATER - timedelta(days=2)
    yield Case(work.remind, lambda s, e: work.remind(s, e.number, Deed(None, near)), ("milestone-due",), ("Receiver",))
    yield from of_the_table(giver)


def of_the_table(giver: tuple[str, ...]) -> Iterator[Case]:
    """What both sides put on the table."""
    meeting, shared = ("meeting-set",), ("file-shared",)
    yield Case(
        sharing.set_meeting,
        lambda s, e: sharing.set_meeting(s, e.number, 0, "Avvio", MONTHS_AFTER, 60, "", e.deed()),
        meeting,
        giver,
    )
    yield Case(
        sharing.keep_minutes,
        lambda s, e: sharing.keep_minutes(s, e.number, only(s, e, "meeting"), "Deciso.", e.deed()),
        ("minutes-kept",),
        giver,
    )
    yield Case(
        sharing.cancel_meeting,
        lambda s, e: sharing.cancel_meeting(s, e.number, only(s, e, "meeting"), e.deed()),
        ("meeting-cancelled",),
        giver,
    )
    note = ("note-written",)
    yield Case(sharing.write_note, lambda s, e: sharing.write_note(s, e.number, "Fatto.", e.deed()), note, giver)
    yield Case(
        sharing.add_file,
        lambda s, e: sharing.add_file(s, e.number, body(s, e), FILE, "costi.csv", "", e.deed()),
        shared,
        giver,
    )
    away = ("file-unshared",)
    yield Case(
        sharing.remove_file, lambda s, e: sharing.remove_file(s, e.number, only(s, e, "file"), e.deed()), away, giver
    )
    yield Case(
        sharing.put_back, lambda s, e: sharing.put_back(s, e.number, only(s, e, "file"), e.deed()), shared, giver
    )
    piece = ("kit-piece-added",)
    yield Case(sharing.add_piece, lambda s, e: sharing.add_piece(s, e.number, "Regolamento", e.deed()), piece, giver)
    # Ticks, hours and answers to the readiness check stand on the page: nobody gets a letter for each of them.
    yield Case(
        sharing.check_kit,
        lambda s, e: sharing.check_kit(s, e.number, {queries.kit(s, e.number)[0].id: {"received": True}}, e.deed()),
        ("kit-checked",),
    )
    yield Case(
        sharing.count_hours,
        lambda s, e: sharing.count_hours(s, e.number, "torino", NOW.date(), 4, "", e.deed()),
        ("hours-counted",),
    )
    yield Case(
        sharing.take_back_hours,
        lambda s, e: sharing.take_back_hours(s, e.number, "torino", queries.hours(s, e.number)[0].id, e.deed()),
        ("hours-taken-back",),
    )
    yield Case(sharing.answer_readiness, answer, ("readiness-answered",))
    yield Case(sharing.take_back_answer, taken_back, ("readiness-answered",))


def meeting_to_come() -> Case:
    day = LATER + timedelta(days=9)
    return Case(
        sharing.set_meeting,
        lambda s, e: sharing.set_meeting(s, e.number, 0, "Avvio", day, 60, "", e.deed()),
        ("meeting-set",),
        ("Giver",),
    )


def of_the_end() -> Iterator[Case]:
    """The two forms; the second closes the transfer, and the request and the meetings still to come with it."""
    yield meeting_to_come()
    adopted = Closing("adopted")
    yield Case(
        ending.say, lambda s, e: ending.say(s, e.number, "torino", adopted, e.deed()), ("closing-said",), ("Giver",)
    )
    yield Case(
        ending.say,
        lambda s, e: ending.say(s, e.number, "bologna", adopted, e.deed(e.giver)),
        ("closing-said", "meeting-cancelled", "need-closed", "solution-reused", "twinning-closed"),
        ("Receiver", "Receiver"),
    )
    begun = ("draft-created", "variant-begun")
    yield Case(
        ending.begin_variant, lambda s, e: ending.begin_variant(s, e.number, "torino", e.deed()), begun, ("Giver",)
    )


def of_silence() -> Iterator[Case]:
    """Late steps are told to the coordination too; the giver says nothing, and the receiver closes alone."""
    yield Case(
        work.remind,
        lambda s, e: work.remind(s, e.number, Deed(None, MONTHS_AFTER)),
        ("milestone-late",) * 7,
        ("Coordinator", "Giver", "Receiver") * 7,
    )
    adopted = Closing("adopted")
    yield Case(
        ending.say, lambda s, e: ending.say(s, e.number, "torino", adopted, e.deed()), ("closing-said",), ("Giver",)
    )
    alone = ("need-closed", "solution-reused", "twinning-closed")
    yield Case(
        ending.close_alone,
        lambda s, e: ending.close_alone(s, e.number, Deed(e.receiver, MONTHS_AFTER)),
        alone,
        ("Giver",),
    )


def of_a_stop() -> Iterator[Case]:
    """Who had the invitation to a meeting still to come hears of it as of any that is called off."""
    yield meeting_to_come()
    stopped = ("meeting-cancelled", "need-reopened", "twinning-stopped")
    yield Case(
        ending.stop,
        lambda s, e: ending.stop(s, e.number, "funding", "", True, e.deed(e.giver)),
        stopped,
        ("Receiver", "Receiver"),
    )


class Broken(Exception):
    """What makes a transaction fail after the button did its work."""


def rows(exchange: Exchange) -> list[str]:
    with exchange.database.reading() as session:
        return [row.action for row in session.query(JournalEntry).order_by(JournalEntry.id)]


def told(exchange: Exchange) -> list[str]:
    """Who has got a notice since the last look, a name for each."""
    with exchange.database.work() as session:
        before = {number for (number,) in session.query(Notice.id)}
        distribute(session, LATER, lambda person, reason: f"/{person}-{reason}")
        names = {person.id: person.name for person in session.query(Person)}
        return sorted(names[item.person_id] for item in session.query(Notice) if item.id not in before)


def run(exchange: Exchange, case: Case) -> None:
    """The button fails at the end and leaves nothing; then it is pressed, told once, and told to nobody again."""
    told(exchange)
    before = rows(exchange)
    with pytest.raises(Broken), exchange.database.work() as session:
        case.act(session, exchange)
        raise Broken
    assert (case.rows, rows(exchange), told(exchange)) == (case.rows, before, [])
    with exchange.database.work() as session:
        case.act(session, exchange)
    assert sorted(rows(exchange)[len(before) :]) == sorted(case.rows)
    assert (case.rows, told(exchange)) == (case.rows, sorted(case.told))
    assert (case.rows, told(exchange)) == (case.rows, [])


def buttons() -> set[Any]:
    """Every function that a button or the worker calls to change something in a transfer that has begun."""
    found = set()
    for module in (work, sharing, ending):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == module.__name__ and not name.startswith("_") and name not in PARTS
            if own and "session" in inspect.signature(function).parameters and name != "begin":
                found.add(function)
    return found


def sentences(exchange: Exchange, app: Flask, whose: int = 0) -> list[tuple[str, str]]:
    """What each notice of the transfer says to the giver, or to somebody, and where it leads, the oldest first."""
    with exchange.database.work() as session:
        distribute(session, LATER, lambda person, reason: f"/{person}-{reason}")
        notices = session.query(Notice).filter_by(person_id=whose or exchange.giver).order_by(Notice.id).all()
        said = [(item.action, dict(item.data), item.reason) for item in notices]
    with app.test_request_context("/"):
        macro = app.jinja_env.get_template("notices/_news.html").module.sentence  # type: ignore[attr-defined]
        return [(str(macro(*item)).strip(), item[1]["path"].partition("#")[2]) for item in said]


def test_notices_say_which_step_who_and_when_and_lead_to_that_part(registered: Database, app: Flask) -> None:
    exchange = Exchange(registered, alone=True)
    with registered.work() as session:
        work.tick(session, exchange.number, first_milestone(session, exchange), True, exchange.deed())
        work.add_milestone(session, exchange.number, "Seduta", "capire", MONTHS_AFTER.date(), exchange.deed())
        work.add_person(session, exchange.number, exchange.colleague, "torino", "", exchange.asking, exchange.deed())
        sharing.set_meeting(session, exchange.number, 0, "Avvio", MONTHS_AFTER, 60, "", exchange.deed())
        meeting = only(session, exchange, "meeting")
        sharing.cancel_meeting(session, exchange.number, meeting, exchange.deed())
        record(
            session,
            LATER,
            exchange.receiver,
            "meeting-set",
            "twinning",
            str(exchange.number),
            body="bologna",
            data={"meeting": meeting, "cancelled": True},
        )
    named = "Sportello unico metropolitano"
    assert sentences(exchange, app) == [
        (f"La tappa «Primo incontro tra gli uffici» del gemellaggio «{named}» è compiuta.", "tappe"),
        (f"Una tappa in più nel gemellaggio «{named}»: «Seduta», entro il {said(MONTHS_AFTER)}.", "tappe"),
        (f"Colleague partecipa al gemellaggio «{named}».", "persone"),
        (
            f"Incontro fissato o cambiato per il gemellaggio «{named}»: «Avvio», il {said(MONTHS_AFTER)} "
            f"alle {MONTHS_AFTER.astimezone(ROME):%H:%M}.",
            "incontri",
        ),
        *[(f"L’incontro «Avvio» del {said(MONTHS_AFTER)}, nel gemellaggio «{named}», è annullato.", "incontri")] * 2,
    ]
    with registered.work() as session:
        forget(session, exchange.colleague)
    assert (f"Una persona in più nel gemellaggio «{named}».", "persone") in sentences(exchange, app)


def test_who_joins_leaves_or_gets_a_step_to_see_to_is_told_so_and_not_of_somebody_with_their_name(
    registered: Database, app: Flask
) -> None:
    exchange = Exchange(registered, alone=True)
    number, colleague, deed = exchange.number, exchange.colleague, exchange.deed()
    before = len(sentences(exchange, app))
    with registered.work() as session:
        step = first_milestone(session, exchange)
        work.add_person(session, number, colleague, "torino", "", exchange.asking, deed)
        work.plan_milestone(session, number, step, MONTHS_AFTER.date(), colleague, deed)
    titled, day = "del gemellaggio «Sportello unico metropolitano»", said(MONTHS_AFTER)
    joined = (
        "Fai parte del gemellaggio «Sportello unico metropolitano»: tappe, incontri e materiali sono nella sua pagina."
    )
    owner = f"Ora della tappa «Primo incontro tra gli uffici» {titled} ti occupi tu: entro il {day}."
    assert [words for words, _part in sentences(exchange, app, colleague)] == [joined, owner]
    others = [words for words, _part in sentences(exchange, app)][before:]
    assert others[0] == "Colleague partecipa al gemellaggio «Sportello unico metropolitano»."
    assert others[1].startswith("È cambiata la data o chi si occupa della tappa")
    with registered.work() as session:
        # The day alone moves: nobody gets what they had already.
        work.plan_milestone(session, number, step, LATER.date(), colleague, deed)
    moved = sentences(exchange, app, colleague)[2][0]
    assert moved.startswith("È cambiata la data o chi si occupa della tappa")
    with registered.work() as session:
        work.remove_person(session, number, colleague, exchange.asking, deed)
    left = "Non fai più parte del gemellaggio «Sportello unico metropolitano»."
    assert [words for words, _part in sentences(exchange, app, colleague)][3:] == [left]


def test_once_a_side_has_told_how_it_went_it_waits_for_the_people_of_the_other(
    registered: Database, app: Flask
) -> None:
    exchange = Exchange(registered, alone=True)
    with registered.work() as session:
        work.add_person(session, exchange.number, exchange.colleague, "torino", "", exchange.asking, exchange.deed())
        ending.say(session, exchange.number, "torino", Closing("adopted"), exchange.deed())
    told = "Una parte ha raccontato com’è andato il gemellaggio «Sportello unico metropolitano»"
    assert sentences(exchange, app)[-1] == (f"{told}: per chiuderlo manca il racconto del tuo ente.", "chiusura")
    assert sentences(exchange, app, exchange.colleague)[-1] == (f"{told}.", "chiusura")
    with registered.work() as session:
        ending.say(session, exchange.number, "bologna", Closing("adopted"), exchange.deed(exchange.giver))
    assert (f"{told}.", "chiusura") in sentences(exchange, app)
    with registered.reading() as session:
        waited = session.query(Notice).filter_by(action="closing-said", reason="waiting").one()
    assert (waited.person_id, waited.data["settled"]) == (exchange.giver, True)


def test_of_a_stop_its_people_hear_why_and_who_only_follows_it_does_not(registered: Database, app: Flask) -> None:
    exchange = Exchange(registered, alone=True)
    with registered.work() as session:
        service.start_following(session, exchange.stranger, "city", "torino", "Torino", [], LATER)
        ending.stop(session, exchange.number, "funding", "", False, exchange.deed())
    assert sentences(exchange, app)[-1][0].endswith("è di nuovo aperta. Il motivo: mancano i fondi.")
    followed, _part = sentences(exchange, app, exchange.stranger)[-1]
    assert followed == "Il gemellaggio «Sportello unico metropolitano» si è fermato."


def test_the_news_of_a_variant_names_who_begins_it(exchange: Exchange) -> None:
    told(exchange)
    with exchange.database.work() as session:
        ending.begin_variant(session, exchange.number, "torino", exchange.deed())
    told(exchange)
    with exchange.database.reading() as session:
        notice = session.query(Notice).filter_by(action="variant-begun").one()
        assert notice.data["body"] == "Città metropolitana di Torino"


def test_meetings_still_to_come_are_called_off_in_one_notice_that_names_them(registered: Database, app: Flask) -> None:
    exchange = Exchange(registered, alone=True)
    days = [MONTHS_AFTER, MONTHS_AFTER + timedelta(days=7)]
    with registered.work() as session:
        for title, day in zip(("Avvio", "L'analisi & <il piano>"), days, strict=True):
            sharing.set_meeting(session, exchange.number, 0, title, day, 60, "", exchange.deed())
        ending.stop(session, exchange.number, "funding", "", True, exchange.deed())
    both = f"«Avvio» del {said(days[0])}, «L&#39;analisi &amp; &lt;il piano&gt;» del {said(days[1])}"
    sentence = f"Gli incontri ancora da tenere nel gemellaggio «Sportello unico metropolitano» sono annullati: {both}."
    assert [told for told in sentences(exchange, app) if "annullat" in told[0]] == [(sentence, "incontri")]
    with registered.reading() as session:
        notice = session.query(Notice).filter_by(action="meeting-cancelled").first()
        assert notice is not None
        made = Letter(
            id=1,
            kind="news",
            recipient="a@ente.example",
            language="it",
            data={"news": [as_news(notice)]},
            created_at=LATER,
        )
        with app.app_context():
            text = message(made, replace(app.config["SETTINGS"], base_url="https://twin.example")).get_body(("plain",))
    assert text is not None
    assert "«L'analisi & <il piano>» del" in " ".join(text.get_content().split())


def said(instant: datetime) -> str:
    return str(format_date(instant.astimezone(ROME).date(), "long", "it"))


def test_a_transfer_that_begins_is_told_to_its_people_once(registered: Database) -> None:
    exchange = Exchange(registered, alone=True)
    assert rows(exchange).count("twinning-begun") == 1
    assert told(exchange) == ["Receiver"]
    assert told(exchange) == []


@pytest.mark.parametrize("closed", [False, True])
def test_a_body_that_joined_and_is_left_out_is_told_once_what_it_can_do(
    registered: Database, app: Flask, closed: bool
) -> None:
    exchange = Exchange(registered, alone=True)
    with registered.work() as session:
        venetian = make_person(session, (Role.OFFICIAL, "venezia"), name="Venetian").id
        if closed:
            close_body(session, "torino")
    told(exchange)

    def begin(session: Session) -> None:
        proposal = joined_elsewhere(session, exchange, venetian)
        number = work.begin(session, proposal, exchange.giver, NOW)
        tell_proposal(session, proposal, Deed(exchange.giver, NOW), "proposal-accepted", {"twinning": number})

    with pytest.raises(Broken), registered.work() as session:
        begin(session)
        raise Broken
    assert told(exchange) == []
    with registered.work() as session:
        begin(session)
    # In the name of a body that is no longer there nobody asks or joins: who had joined reads of the yes only.
    assert told(exchange) == (["Colleague", "Venetian"] if closed else ["Colleague", "Receiver", "Venetian"])
    assert told(exchange) == []
    assert rows(exchange).count("body-left-out") == (not closed)
    if not closed:
        said = sentence(app, exchange.colleague)
        assert "«Altro», a cui il tuo ente si era unito: il tuo ente non ne fa parte" in said
        assert "pubblicare una richiesta propria o unirsi a un’altra" in said
        with registered.reading() as session:
            (notice,) = session.query(Notice).filter_by(person_id=exchange.receiver, action="body-left-out")
            assert notice.data["path"] == "/richieste"


def test_a_body_that_takes_part_is_told_of_no_body_left_out(registered: Database) -> None:
    exchange = Exchange(registered, joined=True)
    assert "body-left-out" not in rows(exchange)
    assert told(exchange) == ["Colleague", "Receiver"]


def test_whose_body_is_no_longer_there_is_not_reminded_and_another_sees_to_it(registered: Database) -> None:
    exchange = Exchange(registered, alone=True)
    with registered.work() as session:
        make_person(session, (Role.COORDINATOR, ""), name="Coordinator")
        first = first_milestone(session, exchange)
        work.plan_milestone(session, exchange.number, first, LATER.date(), exchange.receiver, exchange.deed())
    told(exchange)
    for closed, when, who in (
        ("torino", LATER - timedelta(days=2), {"Giver"}),
        ("bologna", MONTHS_AFTER, {"Coordinator"}),
    ):
        with registered.work() as session:
            close_body(session, closed)
            work.remind(session, exchange.number, Deed(None, when))
        assert set(told(exchange)) == who, closed


def test_a_yes_is_one_letter_to_whoever_takes_part_and_another_to_who_only_asked(
    database: Database, app: Flask
) -> None:
    network = Network(database)
    need = network.post()
    network.ask(need, "sportello-torino")
    asked = network.ask(need)
    with database.work() as session:
        service.start_following(session, network.people["reader"], "city", "venezia", "Venezia", [], NOW)
        found = session.get(Proposal, asked.id)
        assert found is not None
        found.asked_by = network.people["coordinator"]
    network.distribute()
    with database.work() as session:
        proposals.accept(session, asked.id, network.deed("referent.bologna", LATER), work.begin, DAYS)
    assert network.distribute() == {
        ("twinning-begun", "official.venezia"),
        ("twinning-begun", "reader"),
        ("proposal-accepted", "coordinator"),
        ("proposal-withdrawn", "referent.torino"),
    }
    assert "Gli altri enti interpellati non devono più rispondere" in sentence(app, network.people["official.venezia"])
    assert "interpellati" not in sentence(app, network.people["reader"])


def sentence(app: Flask, person: int) -> str:
    """What the last notice of somebody says."""
    with app.extensions["database"].reading() as session:
        item = session.query(Notice).filter_by(person_id=person).order_by(Notice.id.desc()).first()
        said = (item.action, item.data, item.reason)
    with app.test_request_context("/"):
        macro = app.jinja_env.get_template("notices/_news.html").module.sentence  # type: ignore[attr-defined]
        return str(macro(*said))


def test_who_asked_reads_that_a_stopped_transfer_opens_the_request_again(database: Database, app: Flask) -> None:
    network = Network(database)
    asked = network.ask(network.post(title="Uno sportello per tutti"))
    with database.work() as session:
        service.start_following(session, network.people["reader"], "city", "venezia", "Venezia", [], NOW)
        number = proposals.accept(session, asked.id, network.deed("referent.bologna", LATER), work.begin, DAYS)
    assert number
    network.distribute()
    with database.work() as session:
        ending.stop(session, number, "funding", "", True, network.deed("referent.bologna", LATER))
    told = {("twinning-stopped", who) for who in ("official.venezia", "reader")}
    assert network.distribute() == told
    again = "la richiesta «Uno sportello per tutti» è di nuovo aperta"
    assert again in sentence(app, network.people["official.venezia"])
    assert again not in sentence(app, network.people["reader"])


def test_a_late_step_that_is_planned_anew_waits_for_nobody_any_more(registered: Database) -> None:
    exchange = Exchange(registered, alone=True)
    with registered.work() as session:
        make_person(session, (Role.COORDINATOR, ""), name="Coordinator")
        first = first_milestone(session, exchange)
        work.remind(session, exchange.number, Deed(None, MONTHS_AFTER))
    told(exchange)
    with registered.work() as session:
        later = (MONTHS_AFTER + timedelta(days=60)).date()
        work.plan_milestone(session, exchange.number, first, later, exchange.receiver, exchange.deed())
    told(exchange)
    with registered.reading() as session:
        late = session.query(Notice).filter_by(action="milestone-late").all()
        assert {item.data["milestone"] for item in late if item.data.get("settled")} == {first}
        assert sum(item.data["milestone"] == first for item in late) == 3
        assert all(bool(item.read_at) is (item.data["milestone"] == first) for item in late)


def test_who_gave_the_solution_hears_that_it_was_re_used_and_its_versions_say_why(
    registered: Database, app: Flask
) -> None:
    exchange = Exchange(registered, alone=True)
    with registered.work() as session:
        make_person(session, (Role.REFERENT, "bologna"), name="Office")
    told(exchange)
    for person, slug in ((exchange.giver, "bologna"), (exchange.receiver, "torino")):
        with registered.work() as session:
            ending.say(session, exchange.number, slug, Closing("adapted"), exchange.deed(person))
    assert told(exchange).count("Office") == 1
    with registered.reading() as session:
        (row,) = [row for row in session.query(JournalEntry) if row.action == "solution-reused"]
        assert (row.kind, row.key, row.body) == ("solution", SLUG, "bologna")
        assert row.data == {
            "version": 2,
            "before": None,
            "after": 5,
            "twinning": exchange.number,
            "by": [row.data["by"][0]],
        }
        assert row.data["by"][0].endswith("Torino")
        (notice,) = [item for item in session.query(Notice) if item.action == "solution-reused" and item.person_id > 4]
        assert notice.data["path"] == f"/soluzioni/{SLUG}"
    page = app.test_client().get(f"/soluzioni/{SLUG}/versioni").text
    assert "Riusata dalla Città metropolitana di Torino: il livello di evidenza è 5." in page


def test_each_re_use_is_told_with_who_re_used_it_and_a_level_only_where_it_rose(app: Flask) -> None:
    told = {"title": "Sportello unico", "by": ["Città metropolitana di Bari"], "before": None, "after": 5}
    with app.test_request_context():
        sentence = app.jinja_env.get_template("notices/_news.html").module.sentence  # type: ignore[attr-defined]
        first, second = sentence("solution-reused", told), sentence("solution-reused", {**told, "before": 5})
        of_old = sentence("solution-reused", {"title": "Sportello unico", "before": 5, "after": 5})
    assert "riusata dalla Città metropolitana di Bari: la scheda ora lo dice. Il livello di evidenza sale a 5." in first
    assert "riusata dalla Città metropolitana di Bari: la scheda ora lo dice." in second
    assert "livello di evidenza" not in second
    assert "riusata da un’altra città" in of_old


STORIES = (of_work, of_the_end, of_silence, of_a_stop)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: str(story.__name__))
def test_each_button_leaves_its_rows_and_tells_the_others_once(
    registered: Database, story: Callable[[], Iterator[Case]]
) -> None:
    exchange = Exchange(registered, alone=True)
    with registered.work() as session:
        make_person(session, (Role.COORDINATOR, ""), name="Coordinator")
    for case in story():
        run(exchange, case)


def test_no_button_of_a_transfer_is_left_out() -> None:
    assert buttons() == {case.function for story in STORIES for case in story()}
