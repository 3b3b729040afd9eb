# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shortlist with its reasons, rounds that can be computed again, weights that change by decision only."""

import csv
import io
import json
import re
from datetime import date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.access import Role
from app.accounts.models import Assignment, Person
from app.errors import Conflict, Invalid
from app.journal import queries as journal
from app.matching import context
from app.matching.weights import PUBLISHED, named
from app.needs import (
    assigning,
    candidates,
    chores,
    news,
    proposal_queries,
    proposals,
    queries,
    round_queries,
    rounds,
    service,
    shortlists,
    weighing,
)
from app.needs.models import MatchingRound, Need, WeightsDecision
from app.notices.models import Notice
from app.outbox.models import Letter
from app.search.engine import Engine
from tests.makers import NOW, csrf, make_person, make_solution, sign_in
from tests.needs.network import DAYS, LATER, PROBLEM, Network, item, keep_shown, under_floor, wanted
from tests.needs.network import preview as a_preview
from tests.needs.network import shown as a_shortlist

WEIGHTS = {"theme": 0.25, "context": 0.25, "readiness": 0.25, "requirements": 0.25}


@pytest.fixture
def engine(app: Flask, network: Network) -> Engine:
    """The index of the three solutions."""
    assert app.test_cli_runner().invoke(args=["search", "rebuild"]).exit_code == 0
    found: Engine = app.extensions["engine"]
    return found


def shown(network: Network, engine: Engine, need: Need) -> shortlists.Shown:
    with network.database.reading() as session:
        return a_shortlist(session, engine, network.need(need))


def preview(network: Network, engine: Engine) -> MatchingRound:
    with network.database.work() as session:
        return a_preview(session, engine, "Turno di prova", network.deed("coordinator"))


def coordination(app: Flask, network: Network) -> FlaskClient:
    """Somebody who runs rounds, signed in."""
    with network.database.work() as session:
        person = make_person(session, (Role.COORDINATOR, ""))
    return sign_in(app.test_client(), person)


def test_the_shortlist_names_other_cities_with_a_reason_for_each_factor(network: Network, engine: Engine) -> None:
    found = shown(network, engine, network.post())
    assert {item["city"] for item in found.items} == {"bologna", "torino"}
    first = found.items[0]
    assert [part["name"] for part in first["factors"]] == ["theme", "context", "readiness", "requirements"]
    assert first["solution"].startswith("sportello")
    assert found.low_evidence
    assert json.loads(json.dumps(found.items)) == list(found.items)


def test_the_own_city_is_left_out_and_the_page_says_why(network: Network, engine: Engine) -> None:
    found = shown(network, engine, network.post("bologna"))
    assert "bologna" not in {item["city"] for item in found.items}
    assert [item["reason"] for item in found.excluded] == ["own-city"]


def test_a_giver_without_days_is_left_out(network: Network, engine: Engine) -> None:
    network.state("torino", {"2026-4": 0})
    found = shown(network, engine, network.post())
    assert {item["city"] for item in found.items} == {"bologna"}
    assert "capacity" in {item["reason"] for item in found.excluded}


def test_who_said_no_is_not_proposed_again(network: Network, engine: Engine) -> None:
    need = network.post()
    proposal = network.ask(need)
    with network.database.work() as session:
        proposals.decline(session, proposal.id, "not-mature", "", DAYS, network.deed("referent.bologna", LATER))
    assert "sportello-bologna" not in {item["solution"] for item in shown(network, engine, need).items}


def test_who_has_named_a_day_is_not_asked_again_by_a_round(network: Network, engine: Engine) -> None:
    need = network.post()
    proposal = network.ask(need)
    assert {arc[2] for arc in preview(network, engine).input["round"]["arcs"]} == set()
    with network.database.work() as session:
        proposals.postpone(session, proposal.id, date(2026, 11, 28), "", DAYS, network.deed("referent.bologna", LATER))
    assert {arc[2] for arc in preview(network, engine).input["round"]["arcs"]} == {"torino"}


def test_a_round_asks_nobody_for_what_no_solution_speaks_of(network: Network, engine: Engine) -> None:
    need = network.post(problem="Vogliamo gabbie per conigli selvatici e recinti per mufloni in quota.")
    assert shown(network, engine, need).far
    found = preview(network, engine)
    assert (found.input["round"]["arcs"], found.result["unserved"]) == ([], [[str(need.id), "no-candidate", []]])
    assert found.result["assigned"] == []


def test_long_requests_are_compared_as_documents(network: Network, engine: Engine) -> None:
    found = shown(network, engine, network.post(problem=f"{PROBLEM} " * 8))
    assert not found.low_evidence
    assert found.items[0]["solution"].startswith("sportello")


LONG_WINDED = (
    "Nei comuni della nostra area ogni ufficio lavora a modo suo da molti anni. Le persone che si rivolgono a noi "
    "aspettano a lungo, tornano con le stesse carte e spesso non capiscono a chi chiedere. "
)


def test_a_short_request_is_read_to_its_end(network: Network, engine: Engine) -> None:
    need = network.post(problem=f"{LONG_WINDED}Cerchiamo uno sportello unico per le imprese.", themes=())
    found = shown(network, engine, need)
    assert found.low_evidence
    assert not found.far
    assert found.items[0]["solution"].startswith("sportello")
    assert found.items[0]["factors"][0]["grounds"]["text"] > 0


def test_a_title_that_repeats_the_first_sentence_is_not_read_twice(network: Network, engine: Engine) -> None:
    said = LONG_WINDED + "Uno sportello unico."
    by_itself, typed = network.post(problem=said, themes=()), network.post(problem=said, themes=(), title="Attese")
    with network.database.reading() as session:
        desk = candidates.desk(session, engine, NOW)
        one, other = candidates.as_needs(desk, [network.need(by_itself), network.need(typed)])
    assert by_itself.title
    assert (one.said, other.said) == (said, f"Attese {said}")
    assert one.words + 1 == other.words == len(said.split()) + 1
    assert candidates.asked_in(service.as_wanted(by_itself)).said == one.said


def test_dashes_at_the_head_of_lines_keep_nothing_out(network: Network, engine: Engine) -> None:
    found = shown(network, engine, network.post(problem="Ci servono:\n-sportello unico\n-imprese di Torino", themes=()))
    assert not found.far
    assert found.items[0]["solution"] == "sportello-torino"


def test_an_open_request_hears_once_of_a_solution_published_since(network: Network, engine: Engine, app: Flask) -> None:
    need = network.post(now=NOW.replace(year=2025))
    with network.database.work() as session:
        make_solution(session, "sportello-nuovo", title="Sportello unico nuovo", city="torino")
    assert app.test_cli_runner().invoke(args=["search", "rebuild"]).exit_code == 0
    with network.database.reading() as session:
        found = news.newly_met(session, engine, LATER)
    assert (need.id, "sportello-nuovo") in found
    for told in (True, False):
        with network.database.work() as session:
            assert [news.tell_met(session, *one, LATER) for one in found] == [told] * len(found)
    with network.database.reading() as session:
        assert news.newly_met(session, engine, LATER) == []
    assert network.rows("need", need).count("need-met") == len(found)


def test_new_solutions_are_not_looked_at_twice_in_one_state(
    network: Network, engine: Engine, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[datetime] = []
    look = news.newly_met

    def noted(session: Session, engine: Engine, now: datetime) -> list[tuple[int, str]]:
        looked.append(now)
        return look(session, engine, now)

    monkeypatch.setattr(news, "newly_met", noted)
    network.post()
    assert [chores.meet_new_solutions(app) for _time in range(2)] == [0, 0]
    assert len(looked) == 1
    network.post(now=LATER)
    chores.meet_new_solutions(app)
    assert len(looked) == 1 + 1


def test_what_was_shown_answered_and_came_of_it_is_data_for_the_coordination(
    network: Network, engine: Engine, app: Flask
) -> None:
    need = network.post()
    with network.database.work() as session:
        items = keep_shown(session, engine, need).items
        asked = proposals.ask(session, need.id, items[0], "", DAYS, network.deed(now=LATER))
    with network.database.work() as session:
        referent = network.deed(f"referent.{items[0]['city']}", LATER)
        proposals.decline(session, asked.id, "not-mature", "", DAYS, referent)
        service.close(session, need.id, "nobody", "", network.deed(now=LATER))
    network.offer(network.post())
    client = app.test_client()
    with network.database.work() as session:
        coordinator = make_person(session, (Role.COORDINATOR, ""))
    sign_in(client, coordinator)
    text = client.get("/en/abbinamenti/riscontri.csv").text.removeprefix("\ufeff")
    found = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    first, second, *rest, offered = found
    assert (first["rank"], first["answer"], first["reason"]) == ("1", "declined", "not-mature")
    assert (first["shown_on"], first["answered_on"], first["outcome"]) == ("2026-11-22", "2026-11-23", "nobody")
    assert re.fullmatch(r"[1-9]\d*(,\d+)?", first["score"])
    assert re.fullmatch(r"0,\d+|1", first["theme"])
    assert (second["origin"], second["answer"]) == ("next", "withdrawn")
    assert {line["answer"] for line in rest} <= {""}
    assert (offered["origin"], offered["shown_on"], offered["request_state"]) == ("offer", "", "open")
    text = client.get("/abbinamenti/riscontri.csv").text.removeprefix("\ufeff")
    italian = next(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert (italian["Risposta"], italian["Motivo"]) == ("rifiutata", "la soluzione non è ancora matura")


def test_a_round_is_computed_again_with_the_same_result(network: Network, engine: Engine) -> None:
    network.post()
    network.post("torino", problem="Moduli uguali e uno sportello unico per le imprese di tutti i comuni")
    found = preview(network, engine)
    assert found.result["fairness"]["served"] == 1.0
    assert assigning.again(found)[0]
    found.input["round"]["floor"] = 99.0
    assert not assigning.again(found)[0]


def test_a_round_that_named_other_full_cities_is_still_the_same(network: Network, engine: Engine) -> None:
    network.state("bologna", {"2026-4": 0})
    network.state("torino", {"2026-4": 0})
    network.post()
    found = preview(network, engine)
    ((need, reason, cities),) = found.result["unserved"]
    assert (reason, cities) == ("capacity", ["bologna", "torino"])
    found.result["unserved"] = [[need, reason, ["torino"]]]
    assert assigning.again(found)[0]
    found.result["unserved"] = [[need, "below-floor", []]]
    assert not assigning.again(found)[0]


def test_a_preview_says_whom_it_would_ask_that_has_nobody_to_answer(
    app: Flask, network: Network, engine: Engine
) -> None:
    network.post()
    with network.database.work() as session:
        coordinator = make_person(session, (Role.COORDINATOR, ""))
    client = sign_in(app.test_client(), coordinator)
    assert "nessuno ha ancora un’utenza" not in client.get(f"/abbinamenti/{preview(network, engine).id}").text
    with network.database.work() as session:
        make_solution(session, "sportello-anci", title="Sportello unico per le imprese dei comuni", city="anci")
    app.extensions["indexer"].rebuild()
    told = client.get(f"/abbinamenti/{preview(network, engine).id}").text
    sentence = told.partition("In un ente nessuno ha ancora un’utenza")[2].partition("</p>")[0]
    assert "ANCI." in sentence
    by_post = told.partition("si chiede una risposta, per posta:")[2].partition(".")[0]
    assert by_post
    assert "ANCI" not in by_post
    assert 'href="/amministrazione/persone"' in sentence


def test_what_was_made_by_an_older_formula_stays_as_it_was(
    app: Flask, network: Network, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    need = network.post()
    with monkeypatch.context() as older, network.database.work() as session:
        older.setattr(context, "limited", lambda spreads: min(context.MAX_DISTANCE, spreads))
        made = a_preview(session, engine, "Turno di prova", network.deed("coordinator"))
        made.weights_version = "2026-11"
        service.remember_shown(session, need, shown(network, engine, need).items, "2026-11", NOW)
        kept = queries.last_shown(session, need.id)
    assert assigning.again(made)[0]
    with network.database.work() as session:
        coordinator = make_person(session, (Role.COORDINATOR, ""))
        keep_shown(session, engine, network.need(need), LATER)
        now = queries.last_shown(session, need.id)
    assert kept is not None
    assert now is not None
    assert (kept.weights_version, now.weights_version) == ("2026-11", PUBLISHED.version)
    page = sign_in(app.test_client(), coordinator).get(f"/abbinamenti/{made.id}").text
    assert "pesi 2026-11<" in page


def test_the_floor_of_a_preview_rises_and_what_it_costs_stands_beside_it(network: Network, engine: Engine) -> None:
    network.post()
    network.post("torino", problem="Un problema del tutto diverso, e nessuna parola in comune")
    first = preview(network, engine)
    highest = first.result["highest_floor"]
    assert assigning.FLOOR <= highest <= max(item[3] for item in first.result["assigned"])
    for floor in (None, assigning.FLOOR - 1, 96):
        with pytest.raises(Invalid, match="floor"), network.database.work() as session:
            under_floor(session, engine, first.id, floor, network.deed("coordinator"))
    for floor, served in ((highest, first.result["fairness"]["served"]), (95, 0.0)):
        with network.database.work() as session:
            (number,) = [item.id for item in round_queries.rounds(session, published_only=False)]
            made = under_floor(session, engine, number, floor, network.deed("coordinator"))
        assert made.result["fairness"]["served"] == served
        assert all(item[3] >= floor for item in made.result["assigned"])
    assert made.input["before"]["floor"] == highest
    assert made.input["before"]["served"] == first.result["fairness"]["served"]
    assert made.id == first.id, "its address stays"


def test_another_floor_is_compared_on_the_same_requests_and_the_page_says_what_changed_since(
    app: Flask, network: Network, engine: Engine
) -> None:
    need = network.post()
    first = preview(network, engine)
    network.post("torino")
    network.post("torino")
    with network.database.work() as session:
        service.edit(session, need.id, need.edition, wanted(title="Sportello unico"), network.deed())
        under_floor(session, engine, first.id, assigning.FLOOR + 1, network.deed("coordinator", LATER))
    client = coordination(app, network)
    address = f"/abbinamenti/{first.id}"
    with network.database.reading() as session:
        made = round_queries.round_(session, first.id)
    assert made is not None
    assert made.result["assigned"] == first.result["assigned"]
    assert made.input["round"]["arcs"] == first.input["round"]["arcs"]
    assert assigning.again(made)[0]
    assert "2 nuove, 1 corretta da chi la chiede." in client.get(address).text
    token = {"csrf_token": csrf(client, "/profilo")}
    late = client.post(f"{address}/pubblica", data={**token, "confirmed": "1"})
    assert late.status_code == 409
    assert "una richiesta, una soluzione o le giornate di un ente sono cambiate" in late.text
    assert f'action="{address}/aggiorna"' in late.text
    assert client.post(f"{address}/aggiorna", data=token).location == address
    anew = client.get(address).text
    assert "le richieste sono cambiate" not in anew
    assert "prima: 30" not in anew
    assert "ora: 31" not in anew
    assert 'value="31"' in anew


def test_a_floor_that_needs_reasons_nobody_can_give_any_more_asks_for_a_new_preview(
    network: Network, engine: Engine
) -> None:
    network.post()
    found = preview(network, engine)
    with network.database.work() as session:
        made = round_queries.round_(session, found.id)
        assert made is not None
        made.result = {**made.result, "items": {}}
        under_floor(session, engine, found.id, 31, network.deed("coordinator"))
        assert made.result["items"] == found.result["items"]
        made.result = {**made.result, "items": {}}
        made.input = {**made.input, "round": json.loads(json.dumps(made.input["round"]).replace("sportello-", "ex-"))}
    with pytest.raises(Conflict, match="round_stale"), network.database.work() as session:
        under_floor(session, engine, found.id, 32, network.deed("coordinator"))


def test_only_the_preview_that_was_looked_at_is_published(app: Flask, network: Network, engine: Engine) -> None:
    network.post()
    found = preview(network, engine)
    address = f"/abbinamenti/{found.id}"
    client = coordination(app, network)
    (seen,) = re.findall(r'name="revision" value="(\d+)"', client.get(address).text)
    with network.database.work() as session:
        under_floor(session, engine, found.id, 31, network.deed("coordinator"))
    sent = {"csrf_token": csrf(client, "/profilo"), "confirmed": "1", "revision": seen}
    late = client.post(f"{address}/pubblica", data=sent)
    assert late.status_code == 409
    assert "qualcuno ha ricalcolato questa anteprima" in late.text
    assert client.post(f"{address}/pubblica", data={**sent, "revision": str(int(seen) + 1)}).status_code == 303
    late = client.post(f"{address}/pubblica", data=sent)
    assert late.status_code == 409
    assert "Il turno è già stato pubblicato." in late.text


def test_a_round_that_proposes_nothing_is_not_published(app: Flask, network: Network, engine: Engine) -> None:
    network.post(problem="Un canile sovracomunale per gli animali abbandonati.", themes=())
    found = preview(network, engine)
    with pytest.raises(Conflict, match="round_empty"), network.database.work() as session:
        rounds.publish(session, found.id, DAYS, network.deed("coordinator"))
    client = coordination(app, network)
    page = client.get(f"/abbinamenti/{found.id}").text
    assert "Nessuna proposta." in page
    assert "Pubblica il turno" not in page
    assert "senza togliere la proposta a nessuno" not in page


def test_a_preview_says_that_its_weights_are_no_longer_in_force(app: Flask, network: Network, engine: Engine) -> None:
    network.post()
    found = preview(network, engine)
    with network.database.work() as session:
        seen = weighing.simulated(WEIGHTS, candidates.weights_in_force(session).version)
        weighing.decide(session, WEIGHTS, {"needs": 1, "first_changed": 0}, "Prova", seen, network.deed("coordinator"))
    client = coordination(app, network)
    assert "Una decisione ha cambiato i pesi dopo questa anteprima" in client.get(f"/abbinamenti/{found.id}").text


def test_the_address_of_a_preview_that_was_thrown_away_says_so(app: Flask, network: Network, engine: Engine) -> None:
    network.post()
    found, _kept = preview(network, engine), preview(network, engine)
    client = coordination(app, network)
    with network.database.work() as session:
        rounds.discard(session, found.id, network.deed("coordinator"))
    address = f"/abbinamenti/{found.id}"
    assert app.test_client().get(address).status_code == 404
    sent = {"csrf_token": csrf(client, "/profilo"), "confirmed": "1"}
    for pressed in ("", "/pubblica", "/aggiorna", "/scarta"):
        answer = client.post(f"{address}{pressed}", data=sent) if pressed else client.get(address)
        assert answer.location == "/abbinamenti"
        assert "Quell’anteprima non c’è più: è stata scartata." in client.get("/abbinamenti").text
    assert client.get("/abbinamenti/999").status_code == 404


def test_the_floor_is_a_whole_number_and_the_field_takes_what_is_typed(
    app: Flask, network: Network, engine: Engine
) -> None:
    network.post()
    address = f"/abbinamenti/{preview(network, engine).id}"
    client = coordination(app, network)
    (field,) = re.findall(r'<input[^>]* name="floor"[^>]*>', client.get(address).text)
    assert int(re.findall(r'maxlength="(\d+)"', field)[0]) > len("35,5"), "else the browser makes 35 of it"
    typed = {"csrf_token": csrf(client, "/profilo"), "floor": "35,5"}
    refused = client.post(f"{address}/soglia", data=typed)
    assert refused.status_code == 422
    assert "Serve un numero intero da 30 a 95." in refused.text


def test_the_coordination_sees_that_the_name_of_an_anonymous_request_is_known_to_it_alone(
    app: Flask, network: Network, engine: Engine
) -> None:
    network.post(visibility="anonymous")
    network.post("torino")
    found = preview(network, engine)
    client = coordination(app, network)
    with network.database.work() as session:
        official = make_person(session, (Role.OFFICIAL, "venezia"))
    theirs = sign_in(app.test_client(), official)
    mark = "anonima: il nome lo vede solo il coordinamento"
    assert client.get(f"/abbinamenti/{found.id}").text.count(mark) == 1
    assert client.get("/richieste").text.count(mark) == 1
    assert mark not in theirs.get("/richieste").text


def test_requests_of_bodies_that_are_gone_make_no_round_large(
    network: Network, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, there = network.post("torino"), network.post()
    network.close("torino")
    monkeypatch.setattr(assigning, "AT_ONCE", 1)
    with network.database.reading() as session:
        found = assigning.at_once(session, engine, NOW)
        in_round = queries.editions_in_round(session, NOW.date())
    assert gone.id not in in_round
    assert found is not None
    assert list(found.input["editions"]) == [str(number) for number in in_round] == [str(there.id)]


def test_a_round_of_many_requests_is_computed_by_the_worker(
    app: Flask, network: Network, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.post()
    expected = preview(network, engine)
    monkeypatch.setattr(assigning, "AT_ONCE", 0)
    begun, dropped, broken = (preview(network, engine) for _ in range(3))
    with network.database.work() as session:
        coordinator = make_person(session, (Role.COORDINATOR, ""))
        rounds.note_progress(session, begun.id, 1, 2)
        rounds.discard(session, dropped.id, network.deed("coordinator"))
        with pytest.raises(Conflict, match="round_not_ready"):
            rounds.publish(session, begun.id, DAYS, network.deed("coordinator", LATER))
        rounds.finish(session, broken.id, None, NOW)
    client = sign_in(app.test_client(), coordinator)
    assert "1 richieste su 2" in client.get(f"/abbinamenti/{begun.id}").text
    assert "Il calcolo non è riuscito" in client.get(f"/abbinamenti/{broken.id}").text
    assert chores.compute_rounds(app) == 1
    assert chores.compute_rounds(app) == 0
    with network.database.reading() as session:
        made = round_queries.round_(session, begun.id)
    assert made is not None
    assert (made.state, made.result) == ("preview", expected.result)


def test_who_began_a_large_round_is_told_once_when_it_is_done_whatever_happens_to_the_worker(
    app: Flask, network: Network, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.post()
    monkeypatch.setattr(assigning, "AT_ONCE", 0)
    begun = preview(network, engine)
    network.distribute()

    def killed(*_any: object) -> None:
        raise SystemExit

    with monkeypatch.context() as during:
        during.setattr(rounds, "_tell", killed)
        with pytest.raises(SystemExit):
            chores.compute_rounds(app)
    assert network.distribute() == set()
    assert [chores.compute_rounds(app), chores.compute_rounds(app)] == [1, 0]
    assert network.distribute() == {("round-computed", "coordinator")}
    assert network.distribute() == set()
    with network.database.reading() as session:
        coordinator = session.get(Person, network.people["coordinator"])
        (letter,) = session.query(Letter).filter_by(kind="news")
    assert coordinator is not None
    client = sign_in(app.test_client(), coordinator)
    assert "l’anteprima aspetta la tua decisione" in client.get("/avvisi").text
    assert letter.data["news"][0]["data"]["path"] == f"/abbinamenti/{begun.id}"

    lost = preview(network, engine)
    with network.database.work() as session:
        rounds.finish(session, lost.id, None, LATER)
        session.query(Assignment).filter_by(person_id=coordinator.id).delete()
        other = make_person(session, (Role.COORDINATOR, ""))
    network.people["other"] = other.id
    assert network.distribute() == {("round-failed", "other")}, "who began it no longer runs rounds"


def test_a_published_round_makes_its_proposals_once(network: Network, engine: Engine) -> None:
    need = network.post()
    found = preview(network, engine)
    assert not network.proposals(need)
    with network.database.work() as session:
        rounds.publish(session, found.id, DAYS, network.deed("coordinator", LATER))
    made = network.proposals(need)
    assert made
    assert {item.origin for item in made} == {"round"}
    assert {item.round_id for item in made} == {found.id}
    assert "round-published" in network.rows("need", need)
    with pytest.raises(Conflict, match="round_gone"), network.database.work() as session:
        rounds.publish(session, found.id, DAYS, network.deed("coordinator", LATER))


def notices(network: Network, action: str, who: str) -> list[Notice]:
    with network.database.reading() as session:
        return list(session.query(Notice).filter_by(action=action, person_id=network.people[who]))


def sentences(client: FlaskClient) -> str:
    return client.get("/avvisi").text


def test_the_requester_reads_whom_a_round_asked_and_until_when_and_of_the_yes_once(
    app: Flask, network: Network, engine: Engine
) -> None:
    need = network.post()
    found = preview(network, engine)
    with network.database.work() as session:
        rounds.publish(session, found.id, DAYS, network.deed("coordinator", LATER))
    network.distribute()
    (told,) = notices(network, "round-published", "official.venezia")
    assert set(told.data["cities"]) == {"Bologna", "Torino"}
    assert told.data["day"] == "2026-12-03"
    with network.database.reading() as session:
        official = session.get(Person, network.people["official.venezia"])
        referent = session.get(Person, network.people["referent.torino"])
    assert official is not None
    assert referent is not None
    client = sign_in(app.test_client(), official)
    assert "ha già interpellato Bologna, Torino: le risposte sono attese entro il 3 dicembre 2026." in sentences(client)
    asked = next(item for item in network.proposals(need) if item.giver.slug == "bologna")
    network.accept(asked)
    mine = {action for action, who in network.distribute() if who == "official.venezia"}
    assert mine == {"proposal-accepted"}
    assert "gli altri enti interpellati non devono più rispondere" in sentences(client)
    (spared,) = notices(network, "proposal-withdrawn", "referent.torino")
    assert spared.data["body"] == "Città metropolitana di Venezia", "who asked, not the reader's own body"


@pytest.mark.parametrize(
    ("problem", "days", "why", "said"),
    [
        (
            "Vogliamo gabbie per conigli selvatici e recinti per mufloni in quota.",
            20,
            "no-candidate",
            "resta in bacheca",
        ),
        ("Serve ospitare le gare degli altri Comuni.", 20, "below-floor", "si possono aggiungere dettagli"),
        (f"{PROBLEM} Anche noi.", 5, "capacity", "quelle adatte non hanno giornate"),
    ],
)
def test_who_gets_nothing_from_a_round_hears_why(
    app: Flask, network: Network, engine: Engine, problem: str, days: int, why: str, said: str
) -> None:
    for city in ("bologna", "torino"):
        network.state(city, {"2026-4": days})
    network.post(limits={"proposals": 1})
    network.post(limits={"proposals": 1})
    left = network.post(problem=problem, themes=())
    found = preview(network, engine)
    assert [item[:2] for item in found.result["unserved"]] == [[str(left.id), why]]
    with network.database.work() as session:
        rounds.publish(session, found.id, DAYS, network.deed("coordinator", LATER))
    network.distribute()
    told = [item.data.get("unserved", "") for item in notices(network, "round-published", "official.venezia")]
    assert sorted(told) == ["", "", why]
    with network.database.reading() as session:
        official = session.get(Person, network.people["official.venezia"])
    assert official is not None
    assert said in sentences(sign_in(app.test_client(), official))


def test_of_a_request_that_changed_since_the_preview_a_round_says_nothing(network: Network, engine: Engine) -> None:
    network.state("bologna", {"2026-4": 20})
    network.post()
    left = network.post("torino", problem="Vogliamo gabbie per conigli selvatici e recinti per mufloni.", themes=())
    found = preview(network, engine)
    assert found.result["unserved"] == [[str(left.id), "no-candidate", []]]
    with network.database.work() as session:
        service.edit(session, left.id, left.edition, wanted(), network.deed("official.torino", LATER))
    with network.database.work() as session:
        rounds.publish(session, found.id, DAYS, network.deed("coordinator", LATER))
    network.distribute()
    assert len(notices(network, "round-published", "official.venezia")) == 1
    assert notices(network, "round-published", "official.torino") == [], "nobody looked at what it says now"


def test_who_was_told_no_by_the_near_city_does_not_read_that_none_is_near(
    app: Flask, network: Network, engine: Engine
) -> None:
    asked = network.post("torino")
    with network.database.work() as session:
        given = item("sportello-bologna", "bologna", 1)
        service.remember_shown(session, asked, [given], "prova", NOW)
        made = proposals.ask(session, asked.id, given, "Ci sentiamo?", DAYS, network.deed("official.torino"))
        proposals.decline(session, made.id, "not-mature", "", DAYS, network.deed("referent.bologna", LATER))
    network.post()
    found = preview(network, engine)
    assert [one[:2] for one in found.result["unserved"]] == [[str(asked.id), "no-candidate"]]
    with network.database.work() as session:
        rounds.publish(session, found.id, DAYS, network.deed("coordinator", LATER))
    network.distribute()
    with network.database.reading() as session:
        official = session.get(Person, network.people["official.torino"])
    assert official is not None
    told = sentences(sign_in(app.test_client(), official))
    assert "nessuna soluzione che si possa ancora chiedere è abbastanza vicina" in told


def test_a_question_of_a_round_that_nobody_can_answer_comes_back_to_who_published_it(
    app: Flask, network: Network, engine: Engine
) -> None:
    with network.database.work() as session:
        make_solution(session, "sportello-anci", title="Sportello unico per le imprese dei comuni", city="anci")
    app.extensions["indexer"].rebuild()
    network.post()
    found = preview(network, engine)
    with network.database.work() as session:
        rounds.publish(session, found.id, DAYS, network.deed("coordinator", LATER))
    network.distribute()
    (told,) = notices(network, "proposal-made", "coordinator")
    assert (told.data["absent"], told.reason) == ("ANCI", "waiting")


def test_a_round_says_of_a_request_that_was_taken_back_that_it_was(
    app: Flask, network: Network, engine: Engine
) -> None:
    public, reserved = network.post(), network.post("torino", visibility="members", title="Solo per la rete")
    found = preview(network, engine)
    with network.database.work() as session:
        rounds.publish(session, found.id, DAYS, network.deed("coordinator", LATER))
    client, told = app.test_client(), "una richiesta riservata alla rete"
    page = client.get(f"/abbinamenti/{found.id}").text
    assert public.title in page
    assert reserved.title not in page
    assert page.count(told) == 1
    with network.database.work() as session:
        service.withdraw(session, public.id, network.deed())
    page = client.get(f"/abbinamenti/{found.id}").text
    assert public.title not in page
    assert page.count(told) == 1, "the one that was never for everybody"
    assert page.count("una richiesta ritirata nel frattempo") == 1


def test_a_published_round_links_no_sheet_that_its_reader_cannot_open(
    app: Flask, network: Network, engine: Engine
) -> None:
    network.post()
    published = preview(network, engine)
    with network.database.work() as session:
        rounds.publish(session, published.id, DAYS, network.deed("coordinator", LATER))
        narrower = {"city": "torino", "visibility": "members"}
        make_solution(session, "sportello-torino", title="Sportello unico di Torino", **narrower)
        member = make_person(session)
    said = "la scheda non è più aperta a tutti"
    page = f"/abbinamenti/{published.id}"
    reader = app.test_client().get(page).text
    assert 'href="/soluzioni/sportello-torino"' not in reader
    assert 'href="/soluzioni/sportello-bologna"' in reader
    assert (reader.count("Sportello unico di Torino"), reader.count(said)) == (1, 1)
    as_member = sign_in(app.test_client(), member).get(page).text
    assert 'href="/soluzioni/sportello-torino"' in as_member
    assert said not in as_member


def test_published_rounds_are_a_list_for_machines_too(app: Flask, network: Network, engine: Engine) -> None:
    network.post()
    tried, published = preview(network, engine), preview(network, engine)
    with network.database.work() as session:
        rounds.publish(session, published.id, DAYS, network.deed("coordinator", LATER))
    client = app.test_client()
    (row,) = client.get("/abbinamenti.json").get_json()["rounds"]
    assert row["id"] == published.id != tried.id
    assert (row["requests"], row["served"], row["published_on"]) == (1, 1.0, "2026-11-23")
    assert row["worst"] == row["low"] == pytest.approx(min(item[3] for item in published.result["assigned"][:1]), 0.01)
    assert {*row["proposed"], *row["never_proposed"]} == {"bologna", "torino"}
    (line,) = csv.DictReader(io.StringIO(client.get("/en/abbinamenti.csv").text.removeprefix("\ufeff")), delimiter=";")
    assert {name: line[name] for name in ("name", "served", "url")} == {
        "name": row["name"],
        "served": "1",
        "url": row["url"].replace("/abbinamenti", "/en/abbinamenti"),
    }
    assert {*row["proposed_names"], *row["never_proposed_names"]} == {"Bologna", "Torino"}
    assert row["url"].endswith(f"/abbinamenti/{published.id}")
    page = client.get("/abbinamenti").text
    assert 'href="/abbinamenti.csv"' in page
    assert 'href="/abbinamenti.json"' in page


@pytest.mark.parametrize("address", ["/abbinamenti", "/abbinamenti.json"])
def test_what_a_round_was_computed_from_is_read_for_no_list(
    app: Flask, network: Network, engine: Engine, address: str
) -> None:
    network.post()
    published = preview(network, engine)
    with network.database.work() as session:
        rounds.publish(session, published.id, DAYS, network.deed("coordinator", LATER))
    loaded: list[int] = []
    event.listen(MatchingRound, "load", note := lambda made, _context: loaded.append(made.id))
    try:
        shown = app.test_client().get(address).text
    finally:
        event.remove(MatchingRound, "load", note)
    assert loaded == []
    assert published.name in shown


def test_a_preview_is_stale_once_a_request_has_changed(network: Network, engine: Engine) -> None:
    need = network.post()
    found = preview(network, engine)
    network.ask(need)
    with pytest.raises(Conflict, match="round_stale"), network.database.work() as session:
        rounds.publish(session, found.id, DAYS, network.deed("coordinator", LATER))
    assert len(network.proposals(need)) == 1


def test_a_preview_is_stale_once_a_solution_of_it_has_another_owner(network: Network, engine: Engine) -> None:
    need = network.post()
    found = preview(network, engine)
    with network.database.work() as session:
        for slug in {item[1] for item in found.result["assigned"]}:
            make_solution(session, slug, title="Sportello unico", city="venezia")
    with pytest.raises(Conflict, match="round_stale"), network.database.work() as session:
        rounds.publish(session, found.id, DAYS, network.deed("coordinator", LATER))
    assert network.proposals(need) == []


def test_days_limit_what_a_round_gives(network: Network, engine: Engine) -> None:
    for city in ("bologna", "torino"):
        network.state(city, {"2026-4": 0})
    network.post()
    found = preview(network, engine)
    assert found.result["assigned"] == []
    assert found.result["unserved"][0][1] in {"no-candidate", "capacity"}


def test_a_preview_is_thrown_away_a_published_round_is_not(network: Network, engine: Engine) -> None:
    network.post()
    found = preview(network, engine)
    with network.database.work() as session:
        rounds.discard(session, found.id, network.deed("coordinator"))
    other = preview(network, engine)
    with network.database.work() as session:
        rounds.publish(session, other.id, DAYS, network.deed("coordinator"))
    with pytest.raises(Conflict), network.database.work() as session:
        rounds.discard(session, other.id, network.deed("coordinator"))


def test_weights_change_by_a_decision_with_a_reason(network: Network, engine: Engine) -> None:
    network.post()
    with network.database.work() as session:
        before = candidates.weights_in_force(session)
        simulation = weighing.simulate(session, engine, WEIGHTS, NOW)
        assert simulation["needs"] == 1
        assert candidates.weights_in_force(session) == before
        with pytest.raises(Invalid, match="reason"):
            weighing.decide(session, WEIGHTS, simulation, " ", "", network.deed("coordinator"))
        seen, by = weighing.simulated(WEIGHTS, simulation["version"]), network.deed("coordinator")
        version = weighing.decide(session, WEIGHTS, simulation, "Conta di più il contesto", seen, by)
        assert candidates.weights_in_force(session).as_data() == WEIGHTS
        assert candidates.weights_in_force(session).version == named(version)
        assert round_queries.decisions(session)[0].version == version
        assert journal.of_thing(session, "weights", version)[0].action == "weights-decided"


def test_a_simulation_has_first_what_is_asked_for_by_name_as_its_city_does(network: Network, engine: Engine) -> None:
    need = network.post(limits={"solution": "appalti-torino"})
    first = shown(network, engine, need).items[0]["solution"]
    with network.database.work() as session:
        (row,) = weighing.simulate(session, engine, WEIGHTS, NOW)["rows"]
    assert first == row["before"][0] == row["after"][0] == "appalti-torino"
    assert row["same_first"]


def test_the_page_of_the_weights_reads_no_simulation_of_the_past(app: Flask, network: Network, engine: Engine) -> None:
    network.post()
    with network.database.work() as session:
        simulation = weighing.simulate(session, engine, WEIGHTS, NOW)
        seen, by = weighing.simulated(WEIGHTS, simulation["version"]), network.deed("coordinator")
        weighing.decide(session, WEIGHTS, simulation, "Conta di più il contesto", seen, by)
    loaded: list[int] = []
    event.listen(WeightsDecision, "load", note := lambda made, _context: loaded.append(made.id))
    try:
        shown = app.test_client().get("/abbinamenti/pesi").text
        with network.database.reading() as session:
            (told,) = round_queries.decisions(session)
    finally:
        event.remove(WeightsDecision, "load", note)
    assert loaded == []
    assert (told.needs, told.first_changed) == (1, simulation["first_changed"])
    assert f"su 1 richiesta aperta cambiava la prima proposta di {told.first_changed}." in shown


def simulated(page: str) -> str:
    """What the page of a simulation hands on to the decision."""
    (found,) = re.findall(r'name="simulated" value="([^"]+)"', page)
    return str(found)


def test_only_what_was_simulated_beside_the_weights_in_force_is_decided(
    app: Flask, network: Network, engine: Engine
) -> None:
    network.post()
    client = coordination(app, network)
    token = {"csrf_token": csrf(client, "/profilo"), "reason": "Prova"}
    other = {"theme": "50", "context": "20", "readiness": "15", "requirements": "15"}
    one = {**other, "theme": "20", "context": "50"}
    first, second = (client.post("/abbinamenti/pesi", data={**token, **typed}).text for typed in (one, other))

    def decide(typed: dict[str, str], seen: str) -> tuple[int, str]:
        sent = client.post("/abbinamenti/pesi", data={**token, **typed, "do": "decide", "simulated": seen})
        with network.database.reading() as session:
            made = [item.weights["theme"] for item in round_queries.decisions(session)]
        assert (0.2 in made) <= (sent.status_code == 303)
        return sent.status_code, sent.text

    for seen in ("", simulated(second)):
        status, page = decide(one, seen)
        assert status == 409
        assert "Questi pesi non sono quelli della simulazione" in page
        assert simulated(page) == simulated(first), "the new simulation stands there, and can be decided"
    assert decide(other, simulated(second))[0] == 303
    status, page = decide(one, simulated(first))
    assert status == 409
    assert "un’altra decisione ha cambiato i pesi in vigore" in page
    assert decide(one, simulated(page))[0] == 303


@pytest.mark.parametrize("theme", ["64,05", "63.95"])
def test_weights_that_make_almost_a_hundred_are_sent_back_with_what_is_wrong(
    app: Flask, network: Network, theme: str
) -> None:
    client = coordination(app, network)
    typed = {"theme": theme, "context": "6", "readiness": "15", "requirements": "15"}
    sent = client.post("/abbinamenti/pesi", data={"csrf_token": csrf(client, "/profilo"), **typed})
    assert sent.status_code == 422
    assert "La somma dei pesi deve fare 100." in sent.text


def test_only_the_coordination_runs_rounds(app: Flask, network: Network, engine: Engine) -> None:
    network.post()
    found = preview(network, engine)
    reader = app.test_client()
    assert reader.get(f"/abbinamenti/{found.id}").status_code == 404
    with network.database.work() as session:
        referent = make_person(session, (Role.REFERENT, "venezia"))
        coordinator = make_person(session, (Role.COORDINATOR, ""))
    client = sign_in(app.test_client(), referent)
    assert client.post("/abbinamenti", data={"csrf_token": csrf(client, "/profilo"), "name": "x"}).status_code == 403
    client = sign_in(app.test_client(), coordinator)
    token = {"csrf_token": csrf(client, "/profilo")}
    assert client.post(f"/abbinamenti/{found.id}/soglia", data={**token, "floor": "7"}).status_code == 422
    moved = client.post(f"/abbinamenti/{found.id}/soglia", data={**token, "floor": "31"}).location
    assert "prima: 45" in client.get(moved).text
    assert "il risultato è identico" in client.post(f"{moved}/ricalcola", data=token).text
    assert client.post(f"{moved}/pubblica", data=token).status_code == 422, "nothing leaves without a yes"
    assert client.post(f"{moved}/pubblica", data={**token, "confirmed": "1"}).status_code == 303
    assert client.post(f"{moved}/soglia", data={**token, "floor": "40"}).status_code == 409
    published = reader.get(moved).text
    for told in (
        "Richieste servite",
        "La corrispondenza più bassa tra le prime proposte",
        "Una richiesta su venti",
        "Mai proposte",
    ):
        assert told in published, told
    assert "Soglia (da" not in published
    assert reader.get(f"{moved}/dati.json").status_code in {303, 401}
    shares = dict.fromkeys(WEIGHTS, "25")
    tried = client.post("/abbinamenti/pesi", data={**token, **shares}).text
    assert "cambia l’elenco" in tried
    assert "Nessuna: valgono i pesi pubblicati" in tried
    assert client.post("/abbinamenti/pesi", data={**token, **shares, "theme": "90"}).status_code == 422
    decision = {**token, **shares, "do": "decide", "reason": "Prova", "simulated": simulated(tried)}
    assert client.post("/abbinamenti/pesi", data=decision).status_code == 303
    assert "Prova" in reader.get("/abbinamenti/pesi").text


def test_paper_has_the_comparison_with_a_city_once_one_is_chosen(app: Flask, network: Network) -> None:
    need = network.post()
    with network.database.work() as session:
        person = make_person(session, (Role.OFFICIAL, "venezia"))
    client = sign_in(app.test_client(), person)
    page = f"/richieste/{need.id}-{need.slug}/abbinamenti"
    section = '<section aria-labelledby="confronto" class="on-screen">'
    assert section in client.get(page).text
    assert section not in client.get(f"{page}?confronta=torino").text


def test_the_page_of_candidates_asks_one_of_them(app: Flask, network: Network, engine: Engine) -> None:
    need = network.post()
    with network.database.work() as session:
        person = make_person(session, (Role.OFFICIAL, "venezia"))
    client = sign_in(app.test_client(), person)
    page = f"/richieste/{need.id}-{need.slug}/abbinamenti"
    text = client.get(f"{page}?confronta=torino&numeri=1").text
    assert "Stesso tema" in text
    assert "Mediana di province e città metropolitane" in text
    assert "volte su 100" in text
    token = csrf(client, "/profilo")
    typed = {"csrf_token": token, "solution": "sportello-torino", "message": "Ci sentiamo?"}
    assert client.post(f"{page}/chiedi", data=typed).status_code == 303
    assert client.post(f"{page}/chiedi", data={**typed, "message": "Allora?"}).status_code == 409
    assert client.post(f"{page}/chiedi", data={**typed, "solution": "mai-vista"}).status_code == 404
    made = network.proposals(need)[0]
    assert made.grounds["factors"]
    assert made.message == "Ci sentiamo?"


def test_a_city_that_said_no_to_a_request_is_not_proposed_to_it_by_a_new_round(
    network: Network, engine: Engine
) -> None:
    network.state("bologna", {"2026-4": 20})
    need = network.post()
    found = preview(network, engine)
    refused = network.ask(need)
    with network.database.work() as session:
        proposals.decline(session, refused.id, "no-capacity", "", DAYS, network.deed("referent.bologna", LATER))
        (following,) = [item for item in proposal_queries.proposals(session, need) if item.state == "waiting"]
        proposals.withdraw(session, following.id, network.deed(now=LATER))
    with pytest.raises(Conflict, match="round_stale"), network.database.work() as session:
        rounds.publish(session, found.id, DAYS, network.deed("coordinator", LATER))
    other = network.post("torino")
    proposed = {(item[0], item[1]) for item in preview(network, engine).result["assigned"]}
    # Nor is what its city took back.
    assert proposed == {(str(need.id), "appalti-torino"), (str(other.id), "sportello-bologna")}


def test_a_preview_says_that_the_fitting_cities_have_no_days(network: Network, engine: Engine) -> None:
    for city in ("bologna", "torino"):
        network.state(city, {"2026-4": 0})
    need = network.post()
    ((key, reason, cities),) = preview(network, engine).result["unserved"]
    assert (key, reason) == (str(need.id), "capacity")
    assert set(cities) == {"bologna", "torino"}


def test_a_preview_is_stale_once_a_giver_has_fewer_days_than_it_asks(
    app: Flask, network: Network, engine: Engine
) -> None:
    need, client = network.post(), coordination(app, network)
    found = preview(network, engine)
    assert {item[2] for item in found.result["assigned"]} == {"bologna", "torino"}
    network.state("bologna", {"2026-4": 0})
    page = client.get(f"/abbinamenti/{found.id}").get_data(as_text=True)
    assert "non bastano più per quello che il turno chiede a Bologna." in page
    with pytest.raises(Conflict, match="round_stale"), network.database.work() as session:
        rounds.publish(session, found.id, DAYS, network.deed("coordinator"))
    assert network.proposals(need) == []
    # More days than it asks change nothing.
    network.state("bologna", {"2026-4": 20})
    with network.database.work() as session:
        rounds.publish(session, found.id, DAYS, network.deed("coordinator"))
    assert len(network.proposals(need)) == 2


def test_a_round_beside_another_one_asks_nobody_for_more_than_its_days(network: Network, engine: Engine) -> None:
    for city in ("bologna", "torino"):
        network.state(city, {"2026-4": 5})
    # What a city chose to ask takes nothing from a round.
    network.ask(network.post(), "sportello-torino")
    network.post(limits={"proposals": 1})
    found = preview(network, engine)
    assert [item[2] for item in found.result["assigned"]] == ["bologna"]
    with network.database.work() as session:
        rounds.publish(session, found.id, DAYS, network.deed("coordinator"))
    for number in range(2):
        network.post(limits={"proposals": 1}, title=f"Altro {number}")
    beside = preview(network, engine)
    assert [item[2] for item in beside.result["assigned"]] == ["torino"]
    ((_key, reason, cities),) = beside.result["unserved"]
    assert (reason, set(cities)) == ("capacity", {"bologna", "torino"})


def test_throwing_a_preview_away_is_written_down(network: Network, engine: Engine) -> None:
    network.post()
    found = preview(network, engine)
    with network.database.work() as session:
        rounds.discard(session, found.id, network.deed("coordinator"))
    with network.database.reading() as session:
        assert journal.of_thing(session, "round", str(found.id))[0].action == "round-discarded"


def test_the_requester_reads_who_says_no_or_later_and_what_it_wrote(app: Flask, network: Network) -> None:
    need = network.post()
    with network.database.reading() as session:
        official = session.get(Person, network.people["official.venezia"])
    assert official is not None
    client = sign_in(app.test_client(), official)
    first, second = network.ask(need), network.ask(need, "sportello-torino")
    other = network.ask(network.post(), "sportello-torino")
    with network.database.work() as session:
        referent = network.deed("referent.torino", LATER)
        proposals.postpone(session, second.id, date(2026, 12, 3), "Dopo le elezioni", DAYS, referent)
        proposals.decline(
            session, first.id, "other", "Il sistema è in rifacimento", DAYS, network.deed("referent.bologna")
        )
        proposals.decline(session, other.id, "no-capacity", "", DAYS, referent)
    network.distribute()
    read = sentences(client)
    assert "la Città metropolitana di Bologna risponde di no. Scrive: «Il sistema è in rifacimento»" in read
    assert "la Città metropolitana di Torino risponde di no. Il motivo: non abbiamo tempo in questo periodo." in read
    assert "la Città metropolitana di Torino risponde: se ne riparla il 3 dicembre 2026. Scrive: «Dopo" in read


def test_the_requester_reads_who_is_asked_after_a_no_and_that_nobody_is(app: Flask, network: Network) -> None:
    need = network.post()
    with network.database.reading() as session:
        official = session.get(Person, network.people["official.venezia"])
    assert official is not None
    client = sign_in(app.test_client(), official)
    network.ask(need)
    for giver in ("bologna", "torino"):
        waiting = next(item for item in network.proposals(need) if item.state == "waiting")
        assert waiting.giver.slug == giver
        with network.database.work() as session:
            proposals.decline(session, waiting.id, "no-capacity", "", DAYS, network.deed(f"referent.{giver}", LATER))
        network.distribute()
    read = sentences(client)
    assert "in questo periodo. Ora si aspetta la risposta della Città metropolitana di Torino." in read
    assert "in questo periodo. Nessun altro ente è interpellato: dalla pagina della richiesta se ne può" in read
