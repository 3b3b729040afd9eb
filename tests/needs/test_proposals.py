# SPDX-License-Identifier: AGPL-3.0-or-later
"""A giver is asked and says yes, later or no; silence reminds, then asks the next city; offers go the other way."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.access import Role
from app.accounts.models import Person
from app.cities import queries as registers
from app.document.dates import day_of
from app.errors import Conflict, Invalid
from app.journal import queries as journal
from app.needs import chores, proposal_queries, proposals, service
from app.needs.models import Need, Proposal
from app.needs.rules import Answer, State, quarter_of
from app.notices.models import Notice
from app.review import upkeep
from app.solutions import queries as library
from tests.makers import NOW, csrf, make_solution, sign_in
from tests.needs.network import DAYS, LATER, Network, item
from tests.needs.test_pages import client_of, page, send

HALF, OVER = NOW + timedelta(days=6), NOW + timedelta(days=11)


def postpone(network: Network, proposal: Proposal, day: date | None, who: str = "referent.bologna") -> None:
    with network.database.work() as session:
        proposals.postpone(session, proposal.id, day, "", DAYS, network.deed(who, LATER))


def decline(network: Network, proposal: Proposal, reason: str, text: str = "", who: str = "referent.bologna") -> None:
    with network.database.work() as session:
        proposals.decline(session, proposal.id, reason, text, DAYS, network.deed(who, LATER))


def show(network: Network, need: Need, *items: dict[str, Any]) -> None:
    with network.database.work() as session:
        service.remember_shown(session, network.need(need), items, "prova", LATER)


def next_after(network: Network, proposal: Proposal) -> str:
    """The city that is asked if a question stays without an answer; empty for none."""
    with network.database.reading() as session:
        found = proposal_queries.proposal(session, proposal.id)
        assert found is not None
        following = proposals.following(session, found, LATER)
        return following["city"] if following else ""


def test_yes_begins_a_twinning_and_ends_the_search(network: Network) -> None:
    need = network.post()
    other = network.offer(need, "sportello-torino", "referent.torino")
    proposal = network.ask(need)
    assert network.accept(proposal) == proposal.id + 1000
    matched = network.need(need)
    assert matched.state == State.MATCHED
    assert matched.answered_at == NOW, "the offer of the other city was the first answer"
    assert {made.id: made.state for made in network.proposals(need)} == {
        proposal.id: "accepted",
        other.id: "withdrawn",
    }
    assert network.rows("proposal", proposal) == ["proposal-made", "proposal-accepted"]


def test_later_asks_again_on_its_day(network: Network) -> None:
    need = network.post()
    proposal = network.ask(need)
    with pytest.raises(Invalid, match="later_on"):
        postpone(network, proposal, None)
    postpone(network, proposal, date(2026, 12, 20))
    assert not network.look_at(proposal, NOW + timedelta(days=20))
    assert network.look_at(proposal, NOW + timedelta(days=28))
    again = network.proposals(need)[0]
    assert again.state == "waiting"
    assert again.due_at is not None
    assert again.due_at > NOW + timedelta(days=37)
    assert network.rows("proposal", proposal) == ["proposal-made", "proposal-postponed", "proposal-reminded"]


def test_no_needs_a_reason_and_asks_the_next_city(network: Network) -> None:
    need = network.post()
    proposal = network.ask(need)
    for reason, text in (("", ""), ("perché no", ""), ("other", " ")):
        with pytest.raises(Invalid):
            decline(network, proposal, reason, text)
    decline(network, proposal, "no-capacity")
    first, second = network.proposals(need)
    assert (first.state, first.reason) == ("declined", "no-capacity")
    assert (second.state, second.origin, second.giver.slug) == ("waiting", "next", "torino")
    assert network.need(need).answered_at == LATER


def test_silence_reminds_once_then_passes_to_the_next_and_ends(network: Network) -> None:
    need = network.post()
    proposal = network.ask(need)
    assert not network.look_at(proposal, NOW + timedelta(days=2))
    assert network.look_at(proposal, HALF)
    assert not network.look_at(proposal, HALF)
    assert network.look_at(proposal, OVER)
    assert not network.look_at(proposal, OVER)
    assert network.rows("proposal", proposal) == ["proposal-made", "proposal-reminded", "proposal-expired"]
    _, second = network.proposals(need)
    assert (second.giver.slug, second.state) == ("torino", "waiting")
    assert network.look_at(second, OVER + timedelta(days=11))
    assert [made.state for made in network.proposals(need)] == ["expired", "expired"]
    assert network.need(need).state == State.OPEN
    assert network.need(need).answered_at is None


def test_the_time_to_answer_is_set_by_the_installation(
    network: Network, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], answer_days=4))
    ago = NOW - timedelta(days=900)
    need = network.post(now=ago)
    network.ask(need, now=ago)
    while len(network.proposals(need)) == 1:
        assert chores.follow_proposals(app)
    following = network.proposals(need)[1]
    assert following.due_at is not None
    assert timedelta(days=3) < following.due_at - datetime.now(UTC) <= timedelta(days=5)


def test_the_next_city_is_known_before_it_is_asked(network: Network) -> None:
    need = network.post()
    network.ask(need)
    with network.database.reading() as session:
        following = proposals.next_candidate(session, network.need(need), NOW)
    assert following is not None
    assert following["city"] == "torino"


def test_a_body_that_is_no_longer_there_is_passed_over_and_offers_nothing(network: Network) -> None:
    need = network.post()
    first = network.ask(need)
    with network.database.work() as session:
        torino = registers.by_slug(session, "torino")
        assert torino is not None
        torino.register = {**torino.register, "valid_to": NOW.date().isoformat()}
    decline(network, first, "changed")
    assert [made.giver.slug for made in network.proposals(need)] == ["bologna"]
    with pytest.raises(Conflict, match="no_giver"):
        network.offer(need, "sportello-torino", "referent.torino")


def test_a_city_is_not_asked_for_a_solution_that_came_over_to_it_after_the_list(network: Network) -> None:
    need = network.post()
    first = network.ask(need)
    with network.database.work() as session:
        make_solution(session, "sportello-torino", title="Sportello unico di Torino", city="venezia")
    assert next_after(network, first) == ""
    decline(network, first, "changed")
    assert [made.giver.slug for made in network.proposals(need)] == ["bologna"], "least of all its own city"


def test_nothing_begins_with_or_for_a_body_that_is_no_longer_there(network: Network) -> None:
    need = network.post()
    asked, offer = network.ask(need), network.offer(need, "sportello-torino", "referent.torino")
    for slug, proposal, who in (("torino", offer, "official.venezia"), ("venezia", asked, "referent.bologna")):
        with network.database.work() as session:
            body = registers.by_slug(session, slug)
            assert body is not None
            body.register = {**body.register, "valid_to": NOW.date().isoformat()}
        with pytest.raises(Conflict, match="body_gone"):
            network.accept(proposal, who)
    decline(network, asked, "changed")
    assert {made.giver.slug for made in network.proposals(need)} == {"bologna", "torino"}
    with pytest.raises(Conflict, match="body_gone"):
        network.offer(need, "sportello-bologna")


def test_the_next_city_is_not_asked_while_another_still_has_time(network: Network) -> None:
    need = network.post()
    first = network.ask(need)
    network.ask(need, "sportello-torino")
    decline(network, first, "changed")
    assert [made.giver.slug for made in network.proposals(need)] == ["bologna", "torino"]


def test_nobody_is_promised_a_next_city_while_another_question_waits(network: Network) -> None:
    with network.database.work() as session:
        make_solution(session, "sportello-anci", city="anci")
    need, listed = network.post(), item("sportello-anci", "anci", 3)
    first, offered = network.ask(need), network.offer(need, "sportello-torino", "referent.torino")
    show(network, need, listed)
    assert next_after(network, first) == "anci"
    assert next_after(network, offered) == "", "an offer asks nobody else"
    decline(network, offered, "not-for-us", who="official.venezia")
    second = network.ask(need, "sportello-torino")
    show(network, need, listed)
    assert next_after(network, first) == next_after(network, second) == ""


def test_the_site_asks_no_city_whose_match_is_low(network: Network) -> None:
    need = network.post()
    first = network.ask(need)
    low = {**item("sportello-torino", "torino", 1), "band": "low"}
    show(network, need, low)
    assert next_after(network, first) == ""
    show(network, need, {**low, "wished": True})
    assert next_after(network, first) == "torino", "its city asks for it by name"
    show(network, need, low)
    decline(network, first, "changed")
    assert [made.giver.slug for made in network.proposals(need)] == ["bologna"]


def test_nobody_is_asked_the_same_twice(network: Network) -> None:
    need = network.post()
    network.ask(need)
    with pytest.raises(Conflict, match="asked_already"):
        network.ask(need, now=NOW + timedelta(minutes=3))


def test_an_offer_is_answered_by_the_one_who_asked(network: Network) -> None:
    need = network.post()
    offered = network.offer(need)
    assert offered.state == "offered"
    assert network.accept(offered, "official.venezia") == offered.id + 1000
    assert network.rows("proposal", offered) == ["proposal-offered", "proposal-accepted"]


def test_a_refused_or_forgotten_offer_asks_nobody_else(network: Network) -> None:
    need = network.post()
    first, second = network.offer(need), network.offer(need, "sportello-torino", "referent.torino")
    with pytest.raises(Invalid, match="reason"):
        decline(network, first, "not-mature", who="official.venezia")
    decline(network, first, "not-for-us", who="official.venezia")
    assert network.look_at(second, OVER)
    assert sorted(made.state for made in network.proposals(need)) == ["declined", "expired"]


def test_an_offer_put_off_to_a_day_waits_for_its_requester_again_and_asks_nobody_else(network: Network) -> None:
    need = network.post()
    network.ask(need, "sportello-torino")
    made = network.offer(need)
    postpone(network, made, date(2027, 6, 1), who="official.venezia")
    assert network.look_at(made, datetime(2027, 6, 1, tzinfo=UTC))
    assert [(item.giver.slug, item.state) for item in network.proposals(need)] == [
        ("torino", Answer.WAITING),
        ("bologna", Answer.OFFERED),
    ]


def test_one_offers_only_what_is_published_and_not_to_oneself(network: Network) -> None:
    need = network.post("bologna")
    with pytest.raises(Invalid, match="not_a_choice"):
        network.offer(need, "sportello-bologna")
    with pytest.raises(Invalid, match="not_a_choice"):
        network.offer(need, "mai-scritta", "referent.torino")


def test_a_question_is_taken_back_before_it_is_answered(network: Network) -> None:
    need = network.post()
    proposal = network.ask(need)
    with network.database.work() as session:
        proposals.withdraw(session, proposal.id, network.deed())
    with pytest.raises(Conflict, match="answered_already"):
        network.accept(proposal)


def test_a_giver_without_days_cannot_say_yes(network: Network) -> None:
    network.state("bologna", {"2026-4": 0})
    proposal = network.ask(network.post())
    with pytest.raises(Conflict, match="no_capacity"):
        network.accept(proposal)
    postpone(network, proposal, date(2027, 1, 11))


def test_who_has_no_days_left_does_not_offer_what_its_requester_could_not_accept(app: Flask, network: Network) -> None:
    need = network.post()
    app.extensions["indexer"].rebuild()
    giver = client_of(app, network, (Role.OFFICIAL, "bologna"))
    told = "per offrire, chi è referente le aggiorna"
    assert told not in giver.get(f"{page(need)}/offri").text
    standing = network.offer(network.post("torino"))
    network.state("bologna", {quarter_of(day_of(at)): 0 for at in (NOW, datetime.now(UTC))})
    with pytest.raises(Conflict, match="no_days"):
        network.offer(need)
    assert told in giver.get(f"{page(need)}/offri").text
    # An offer made before reads whose days they are.
    asker = client_of(app, network, (Role.OFFICIAL, "torino"))
    assert "A chi offre non bastano le giornate" in asker.get(f"/proposte/{standing.id}").text
    assert "A chi offre non bastano più le giornate" in send(asker, f"/proposte/{standing.id}/accetta").text


def test_the_last_days_are_given_once(network: Network) -> None:
    network.state("bologna", {"2026-4": 5})
    one, other = network.ask(network.post()), network.ask(network.post("torino"), now=NOW)
    network.accept(one)
    with pytest.raises(Conflict, match="no_capacity"):
        network.accept(other)


def test_days_that_are_free_but_too_few_are_not_called_over(app: Flask, network: Network) -> None:
    now = datetime.now(UTC)
    network.state("bologna", {quarter_of(day_of(now)): 9})
    first, asked = network.ask(network.post(), now=now), network.ask(network.post("torino"), now=now)
    network.accept(first, now=now)
    with network.database.reading() as session:
        client = sign_in(app.test_client(), session.get_one(Person, network.people["referent.bologna"]))
    page = " ".join(client.get(f"/proposte/{asked.id}").text.split())
    assert re.search(r"Giornate libere: \S+ \d{4}: 4;", page)
    assert "Le giornate di questo trimestre non bastano per un altro trasferimento" in page
    refused = client.post(f"/proposte/{asked.id}/accetta", data={"csrf_token": csrf(client, "/profilo")})
    assert (refused.status_code, "non bastano più per un altro trasferimento" in refused.text) == (409, True)
    assert "sono finite" not in page
    stated = client.get("/citta/bologna/disponibilita").text
    assert "4 giornate ancora libere" in stated
    assert "se dopo ne restano meno, non bastano per un altro" in stated


def test_an_accepted_request_says_whose_it_is(network: Network) -> None:
    need = network.post(visibility="anonymous")
    network.accept(network.ask(need))
    assert network.need(need).visibility == "public"


def test_a_city_that_joined_or_has_no_days_left_is_not_asked_next(network: Network) -> None:
    for prevent in ("joined", "full"):
        need = network.post()
        made = network.ask(need)
        with network.database.work() as session:
            if prevent == "joined":
                city = registers.by_slugs(session, ["torino"])["torino"]
                service.join(session, need.id, city, "", network.deed("official.torino"))
            else:
                city = registers.by_slugs(session, ["torino"])["torino"]
                service.state_capacity(session, city, {"2026-4": 0}, ["2026-4"], network.deed("referent.torino"))
            proposals.decline(session, made.id, "no-capacity", "", DAYS, network.deed("referent.bologna", LATER))
        assert [item.giver.slug for item in network.proposals(need)] == ["bologna"], prevent


def test_an_answer_put_off_for_months_lets_the_next_city_be_asked(network: Network) -> None:
    need = network.post()
    postpone(network, network.ask(need), date(2027, 6, 1))
    assert [(item.giver.slug, item.state) for item in network.proposals(need)] == [
        ("bologna", Answer.LATER),
        ("torino", Answer.WAITING),
    ]


def take_out(network: Network, slug: str = "sportello-bologna") -> None:
    """A solution that is archived."""
    with network.database.work() as session:
        solution = library.by_slug(session, slug)
        assert solution is not None
        upkeep.archive(session, solution, network.people["referent.bologna"], LATER, "Non va più")


def test_a_solution_taken_out_of_the_library_meanwhile_cannot_be_accepted(app: Flask, network: Network) -> None:
    proposal = network.ask(network.post())
    take_out(network)
    # Without days left it would be said that later helps.
    network.state("bologna", {quarter_of(day_of(LATER)): 0})
    with pytest.raises(Conflict, match="solution_gone"):
        network.accept(proposal)
    with network.database.reading() as session:
        client = sign_in(app.test_client(), session.get_one(Person, network.people["referent.bologna"]))
    page = client.get(f"/proposte/{proposal.id}").text
    assert "La soluzione non è più nella biblioteca" in page
    assert "Sì, cominciamo" not in page


@pytest.mark.parametrize("visibility", ["public", "anonymous"])
def test_a_question_about_an_archived_solution_ends_and_is_no_silence_of_its_giver(
    network: Network, visibility: str
) -> None:
    need = network.post(visibility=visibility)
    first = network.ask(need)
    postpone(network, first, date(2026, 11, 28))
    offer = network.offer(network.post(title="Un’altra"))
    postpone(network, offer, date(2026, 11, 28), "official.venezia")
    network.distribute()
    assert due(network) == set()
    take_out(network)
    assert due(network) == {first.id, offer.id}
    assert [network.look_at(made, LATER) for made in (first, offer, first)] == [True, True, False]
    ended, second = network.proposals(need)
    assert (ended.state, ended.reason) == ("withdrawn", "solution-gone")
    assert (second.giver.slug, second.state) == ("torino", "waiting")
    assert network.rows("proposal", first)[-1] == "proposal-ended"
    told = network.distribute()
    assert {("proposal-ended", who) for who in ("official.venezia", "referent.bologna")} <= told


def test_an_offer_is_the_first_answer_and_what_its_requester_says_is_none(network: Network) -> None:
    need = network.post()
    offered = network.offer(need)
    assert network.need(need).answered_at == NOW
    other = network.post(problem="Moduli uguali per tutti i comuni, e un solo sportello per le imprese.")
    assert network.need(other).answered_at is None
    with network.database.work() as session:
        proposals.decline(session, offered.id, "not-for-us", "", DAYS, network.deed(now=LATER))
    assert network.need(need).answered_at == NOW


def due(network: Network, now: datetime = LATER) -> set[int]:
    with network.database.reading() as session:
        return set(proposal_queries.to_look_at(session, now))


def test_a_question_to_a_body_that_closes_passes_to_the_next_city_and_reminds_nobody(network: Network) -> None:
    need = network.post()
    first = network.ask(need)
    network.distribute()
    network.close("bologna")
    assert [network.look_at(first, LATER), network.look_at(first, LATER)] == [True, False]
    ended, second = network.proposals(need)
    assert (ended.state, ended.reason, ended.answered_at) == ("withdrawn", "giver-closed", LATER)
    assert (second.giver.slug, second.origin, second.state) == ("torino", "next", "waiting")
    assert network.rows("proposal", first) == ["proposal-made", "proposal-ended"]
    assert network.distribute() == {("proposal-ended", "official.venezia"), ("proposal-made", "referent.torino")}
    assert network.need(need).answered_at is None, "nobody has answered"


def test_an_answer_put_off_by_a_body_that_closes_is_no_longer_waited_for(network: Network) -> None:
    need = network.post()
    first = network.ask(need)
    postpone(network, first, date(2026, 11, 28))
    assert due(network) == set()
    network.close("bologna")
    assert due(network) == {first.id}
    assert network.look_at(first, LATER)
    assert [(made.giver.slug, made.state) for made in network.proposals(need)] == [
        ("bologna", "withdrawn"),
        ("torino", "waiting"),
    ]


def test_what_a_body_that_closes_has_asked_for_ends_and_its_giver_is_told(network: Network) -> None:
    need = network.post()
    asked, offer = network.ask(need), network.offer(need, "sportello-torino", "referent.torino")
    network.distribute()
    network.close("venezia")
    assert due(network) == {asked.id, offer.id}
    for made in (asked, offer):
        assert network.look_at(made, LATER)
    assert {(made.state, made.reason) for made in network.proposals(need)} == {("withdrawn", "asker-closed")}
    assert network.distribute() == {("proposal-ended", "referent.bologna"), ("proposal-ended", "referent.torino")}
    with network.database.reading() as session:
        told = [item.data for item in session.query(Notice).filter_by(action="proposal-ended")]
    assert {data["body"] for data in told} == {"Città metropolitana di Venezia"}
    assert {data["path"] for data in told} == {f"/proposte/{made.id}" for made in (asked, offer)}


def test_an_offer_of_a_body_that_closes_ends_and_its_requester_is_told(network: Network) -> None:
    need = network.post()
    offer = network.offer(need)
    network.distribute()
    network.close("bologna")
    assert network.look_at(offer, LATER)
    assert [(made.state, made.reason) for made in network.proposals(need)] == [("withdrawn", "giver-closed")]
    assert network.distribute() == {("proposal-ended", "official.venezia")}


def test_that_its_city_has_closed_does_not_tell_whose_an_anonymous_request_is(network: Network) -> None:
    need = network.post(visibility="anonymous")
    offer = network.offer(need)
    network.close("venezia")
    assert network.look_at(offer, LATER)
    assert network.proposals(need)[0].reason == ""
    with network.database.reading() as session:
        (row,) = [row for row in journal.of_thing(session, "proposal", str(offer.id)) if row.action == "proposal-ended"]
    assert row.data == {"need": need.id, "reason": "", "next": ""}
    assert row.body == ""


def test_the_worker_ends_them_whatever_day_they_were_due(network: Network, app: Flask) -> None:
    need = network.post(now=datetime.now(UTC))
    first = network.ask(need, now=datetime.now(UTC))
    assert not chores.follow_proposals(app)
    network.close("bologna")
    assert chores.follow_proposals(app) == 1
    assert chores.follow_proposals(app) == 0
    assert network.proposals(need)[0].id == first.id
    assert [made.state for made in network.proposals(need)] == ["withdrawn", "waiting"]
