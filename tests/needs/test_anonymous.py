# SPDX-License-Identifier: AGPL-3.0-or-later
"""An anonymous request tells nobody whose it is, anywhere, until its city accepts a candidate."""

import json
import re
from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from flask import Flask

from app.access import NOBODY, OF_BODY, Role
from app.accounts.models import Person
from app.cities import queries as registers
from app.errors import Invalid
from app.figures.city import report
from app.journal import queries as journal
from app.needs import board, candidates, proposals, rounds, service
from app.needs.models import Need
from app.needs.rules import Answer, State
from app.notices import service as notices
from app.notices.models import Notice
from app.notices.queries import notices as told_to
from app.outbox.models import Letter
from tests.makers import NOW, make_person, sign_in
from tests.needs.network import DAYS, LATER, Network, begin, preview

SECRET = "una città metropolitana tra 650 mila e 1 milione di abitanti"


@pytest.fixture
def need(network: Network) -> Need:
    return network.post(visibility="anonymous")


def person(network: Network, role: Role, scope: str) -> Person:
    with network.database.work() as session:
        return make_person(session, (role, scope))


#: Where a request is found, with what is around it; pages that name every city show it among others.
LISTS = ("/richieste", "/richieste.json", "/richieste.csv", "/feed/richieste.atom", "/feed/richieste/suap.atom")
CROWDED = ("/", "/numeri", "/rete", "/citta/venezia", "/citta/venezia/rapporto", "/cerca?q=sportello+unico+imprese")
SIGNED = ("/scrivania", "/avvisi", "/amministrazione/registro", "/profilo/dati.json")


def surfaces(need: Need) -> list[str]:
    """Every address at which a reader may meet the request, or might."""
    page = f"/richieste/{need.id}-{need.slug}"
    near = "/richieste/simili.json?q=sportello+unico+imprese+moduli"
    return [*LISTS, *CROWDED, page, f"{page}/abbinamenti", f"/en{page}", near, "/sitemap.xml", "/abbinamenti/1"]


def names_it(text: str, title: str) -> bool:
    """Whether the city stands anywhere near the title of the request."""
    places = [found.start() for found in re.finditer(re.escape(title[:40].lower()), text)]
    return any("venezia" in text[max(place - 500, 0) : place + 900] for place in places)


def asked_by_the_site(app: Flask, network: Network, need: Need) -> None:
    """A round asks Bologna and Torino, one of them is reminded, all that is told is told."""
    app.extensions["indexer"].rebuild()
    by = network.deed("coordinator")
    with network.database.work() as session:
        made = preview(session, app.extensions["engine"], "Turno", by)
        rounds.publish(session, made.id, DAYS, by)
    network.look_at(network.proposals(need)[0], NOW + timedelta(days=6))
    network.distribute()


def test_no_page_list_feed_or_figure_names_the_city(app: Flask, network: Network, need: Need) -> None:
    asked_by_the_site(app, network, need)
    numbers = {made.giver.slug: made.id for made in network.proposals(need)}
    page, met = f"/richieste/{need.id}-{need.slug}", set()
    for city in ("", "bologna"):
        client = app.test_client()
        if city:
            with network.database.reading() as session:
                sign_in(client, session.get_one(Person, network.people[f"referent.{city}"]))
        own = (*SIGNED, f"/proposte/{numbers[city]}", f"{page}/offri") if city else ()
        for address in (*surfaces(need), *own):
            answer = client.get(address)
            assert answer.status_code == 200, address
            text = answer.text.lower().replace('<option value="venezia">venezia</option>', "")
            assert not names_it(text, need.title), (city, address)
            if address not in CROWDED and address not in {"/sitemap.xml", "/amministrazione/registro"}:
                assert "venezia" not in text, (city, address)
            met |= {address} if need.title[:40].lower() in text else set()
    assert {*LISTS, "/", page, f"/en{page}", f"/proposte/{numbers['bologna']}", "/scrivania", "/avvisi"} <= met
    assert SECRET in app.test_client().get("/richieste").text
    assert json.loads(app.test_client().get("/richieste.json").text)["requests"][0]["city"] is None


def test_no_letter_names_it(app: Flask, network: Network, need: Need) -> None:
    asked_by_the_site(app, network, need)
    outside = {network.people[f"{role}.{city}"] for role in Role if role in OF_BODY for city in ("bologna", "torino")}
    with network.database.reading() as session:
        addresses = {session.get_one(Person, number).email for number in outside}
        sent = [letter for letter in session.query(Letter) if letter.recipient in addresses]
        assert {letter.kind for letter in sent} == {"question"}
        assert not any("venezia" in json.dumps(letter.data).lower() for letter in sent)


def test_the_figures_behind_the_reasons_are_not_shown_either(app: Flask, network: Network) -> None:
    need = network.post("torino", visibility="anonymous")
    address = f"/richieste/{need.id}-{need.slug}/abbinamenti"
    for client in (app.test_client(), sign_in(app.test_client(), person(network, Role.OFFICIAL, "bologna"))):
        text = client.get(f"{address}?confronta=bologna").text
        assert "La richiesta è anonima" in text
        assert "2.208.370" not in text
        assert "Torino" not in text
    mine = sign_in(app.test_client(), person(network, Role.OFFICIAL, "torino")).get(f"{address}?confronta=bologna").text
    assert "2.208.370" in mine


def test_filtering_by_city_does_not_find_it(app: Flask, network: Network, need: Need) -> None:
    assert json.loads(app.test_client().get("/richieste.json?citta=venezia").text)["requests"] == []


def test_its_own_people_and_the_coordination_see_whose_it_is(network: Network, need: Need) -> None:
    with network.database.work() as session:
        mine = make_person(session, (Role.OFFICIAL, "venezia")).actor
        national = make_person(session, (Role.COORDINATOR, "")).actor
    for actor, hidden in ((mine, False), (national, False), (NOBODY, True)):
        with network.database.reading() as session:
            found = board.rows(session, [network.need(need)], actor, NOW)
        assert found[0].asker.hidden is hidden


def test_the_city_it_asks_itself_learns_its_name_and_no_other(network: Network, need: Need) -> None:
    network.ask(need)
    for city, hidden in (("bologna", False), ("torino", True)):
        with network.database.work() as session:
            actor = make_person(session, (Role.OFFICIAL, city)).actor
            assert board.rows(session, [network.need(need)], actor, NOW)[0].asker.hidden is hidden


def test_the_journal_and_the_notices_do_not_name_it(network: Network, need: Need) -> None:
    network.offer(need)
    network.look_at(network.proposals(need)[0], LATER.replace(day=29))
    with network.database.work() as session:
        notices.distribute(session, LATER, lambda person, kind: f"/{person}/{kind}")
        entries = journal.of_thing(session, "need", str(need.id))
        assert all(entry.body == "" and "venezia" not in json.dumps(entry.data) for entry in entries)
        found: list[Notice] = [note for who in network.people.values() for note in told_to(session, who, 20)]
    assert found
    assert not any("venezia" in json.dumps(note.data).lower() for note in found)


def test_who_was_given_a_city_by_a_round_says_itself_whether_it_wants_to_be_known(
    network: Network, app: Flask, need: Need
) -> None:
    app.extensions["begin_twinning"] = begin
    app.extensions["indexer"].rebuild()
    with network.database.work() as session:
        found = preview(session, app.extensions["engine"], "Turno", network.deed("coordinator"))
        rounds.publish(session, found.id, DAYS, network.deed("coordinator"))
    (asked,) = [item for item in network.proposals(need) if item.rank == 1]
    giver = sign_in(app.test_client(), person(network, Role.REFERENT, asked.giver.slug))
    shown = giver.get(f"/proposte/{asked.id}?risposta=si").text
    assert "Hai scelto «Sì, siamo disponibili»" in shown
    assert "Conferma: siamo disponibili" in shown
    assert "con il sì tutti vedranno" not in shown
    assert network.accept(asked, f"referent.{asked.giver.slug}") is None
    (offered,) = [item for item in network.proposals(need) if item.id == asked.id]
    assert (offered.origin, offered.state, network.need(need).state) == ("offer", Answer.OFFERED, State.OPEN)
    assert "Venezia" not in app.test_client().get("/richieste").text
    assert ("proposal-offered", "official.venezia") in network.distribute()
    asker = sign_in(app.test_client(), person(network, Role.OFFICIAL, "venezia"))
    assert "Conferma: sì, cominciamo" in asker.get(f"/proposte/{asked.id}").text
    assert network.accept(offered, "official.venezia") == asked.id + 1000
    assert "Città metropolitana di Venezia" in app.test_client().get("/richieste").text


@pytest.mark.parametrize("then", ["", "accepted", "declined", "expired", "withdrawn by its giver", "request closed"])
def test_the_yes_of_a_giver_to_a_round_counts_as_its_answer_whatever_becomes_of_the_offer(
    network: Network, app: Flask, need: Need, then: str
) -> None:
    asked_by_the_site(app, network, need)
    (asked,) = [item for item in network.proposals(need) if item.giver.slug == "bologna"]

    def counted() -> dict[str, tuple[int, int, int]]:
        with network.database.reading() as session:
            offers = candidates.desk(session, app.extensions["engine"], LATER).market.offers
            return {offer.city.slug: (offer.asked, offer.answered, offer.waiting) for offer in offers}

    assert counted() == {"bologna": (0, 0, 1), "torino": (0, 0, 1)}
    assert network.accept(asked) is None
    with network.database.work() as session:
        by = network.deed(now=LATER)
        if then == "accepted":
            proposals.accept(session, asked.id, by, begin, DAYS)
        elif then == "declined":
            proposals.decline(session, asked.id, "not-for-us", "", DAYS, by)
        elif then == "expired":
            proposals.look_at(session, asked.id, DAYS, LATER + timedelta(days=DAYS + 1))
        elif then == "withdrawn by its giver":
            proposals.withdraw(session, asked.id, network.deed("referent.bologna", LATER))
        elif then == "request closed":
            service.close(session, need.id, "not-needed", "", by)
    assert counted()["bologna"] == (1, 1, 0)
    assert in_the_report(network) == {"accepted": 1}


def in_the_report(network: Network) -> Mapping[str, int]:
    """How the report of the year says that Bologna answered."""
    with network.database.reading() as session:
        bologna = registers.by_slugs(session, ["bologna"])["bologna"]
        return report(session, bologna, LATER.year).answers


def test_an_offer_that_nobody_asked_for_is_no_answer(network: Network, app: Flask, need: Need) -> None:
    network.offer(need)
    app.extensions["indexer"].rebuild()
    with network.database.reading() as session:
        offers = candidates.desk(session, app.extensions["engine"], LATER).market.offers
        assert {(offer.asked, offer.answered) for offer in offers} == {(0, 0)}
    assert in_the_report(network) == {}


def test_once_a_candidate_is_accepted_everybody_may_know(app: Flask, network: Network, need: Need) -> None:
    network.accept(network.ask(need))
    assert "Città metropolitana di Venezia" in app.test_client().get("/richieste").text


@pytest.mark.parametrize(
    "told",
    [
        "A Venezia i moduli sono diversi in ogni comune",
        "I moduli dei comuni veneti sono diversi in ogni comune",
        "Nella nostra regione, il Veneto, i moduli sono diversi in ogni comune",
    ],
)
def test_an_anonymous_request_that_names_its_city_is_refused(app: Flask, network: Network, told: str) -> None:
    client = sign_in(app.test_client(), person(network, Role.OFFICIAL, "venezia"))
    page = client.get("/richieste/nuova").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    typed = {"csrf_token": token, "problem": told, "by_when": "2027-06-30"}
    answer = client.post("/richieste/nuova", data={**typed, "visibility": "anonymous"})
    assert answer.status_code == 422
    assert "si capisce di quale città è" in answer.text


def test_the_answer_to_an_offer_does_not_name_the_city_that_is_not_known_yet(network: Network, need: Need) -> None:
    proposal = network.offer(need)
    text = "Il bilancio della Città metropolitana di Venezia non c’è ancora"
    with network.database.work() as session:
        with pytest.raises(Invalid) as later:
            proposals.postpone(session, proposal.id, date(2027, 3, 1), text, DAYS, network.deed(now=LATER))
        with pytest.raises(Invalid) as refused:
            proposals.decline(session, proposal.id, "other", text, DAYS, network.deed(now=LATER))
        with pytest.raises(Invalid) as reached:
            mailbox = "Scrivete a suap@comune.example.it"
            proposals.decline(session, proposal.id, "other", mailbox, DAYS, network.deed(now=LATER))
        proposals.decline(session, proposal.id, "other", "Il bilancio non c’è ancora", DAYS, network.deed(now=LATER))
    assert reached.value.problems == {"text": "contact"}
    assert (later.value.problems, refused.value.problems) == ({"later_text": "names_city"}, {"text": "names_city"})


def test_a_no_and_silence_tell_its_name_to_no_other_city(app: Flask, network: Network, need: Need) -> None:
    asked = network.ask(need)
    mine = sign_in(app.test_client(), person(network, Role.OFFICIAL, "venezia"))
    assert "Della tua città vede solo la dimensione" in mine.get(f"/proposte/{asked.id}").text
    network.look_at(asked, NOW + timedelta(days=DAYS + 1))
    following = network.proposals(need)[-1]
    assert (following.giver.slug, following.origin) == ("torino", "next")
    network.distribute(NOW + timedelta(days=DAYS + 1))
    office = person(network, Role.REFERENT, "torino")
    client = sign_in(app.test_client(), office)
    for address in (f"/proposte/{following.id}", f"/richieste/{need.id}-{need.slug}", "/scrivania", "/avvisi"):
        assert "Venezia" not in client.get(address).text, address
    with network.database.reading() as session:
        theirs = session.get_one(Person, network.people["referent.torino"]).email
        told = [letter for letter in session.query(Letter) if letter.recipient == theirs]
        assert "question" in {letter.kind for letter in told}
        assert not any("venezia" in json.dumps(letter.data).lower() for letter in told)


def test_who_asks_is_told_who_will_know(app: Flask, network: Network, need: Need) -> None:
    app.extensions["indexer"].rebuild()
    mine = sign_in(app.test_client(), person(network, Role.OFFICIAL, "venezia"))
    shown = mine.get(f"/richieste/{need.id}-{need.slug}/abbinamenti").text
    assert "se chiedi, questo ente saprà chi sei. Il coordinamento nazionale lo sa già" in shown
    assert "gli enti a cui si passa dopo vedono solo la dimensione" in shown


def test_the_question_is_read_by_those_only_who_know_who_asks(app: Flask, network: Network, need: Need) -> None:
    asked = network.ask(need)
    with network.database.work() as session:
        torino = registers.by_slugs(session, ["torino"])["torino"]
        service.join(session, need.id, torino, "", network.deed("official.torino"))
    for city, known in (("torino", False), ("bologna", True), ("venezia", True)):
        client = sign_in(app.test_client(), person(network, Role.OFFICIAL, city))
        page = client.get(f"/proposte/{asked.id}")
        assert page.status_code == 200, city
        assert ("Ci sentiamo?" in page.text) is known, city


def test_how_an_anonymous_request_ended_does_not_name_its_city(network: Network, need: Need) -> None:
    with network.database.work() as session:
        for text, wrong in (("A Venezia abbiamo fatto da soli", "names_city"), ("tel. 051 659 8111", "contact")):
            with pytest.raises(Invalid) as refused:
                service.close(session, need.id, "solved-elsewhere", text, network.deed())
            assert refused.value.problems == {"outcome_text": wrong}
        service.close(session, need.id, "solved-elsewhere", "Abbiamo fatto da soli", network.deed())


def test_a_giver_who_knows_the_city_does_not_name_it_to_those_who_joined(network: Network, need: Need) -> None:
    proposal = network.ask(need)
    text = "Gentile Città metropolitana di Venezia, per ora non possiamo"
    with network.database.work() as session:
        torino = registers.by_slugs(session, ["torino"])["torino"]
        service.join(session, need.id, torino, "", network.deed("official.torino"))
        with pytest.raises(Invalid) as refused:
            proposals.decline(session, proposal.id, "other", text, DAYS, network.deed("referent.bologna", LATER))
    assert refused.value.problems == {"text": "names_city"}


def test_who_joined_reads_of_their_own_body_and_of_the_others_how_many_they_are(app: Flask, network: Network) -> None:
    need = network.post(visibility="anonymous")
    with network.database.work() as session:
        for slug in ("bologna", "torino"):
            city = registers.by_slugs(session, [slug])[slug]
            service.join(session, need.id, city, f"Nota da {slug}.", network.deed(f"official.{slug}"))
    address = f"/richieste/{need.id}-{need.slug}"
    page = " ".join(sign_in(app.test_client(), person(network, Role.OFFICIAL, "torino")).get(address).text.split())
    assert 'Città metropolitana di Torino: <span lang="it">Nota da torino.</span> e 1 altro ente</dd>' in page
    assert "Nota da bologna" not in page
    assert "altri 2 enti</dd>" in " ".join(app.test_client().get(address).text.split())
