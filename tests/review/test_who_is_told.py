# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every step of a review: whom it is told to, that the page opens for them, and whom the author's page waits for."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.access import NOBODY, Actor, Role
from app.accounts import queries as people
from app.accounts.erasure import erase
from app.accounts.models import Person
from app.factory import ERASURES
from app.journal import queries as journal
from app.journal.service import record
from app.notices import audiences, chores, desk, queries
from app.notices.service import start_following
from app.outbox import queries as outbox
from app.outbox.letters import message
from app.review import queries as reviews
from app.review import queues, upkeep
from app.solutions import queries as library
from app.solutions.models import Solution
from app.solutions.service import propose
from tests.makers import NOW, close_body, csrf, make_full_document, make_person, sign_in
from tests.review.office import LATER, SLUG, Office

PAGE = f"/soluzioni/{SLUG}/revisione"
REFERENT, OFFICE, EXPERT = (
    "Tocca al referente (Citt",
    "Tocca all’ufficio che la scrive (Citt",
    "Tocca a un esperto del tema",
)
NO_ONE = ""
WRITERS = {"author", "coauthor"}
INVOLVED = {*WRITERS, "referent", "expert", "assigned", "coordinator"}


class Story:
    """The people around one solution, each with a browser, and what they were told since the last step."""

    def __init__(self, app: Flask, office: Office) -> None:
        self.app, self.office = app, office
        with office.database.work() as session:
            made: dict[str, Person] = {
                "coauthor": make_person(session, (Role.OFFICIAL, "bologna")),
                "assigned": make_person(session, (Role.EXPERT, "suap")),
                "coordinator": make_person(session, (Role.COORDINATOR, "")),
                "follower": make_person(session),
                "stranger": make_person(session, (Role.REFERENT, "torino"), (Role.EXPERT, "appalti")),
            }
            solution = library.by_slug(session, SLUG)
            assert solution is not None
            propose(session, solution, make_full_document(badge=None, title="Di prima"), NOW, made["coauthor"].id)
            start_following(session, made["follower"].id, "solution", SLUG, "Sportello", [], NOW)
            self.numbers = {name: person.id for name, person in made.items()}
        office.rewrite()
        self.numbers |= {"author": office.official, "referent": office.referent, "expert": office.expert}
        self.clients = {name: self._client(number) for name, number in self.numbers.items()}
        self.seen: set[int] = set()

    def _client(self, number: int) -> FlaskClient:
        with self.office.database.reading() as session:
            person = people.person(session, number)
            assert person is not None
            return sign_in(self.app.test_client(), person)

    def press(self, who: str, address: str, **typed: object) -> int:
        client = self.clients[who]
        data = {"csrf_token": csrf(client, "/soluzioni"), **typed}
        return client.post(f"/soluzioni/{SLUG}/{address}", data=data).status_code

    def decide(self, who: str, word: str, **typed: object) -> int:
        review = self.office.review()
        return self.press(who, f"revisione/{review.id}/{word}", number=review.revision_number, **typed)

    def told(self) -> set[str]:
        """Who has a new notice since the last time; the page each leads to must open for them."""
        chores.distribute(self.app)
        found = set()
        for name, number in self.numbers.items():
            with self.office.database.reading() as session:
                new = [item for item in queries.notices(session, number, 99) if item.id not in self.seen]
            for notice in new:
                self.seen.add(notice.id)
                found.add(name)
                assert self.clients[name].get(notice.data["path"]).status_code == 200, (name, notice.data["path"])
        return found

    def turn(self) -> str:
        """Whom the author's page says is waited for; empty where nobody is."""
        page = self.clients["author"].get(PAGE).text
        return next((words for words in (REFERENT, OFFICE, EXPERT) if words in page), NO_ONE)

    def by_the_site(self, days: int, act: Callable[..., object], *more: object) -> int:
        with self.office.database.work() as session:
            solution = library.by_slug(session, SLUG)
            assert solution is not None
            act(session, solution, *more, datetime.now(UTC) + timedelta(days=days))
        return 303


def lower(session: Session, solution: Solution, now: datetime) -> None:
    assert upkeep.lower_evidence(session, solution.id, now)


def report(story: Story, text: str = "Il numero dei comuni non è giusto.") -> int:
    client, address = story.app.test_client(), f"/soluzioni/{SLUG}/segnala"
    typed = {"csrf_token": csrf(client, address), "text": text}
    return client.post(address, data=typed).status_code


def assign(story: Story) -> int:
    return story.decide("coordinator", "assegna", person=story.numbers["assigned"], due_on="")


#: Step by step: what is done, who hears of it (never the one who did it), and whose turn it is then.
STEPS: tuple[tuple[str, Callable[[Story], int], set[str], str], ...] = (
    ("submitted", lambda s: s.press("author", "revisione/invia"), {"referent", "coauthor"}, REFERENT),
    ("returned", lambda s: s.decide("referent", "restituisci", reason="Mancano i numeri"), WRITERS, OFFICE),
    ("submitted again", lambda s: s.press("coauthor", "revisione/invia"), {"author", "referent"}, REFERENT),
    ("commented", lambda s: s.press("coauthor", "commenti", **{"nota-": "Ecco"}), {"author", "referent"}, REFERENT),
    ("withdrawn", lambda s: s.decide("author", "ritira"), {"coauthor", "referent"}, OFFICE),
    ("submitted anew", lambda s: s.press("author", "revisione/invia"), {"coauthor", "referent"}, REFERENT),
    ("visible", lambda s: s.decide("referent", "approva"), {*WRITERS, "expert", "assigned", "follower"}, EXPERT),
    ("assigned", assign, {"assigned"}, EXPERT),
    ("without a reason", lambda s: s.decide("expert", "valida", evidence=4, reason=" "), set(), EXPERT),
    (
        "validated",
        lambda s: s.decide("expert", "valida", evidence=4, reason="Dati prima e dopo"),
        {*INVOLVED, "follower"} - {"expert"},
        EXPERT,
    ),
    ("ready", lambda s: s.decide("expert", "pronta"), {*INVOLVED, "follower"} - {"expert"}, NO_ONE),
    ("reported", report, INVOLVED, NO_ONE),
    ("decayed", lambda s: s.by_the_site(900, lower), {*INVOLVED, "follower"}, NO_ONE),
    (
        "confirmed",
        lambda s: s.by_the_site(901, upkeep.confirm_facts, s.numbers["author"]),
        {*INVOLVED, "follower"} - {"author"},
        NO_ONE,
    ),
    (
        "archived",
        lambda s: s.press("referent", "archivia", archive_reason="Servizio cessato"),
        {*INVOLVED, "follower"} - {"referent"},
        NO_ONE,
    ),
    ("reopened", lambda s: s.press("referent", "riporta"), {*INVOLVED, "follower"} - {"referent"}, NO_ONE),
)


def test_every_step_is_told_to_those_of_the_steps_before_and_names_who_is_next(app: Flask, office: Office) -> None:
    story = Story(app, office)
    assert story.turn() == OFFICE
    for name, do, told, turn in STEPS:
        assert do(story) == (422 if name == "without a reason" else 303), name
        assert story.told() == told, name
        assert story.turn() == turn, name
        if name in {"visible", "without a reason"}:
            assert office.solution().evidence_level == 1, "the author's proposal, until an expert fixes it"
        if name == "validated":
            assert office.solution().evidence_level == 4


def test_who_wrote_it_reads_in_the_notice_and_in_the_letter_why_it_came_back(app: Flask, office: Office) -> None:
    story = Story(app, office)
    story.press("author", "revisione/invia")
    story.decide("referent", "restituisci", reason="Mancano i dati dell'anno & altro.")
    story.press("author", "commenti", **{"nota-tutto": "Eccoli nella nota 3."})
    story.told()
    assert "«Mancano i dati dell&#39;anno &amp; altro.»" in story.clients["author"].get("/avvisi").text
    assert "«Eccoli nella nota 3.»" in story.clients["referent"].get("/avvisi").text
    for name in ("follower", "expert"):
        assert "Mancano i dati" not in story.clients[name].get("/avvisi").text
    with office.database.reading() as session, app.test_request_context():
        made = [message(letter, app.config["SETTINGS"]) for letter in outbox.waiting(session, 99)]
    found = [letter for letter in made if "restituita" in letter["Subject"]]
    assert len(found) == len(WRITERS)
    for letter in found:
        assert "Mancano" not in letter["Subject"]
        plain, html = (letter.get_body((kind,)) for kind in ("plain", "html"))
        assert plain is not None
        assert html is not None
        assert "«Mancano i dati dell'anno & altro.»" in plain.get_content()
        assert "anno &amp; altro.»" in html.get_content()


def test_what_an_erased_person_did_stands_under_their_offices_name(app: Flask, office: Office) -> None:
    story = Story(app, office)
    for _name, do, _told, _turn in STEPS[:2]:
        do(story)
    number = story.numbers["referent"]
    with office.database.work() as session:
        given = {"role": "referent", "scope": "bologna"}
        record(session, NOW, None, "role-given", "person", str(number), body="bologna", data=given)
        person = people.person(session, number)
        assert person is not None
        erase(session, NOBODY, person, NOW, ERASURES)
    page = story.clients["author"].get(PAGE).text
    assert "<strong>Città metropolitana di Bologna</strong> ha restituito la versione" in page
    assert "persona cancellata" not in page


def test_an_error_reaches_those_who_can_correct_it_now_else_the_coordination(app: Flask, office: Office) -> None:
    story = Story(app, office)
    for name, do, _told, _turn in STEPS:
        if name in {"submitted", "visible"}:
            assert do(story) == 303
    story.told()
    said = "arriva al coordinamento nazionale"
    address = f"/soluzioni/{SLUG}/segnala"
    with office.database.work() as session:
        author = people.person(session, story.numbers["author"])
        assert author is not None
        author.assignments.clear()
    assert report(story) == 303
    assert story.told() == {"coauthor", "referent"}, "not to its author, who has left"
    assert said not in app.test_client().get(address).text
    with office.database.work() as session:
        close_body(session, "bologna")
    assert report(story, "Anche il numero degli abitanti non è giusto.") == 303
    assert story.told() == {"coordinator"}
    assert said in app.test_client().get(address).text


def test_a_decision_that_nobody_may_take_is_told_to_the_coordination_and_to_who_asked_for_it(
    app: Flask, office: Office
) -> None:
    story = Story(app, office)
    with office.database.work() as session:
        referent = people.person(session, office.referent)
        assert referent is not None
        referent.assignments.clear()
    story.press("author", "revisione/invia")
    assert story.told() == {"coauthor", "coordinator"}
    assert "nessuno ha il ruolo" in story.clients["author"].get(PAGE).text
    sentence = f"«{office.solution().title}» aspetta una decisione che oggi nessuno ha il ruolo per prendere"
    assert sentence in story.clients["coordinator"].get("/avvisi").text
    assert sentence not in story.clients["coauthor"].get("/avvisi").text
    with office.database.work() as session:
        make_person(session, (Role.REFERENT, "bologna"))
    assert "nessuno ha il ruolo" not in story.clients["author"].get(PAGE).text


def test_who_wrote_a_version_and_has_left_the_office_is_nowhere_asked_to_judge_it(office: Office) -> None:
    with office.database.work() as session:
        solution = library.by_slug(session, SLUG)
        assert solution is not None
        propose(session, solution, make_full_document(badge=None, title="Di chi è partito"), NOW, office.expert)
    office.submit()
    office.approve()
    with office.database.reading() as session:
        expert = people.person(session, office.expert)
        assert expert is not None
        lines = queues.rows(session, expert.actor, "da-validare", reviews.Filter(), LATER)
        assert [(line.able, line.claimable) for line in lines] == [(False, False)]
        assert desk.tasks(session, expert.actor, LATER) == []
        entry = journal.of_thing(session, "solution", SLUG)[0]
        audience = audiences.of(session, entry)
        assert (entry.action, entry.data["next"]) == ("solution-approved", "validation")
        assert audience is not None
        assert office.expert not in audience.waiting


def test_a_draft_is_no_longer_among_those_of_who_began_it_and_has_left_its_office(office: Office) -> None:
    with office.database.work() as session:
        solution = library.by_slug(session, SLUG)
        assert solution is not None
        solution.author_id = office.official
        for body, written in (("bologna", [SLUG]), ("torino", [])):
            actor = Actor(office.official, frozenset({(Role.OFFICIAL, body)}))
            assert [draft.slug for draft in desk.drafts(session, actor, [])] == written
