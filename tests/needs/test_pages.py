# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of requests, proposals, capacity, rounds: what each person sees, types and may press."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access import Actor, Role
from app.needs import board, likeness, proposal_queries, proposals, service, sheet, shortlists
from app.needs.models import Need
from app.needs.rules import State
from tests.makers import close_body, csrf, make_person, make_solution, sign_in
from tests.naughty import lines_for
from tests.needs.network import LATER, PROBLEM, Network, begin
from tests.notices.test_budgets import asked

TYPED = {"problem": PROBLEM, "by_when": "2027-06-30", "looked": "1"}


@pytest.fixture
def site(app: Flask, network: Network) -> Flask:
    app.extensions["begin_twinning"] = begin
    return app


def client_of(site: Flask, network: Network, *roles: tuple[Role, str]) -> FlaskClient:
    with network.database.work() as session:
        person = make_person(session, *roles)
    return sign_in(site.test_client(), person)


def send(client: FlaskClient, address: str, **typed: Any) -> Any:
    token = csrf(client, "/profilo")
    return client.post(address, data={"csrf_token": token, **typed})


def page(need: Need) -> str:
    return f"/richieste/{need.id}-{need.slug}"


def test_two_answers_publish_a_request_and_lead_to_its_page(site: Flask, network: Network) -> None:
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    answer = send(client, "/richieste/nuova", **TYPED)
    assert answer.status_code == 303
    shown = client.get(answer.headers["Location"]).text
    assert "La richiesta è pubblicata" in shown
    assert "Città metropolitana di Venezia" in shown
    assert PROBLEM[:30] in site.test_client().get("/richieste").text


def test_the_same_form_sent_twice_makes_one_request(site: Flask, network: Network) -> None:
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    first, second = (send(client, "/richieste/nuova", **TYPED).headers["Location"] for _ in range(2))
    assert first == second
    other = send(client, "/richieste/nuova", **TYPED | {"problem": f"{PROBLEM} Anche altrove."})
    assert other.headers["Location"] != first


def test_a_draft_published_from_the_form_it_was_saved_in_is_that_draft(site: Flask, network: Network) -> None:
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    draft = send(client, "/richieste/nuova", **TYPED, do="draft").headers["Location"]
    published = send(client, "/richieste/nuova", **TYPED).headers["Location"]
    assert published.split("-")[0] == draft.split("-")[0]


def test_the_next_city_is_named_only_while_a_giver_has_to_answer(site: Flask, network: Network) -> None:
    client, need = client_of(site, network, (Role.OFFICIAL, "venezia")), network.post()
    asked, following = network.ask(need), "Se non risponde nessuno, la prossima è la Città metropolitana di Torino"
    assert following in client.get(page(need)).text
    with network.database.work() as session:
        proposals.withdraw(session, asked.id, network.deed())
    network.offer(need)
    assert following not in client.get(page(need)).text


@pytest.mark.parametrize("edition", ["", "0", "abc", "99999999999", "²"])
def test_a_request_is_not_changed_from_a_form_that_does_not_say_what_it_was_opened_on(
    site: Flask, network: Network, edition: str
) -> None:
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    address = send(client, "/richieste/nuova", **TYPED).headers["Location"]
    answer = send(client, f"{address}/modifica", **TYPED | {"title": "Altro"}, edition=edition)
    assert answer.status_code == 409
    assert send(client, f"{address}/modifica", **TYPED | {"title": "Altro"}, edition="1").status_code == 303


def test_what_was_typed_is_there_again_with_what_is_wrong(site: Flask, network: Network) -> None:
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    answer = send(client, "/richieste/nuova", problem="Corto", budget="mille euro")
    assert answer.status_code == 422
    assert "Corto" in answer.text
    assert "mille euro" in answer.text
    assert "Servono almeno venti caratteri" in answer.text


def test_before_publishing_without_a_script_similar_requests_are_shown_once(site: Flask, network: Network) -> None:
    network.post("torino")
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    typed = {name: value for name, value in TYPED.items() if name != "looked"}
    answer = send(client, "/richieste/nuova", **typed)
    assert answer.status_code == 200
    assert "Richieste aperte simili" in answer.text
    assert "Pubblica comunque" in answer.text
    assert re.search(r'tabindex="-1" autofocus>.*?<p>La richiesta non è ancora pubblicata', answer.text)
    assert 'href="#forse"' in answer.text
    assert 'id="forse"' in answer.text


def test_what_is_wrong_is_told_before_what_is_like_it(site: Flask, network: Network) -> None:
    network.post("torino")
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    answer = send(client, "/richieste/nuova", problem=PROBLEM, by_when="2020-01-01")
    assert answer.status_code == 422
    assert "Serve un giorno futuro" in answer.text
    assert '<a href="#by_when">' in answer.text
    assert "Pubblica comunque" not in answer.text


@pytest.mark.parametrize("field", ["problem", "title", "budget"])
def test_a_text_that_is_too_long_is_refused_without_being_compared_with_anything(
    site: Flask, network: Network, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    client, need = client_of(site, network, (Role.OFFICIAL, "venezia")), network.post()
    typed, compared = TYPED | {field: "moduli " * 1_000}, []
    monkeypatch.setattr(shortlists, "of", lambda *_said, **_more: compared.append("offers"))
    monkeypatch.setattr(board, "like", lambda *_said: compared.append("requests"))
    monkeypatch.setattr(likeness, "answering", lambda *_said: compared.append("solutions"))
    for sent in (
        send(client, "/richieste/nuova", **typed),
        send(client, "/richieste/nuova", **typed, do="draft"),
        send(client, f"{page(need)}/modifica", **typed, edition="1"),
    ):
        assert sent.status_code == 422
    assert compared == []


def test_solutions_of_ones_own_city_and_the_one_asked_for_do_not_answer(site: Flask, network: Network) -> None:
    with network.database.work() as session:
        make_solution(
            session, "sportello-comune", title="Sportello unico provato insieme", city="torino", partners=["bologna"]
        )
    site.extensions["indexer"].rebuild()

    def near(body: str, **typed: str) -> set[str]:
        client = client_of(site, network, (Role.OFFICIAL, body))
        found = client.get("/richieste/simili.json", query_string={"q": "sportello unico imprese", **typed}).json or {}
        return {item["title"] for item in found["solutions"]}

    bologna, torino = "Sportello unico di Bologna", "Sportello unico di Torino"
    assert near("venezia") >= {bologna, torino}
    assert near("venezia", q="sportelo unico") >= {bologna, torino}, "a letter missing"
    assert near("venezia") - near("bologna") == {bologna}, "what it took part in may answer it"
    assert near("venezia") - near("venezia", soluzione="sportello-torino") == {torino}


def test_what_may_answer_stands_in_the_order_of_how_well_it_fits(site: Flask, network: Network) -> None:
    site.extensions["indexer"].rebuild()
    need = network.post(problem="Le gare di appalto si fanno in ogni sportello.", themes=("suap",))
    text = site.test_client().get(page(need)).text.partition('id="forse"')[2]
    assert 0 < text.find("Sportello unico di Torino") < (text.find("/soluzioni/appalti-torino") % len(text))


def test_what_a_city_has_had_already_is_not_offered_to_it_again(site: Flask, network: Network) -> None:
    site.extensions["indexer"].rebuild()
    network.accept(network.ask(network.post("venezia")))
    client = client_of(site, network, (Role.OFFICIAL, "bologna"))
    for visibility, offered in (("public", False), ("anonymous", True)):
        need = network.post(visibility=visibility)
        assert ('value="sportello-bologna"' in client.get(f"{page(need)}/offri").text) == offered


def test_a_published_request_is_changed_without_offers_to_join_another(site: Flask, network: Network) -> None:
    network.post("torino")
    need = network.post()
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    text = client.get(f"{page(need)}/modifica").text
    assert "data-near" not in text
    assert "Prima di pubblicare" not in text


def test_how_many_see_a_request_stands_on_its_page(site: Flask, network: Network) -> None:
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    assert "anonima: gli altri vedono solo la dimensione" in client.get(page(network.post(visibility="anonymous"))).text
    members = network.post(visibility="members")
    assert "solo rete" in client.get(page(members)).text
    unknown = site.test_client().get(page(members))
    assert unknown.status_code == 404
    assert "Alcune pagine le vede solo chi ha un’utenza" in unknown.text


def test_nobody_is_asked_to_sign_in_to_join_a_body_that_is_no_longer_there(site: Flask, network: Network) -> None:
    public, secret = network.post(), network.post(visibility="anonymous")
    reader, button, told = site.test_client(), "Accedi per unirti o offrire", "L’ente che chiede non è più attivo"
    assert button in reader.get(page(public)).text
    assert told not in reader.get(page(public)).text
    with network.database.work() as session:
        close_body(session, "venezia")
    assert button not in reader.get(page(public)).text
    assert told in reader.get(page(public)).text
    assert button in reader.get(page(secret)).text, "it would tell whose it is"
    assert told not in reader.get(page(secret)).text
    with network.database.work() as session:
        service.withdraw(session, public.id, network.deed())
    assert told not in client_of(site, network, (Role.OFFICIAL, "venezia")).get(page(public)).text


def test_a_search_hands_its_words_over(site: Flask, network: Network) -> None:
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    assert "sportello unico imprese" in client.get("/richieste/nuova?q=sportello+unico+imprese").text


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_page_of_a_request_is_there_in_both_languages(site: Flask, network: Network, prefix: str) -> None:
    need = network.post()
    proposal = network.ask(need)
    client = client_of(site, network, (Role.REFERENT, "venezia"))
    own = (f"/proposte/{proposal.id}", "/citta/venezia/disponibilita", f"{page(need)}/modifica", "/richieste/nuova")
    for address in ("/richieste", page(need), f"{page(need)}/abbinamenti", f"{page(need)}/offri", *own):
        assert client.get(prefix + address).status_code == 200, address
    assert f'lang="it">{need.title}</a>' in client.get(f"{prefix}/segnala?pagina={page(need)}/abbinamenti").text
    for address in ("/abbinamenti", "/abbinamenti/pesi", "/richieste"):
        assert site.test_client().get(prefix + address).status_code == 200, address


def test_an_old_title_leads_to_the_page(site: Flask, network: Network) -> None:
    need = network.post()
    answer = site.test_client().get(f"/richieste/{need.id}-un-altro-titolo")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(page(need))


def test_a_draft_is_hidden_from_others_and_completed_by_its_city(site: Flask, network: Network) -> None:
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    answer = send(client, "/richieste/nuova", problem="Una bozza", do="draft")
    address = answer.headers["Location"].partition("localhost")[2] or answer.headers["Location"]
    assert site.test_client().get(address).status_code in {303, 404}
    for hidden in (address, f"/segnala?pagina={address}"):
        assert client_of(site, network, (Role.OFFICIAL, "torino")).get(hidden).status_code == 404
    done = send(client, f"{address}/modifica", edition="1", **TYPED)
    assert done.status_code == 303
    assert PROBLEM[:30] in site.test_client().get("/richieste").text


NATIONAL = [(Role.EXPERT, "suap")], [(Role.COORDINATOR, "")], [(Role.EXPERT, "suap"), (Role.OFFICIAL, "torino")]


@pytest.mark.parametrize("roles", NATIONAL)
def test_a_draft_and_one_that_was_taken_back_are_read_by_their_city_only(
    site: Flask, network: Network, roles: list[tuple[Role, str]]
) -> None:
    own, other = client_of(site, network, (Role.OFFICIAL, "venezia")), client_of(site, network, *roles)
    drafted = send(own, "/richieste/nuova", problem=PROBLEM, themes="suap", do="draft").headers["Location"]
    taken_back = page(network.post())
    assert other.get(taken_back).status_code == 200
    assert send(own, f"{taken_back}/ritira").status_code == 303
    for address in (drafted, taken_back):
        assert own.get(address).status_code == 200
        hidden = [other.get(address + rest).status_code for rest in ("", "/abbinamenti", "/offri")]
        assert set(hidden) <= {403, 404}, hidden


def test_who_had_joined_a_request_still_reads_that_it_was_taken_back(site: Flask, network: Network) -> None:
    need = network.post()
    own, joined = (client_of(site, network, (Role.OFFICIAL, city)) for city in ("venezia", "torino"))
    assert send(joined, f"{page(need)}/unisciti").status_code == 303
    assert send(own, f"{page(need)}/ritira").status_code == 303
    assert joined.get(page(need)).status_code == 200


@pytest.mark.parametrize("button", ["modifica", "chiudi", "ritira", "abbinamenti/chiedi"])
def test_other_cities_cannot_press_the_buttons_of_a_request(site: Flask, network: Network, button: str) -> None:
    need = network.post()
    client = client_of(site, network, (Role.REFERENT, "torino"))
    assert send(client, f"{page(need)}/{button}", **TYPED).status_code == 404


def test_a_city_joins_and_leaves(site: Flask, network: Network) -> None:
    need = network.post()
    client = client_of(site, network, (Role.OFFICIAL, "torino"))
    assert send(client, f"{page(need)}/unisciti", note="Anche noi").status_code == 303
    assert "Anche noi" in client.get(page(need)).text
    assert send(client, f"{page(need)}/unisciti").status_code == 409
    assert send(client, f"{page(need)}/lascia", city="torino").status_code == 303


def test_only_bodies_that_can_still_join_are_listed_to_join_for(site: Flask, network: Network) -> None:
    need = network.post("bologna")
    client = client_of(site, network, *((Role.OFFICIAL, city) for city in ("bologna", "torino", "venezia")))
    form = client.get(page(need)).text.partition("/unisciti")[2].partition("</form>")[0]
    assert re.findall(r'<option value="([^"]+)"', form) == ["torino", "venezia"]
    assert send(client, f"{page(need)}/unisciti", city="torino").status_code == 303
    form = client.get(page(need)).text.partition("/unisciti")[2].partition("</form>")[0]
    assert re.findall(r'name="city" value="([^"]+)"', form) == ["venezia"]
    assert send(client, f"{page(need)}/unisciti", city="venezia").status_code == 303
    assert "/unisciti" not in client.get(page(need)).text


def test_nobody_acts_for_a_body_they_do_not_work_for(site: Flask, network: Network) -> None:
    need = network.post()
    client = client_of(site, network, (Role.OFFICIAL, "torino"))
    assert send(client, f"{page(need)}/unisciti", city="bologna").status_code == 403
    assert send(client, "/richieste/nuova", city="bologna", **TYPED).status_code == 403
    assert send(client, f"{page(need)}/offri", solution="sportello-bologna", message="Ecco").status_code == 403


def test_closing_wants_an_outcome_and_shows_it_for_ever(site: Flask, network: Network) -> None:
    need = network.post()
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    refused = send(client, f"{page(need)}/chiudi", outcome_text="L’abbiamo risolta da soli")
    assert refused.status_code == 422
    assert "L’abbiamo risolta da soli</textarea>" in refused.text
    telling = send(client, f"{page(need)}/chiudi", outcome="solved", outcome_text="Chiedere al tel. 051 659 8111")
    assert telling.status_code == 422
    assert "un indirizzo di posta o un numero di telefono" in telling.text
    assert send(client, f"{page(need)}/chiudi", outcome="solved", outcome_text="Fatto").status_code == 303
    assert "risolta con una soluzione trovata qui" in site.test_client().get(page(need)).text


def test_a_request_of_which_nothing_more_can_be_made_has_no_empty_box(site: Flask, network: Network) -> None:
    need = network.post()
    box = '<h2 id="azioni">Azioni</h2>'
    asker = client_of(site, network, (Role.OFFICIAL, "venezia"))
    assert all(box in reader.get(page(need)).text for reader in (asker, site.test_client()))
    assert send(asker, f"{page(need)}/chiudi", outcome="solved-elsewhere").status_code == 303
    for reader in (asker, site.test_client()):
        shown = reader.get(page(need)).text
        assert "risolta in altro modo" in shown
        assert box not in shown


def test_the_giver_answers_yes_and_the_second_yes_is_told_so(site: Flask, network: Network) -> None:
    need = network.post()
    proposal = network.ask(need)
    address = f"/proposte/{proposal.id}"
    client = client_of(site, network, (Role.REFERENT, "bologna"))
    shown = client.get(address).text
    assert "Ti chiedono una tua soluzione" in shown
    assert "Ci sentiamo?" in shown
    assert "Torino" in shown
    assert send(client, f"{address}/accetta").status_code == 303
    assert send(client, f"{address}/accetta").status_code == 409
    assert network.need(need).state == State.MATCHED


def test_a_yes_says_what_begins_before_it_is_confirmed(site: Flask, network: Network) -> None:
    for visibility, told in (("public", False), ("anonymous", True)):
        proposal = network.ask(network.post(visibility=visibility))
        shown = client_of(site, network, (Role.REFERENT, "bologna")).get(f"/proposte/{proposal.id}").text
        fold = shown.partition('<details class="fold-plain yes">')[2].partition("</details>")[0]
        assert "Comincia il gemellaggio" in fold
        assert fold.count("<button") == 1
        assert ("con il sì tutti vedranno quale ente" in fold) is told


def test_the_board_says_since_when_a_request_is_open_and_its_page_when_it_closed(site: Flask, network: Network) -> None:
    need = network.post(now=datetime.now(UTC) - timedelta(days=6), by_when=date(2027, 8, 10))
    assert "aperta da 6 giorni" in site.test_client().get("/richieste").text
    assert "(aperta da 6 giorni)" in site.test_client().get(page(need)).text
    with network.database.work() as session:
        service.close(session, need.id, "solved-elsewhere", "", network.deed(now=datetime.now(UTC)))
    closed = site.test_client().get(page(need)).text
    assert "aperta da" not in closed
    assert re.search(r"<dt>Chiusa</dt><dd>\d", closed)


def test_later_and_no_say_what_is_missing(site: Flask, network: Network) -> None:
    need = network.post()
    proposal = network.ask(need)
    client = client_of(site, network, (Role.REFERENT, "bologna"))
    address = f"/proposte/{proposal.id}"
    assert send(client, f"{address}/piu-avanti").status_code == 422
    soon = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    long = send(client, f"{address}/piu-avanti", later_on=soon, text="a" * 2_001)
    assert long.status_code == 422
    assert re.search(r'id="later-text"[^>]*>a+</textarea><p class="form-wrong" id="later_text-wrong">', long.text)
    assert re.search(r'id="no-text"[^>]*></textarea>', long.text)
    assert send(client, f"{address}/rifiuta", reason="other").status_code == 422
    assert send(client, f"{address}/piu-avanti", later_on="2026-01-20").status_code == 422
    assert send(client, f"{address}/rifiuta", reason="not-mature").status_code == 303
    assert "la soluzione non è ancora matura" in client.get(address).text


def test_only_the_two_sides_and_the_coordination_see_a_proposal(site: Flask, network: Network) -> None:
    proposal = network.ask(network.post())
    address = f"/proposte/{proposal.id}"
    for role, scope, status in (
        (Role.OFFICIAL, "venezia", 200),
        (Role.OFFICIAL, "bologna", 200),
        (Role.COORDINATOR, "", 200),
        (Role.OFFICIAL, "torino", 404),
    ):
        assert client_of(site, network, (role, scope)).get(address).status_code == status
    answer = site.test_client().get(address)
    assert answer.status_code == 303
    assert "next=" in answer.headers["Location"]


def test_the_requester_does_not_answer_for_the_giver(site: Flask, network: Network) -> None:
    proposal = network.ask(network.post())
    client = client_of(site, network, (Role.REFERENT, "venezia"))
    assert send(client, f"/proposte/{proposal.id}/accetta").status_code == 404
    assert send(client, f"/proposte/{proposal.id}/ritira").status_code == 303


def test_of_several_solutions_one_is_chosen_beforehand_only_where_it_fits(site: Flask, network: Network) -> None:
    with network.database.work() as session:
        make_solution(session, "gare-bologna", title="Gare e acquisti di Bologna", city="bologna", themes=["appalti"])
    site.extensions["indexer"].rebuild()
    client = client_of(site, network, (Role.OFFICIAL, "bologna"))
    fitting, other = network.post(), network.post(problem="Passaggi a livello senza barriere.", themes=())
    assert 'value="sportello-bologna" checked required' in client.get(f"{page(fitting)}/offri").text
    assert " checked" not in client.get(f"{page(other)}/offri").text.partition("<legend>")[2]


def test_an_offer_is_made_and_answered(site: Flask, network: Network) -> None:
    need = network.post()
    giver = client_of(site, network, (Role.OFFICIAL, "bologna"))
    assert send(giver, f"{page(need)}/offri", solution="sportello-bologna").status_code == 422
    assert send(giver, f"{page(need)}/offri", solution="sportello-bologna", message="Ecco").status_code == 303
    number = network.proposals(need)[0].id
    assert send(giver, f"/proposte/{number}/accetta").status_code == 404
    asker = client_of(site, network, (Role.OFFICIAL, "venezia"))
    shown = asker.get(page(need)).text
    assert "Un’offerta aspetta la tua risposta" in shown
    assert [f"/proposte/{number}?risposta={answer}" in shown for answer in ("si", "dopo", "no")] == [True] * 3
    assert "Un’offerta aspetta" not in giver.get(page(need)).text
    assert "offerta: risponde chi ha chiesto" in giver.get(page(need)).text
    answers = asker.get(f"/proposte/{number}?risposta=dopo").text
    assert "Rispondi: non ora" in answers
    assert "non risponde al nostro problema" in answers
    assert send(asker, f"/proposte/{number}/accetta").status_code == 303
    assert network.need(need).state == State.MATCHED


def test_a_referent_states_the_days_of_the_own_city_only(site: Flask, network: Network) -> None:
    client = client_of(site, network, (Role.REFERENT, "bologna"))
    address = "/citta/bologna/disponibilita"
    text = client.get(address).text
    quarter = text.split('name="days-')[1].split('"')[0]
    for wrong in ("tanti", "0000000001000000", "0" * 9 + "9" * 25, "9" * 5000):
        assert send(client, address, **{f"days-{quarter}": wrong}).status_code == 422
    assert send(client, address, **{f"days-{quarter}": "10"}).status_code == 303
    assert "10 giornate ancora libere" in client.get(address).text
    assert client.get("/citta/torino/disponibilita").status_code == 403


@pytest.mark.parametrize("text", lines_for("needs", 20))
def test_naughty_text_is_shown_as_typed_or_refused(site: Flask, network: Network, text: str) -> None:
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    answer = send(client, "/richieste/nuova", **{**TYPED, "problem": f"{text} {PROBLEM}", "title": text, "note": text})
    assert answer.status_code in {303, 422}
    assert client.get("/richieste").status_code == 200
    assert client.get("/feed/richieste.atom").status_code == 200
    for address in ("/richieste", "/richieste.json", "/richieste.csv", "/richieste/nuova", "/richieste/simili.json"):
        answer = client.get(address, query_string={"q": text, "tema": text, "stato": text, "citta": text})
        # Data of a state that is none is refused, where a page leaves it out.
        known = address not in ("/richieste.json", "/richieste.csv") or not text.strip()
        assert answer.status_code == (200 if known else 422), address


def test_whose_body_is_no_longer_there_finds_no_button_that_would_be_refused(site: Flask, network: Network) -> None:
    """The buttons that begin something, on every page that has one; what ends something stays."""
    mine, other, theirs = network.post("torino"), network.post("venezia"), network.post("bologna")
    question = network.ask(other, "sportello-torino")
    site.extensions["indexer"].rebuild()
    client = client_of(site, network, (Role.REFERENT, "torino"))
    begins = {
        "/": "/richieste/nuova",
        "/richieste": "/richieste/nuova",
        "/cerca?q=zzz+quattro": "/richieste/nuova",
        "/cerca?q=sportello": "/richieste/nuova",
        "/soluzioni/sportello-bologna": "/richieste/nuova",
        "/scrivania": "/soluzioni/nuova",
        page(mine): f"{page(mine)}/modifica",
        f"{page(mine)}/abbinamenti": "/abbinamenti/chiedi",
        page(theirs): f"{page(theirs)}/offri",
        f"/proposte/{question.id}": f"/proposte/{question.id}/accetta",
    }
    ends = {page(mine): f"{page(mine)}/ritira", f"/proposte/{question.id}": f"/proposte/{question.id}/rifiuta"}
    for path, address in (*begins.items(), *ends.items()):
        assert address in client.get(path).text, path
    network.close("torino")
    for path, address in begins.items():
        assert address not in client.get(path).text, path
    for path, address in ends.items():
        assert address in client.get(path).text, path
    assert "unisciti" not in client.get(page(theirs)).text
    assert "Aspettano una risposta del tuo ente" not in client.get("/richieste").text


def test_the_page_of_a_proposal_reads_the_days_of_its_giver_once(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Who would be next has days of its own.
    monkeypatch.setattr(proposals, "following", lambda *_: None)
    network.state("torino", {"2026-4": 12, "2027-1": 5})
    proposal = network.ask(network.post(), "sportello-torino")
    actor = Actor(network.people["referent.torino"], frozenset({(Role.REFERENT, "torino")}))
    with network.database.reading() as session, asked(network.database) as sent:
        found = proposal_queries.proposal(session, proposal.id)
        assert found is not None
        told = sheet.offering(session, found, actor, LATER, frozenset())
    assert (told.transfers_left, list(told.free_days.items())[:2]) == (2, [("2026-4", 12), ("2027-1", 5)])
    assert sum("FROM capacities" in statement for statement in sent) == 1
    assert sum(statement.startswith("SELECT proposals.answered_at") for statement in sent) == 1


def test_everybody_reads_of_a_request_who_has_to_answer_now(site: Flask, network: Network) -> None:
    need, anybody = network.post(), site.test_client()
    network.offer(need)
    shown = anybody.get(page(need)).text
    assert "1 offerta aspetta la risposta di chi chiede." in shown
    assert "Si aspetta la risposta" not in shown, "no giver has been asked"
    network.offer(need, "sportello-torino", "referent.torino")
    assert "2 offerte aspettano la risposta di chi chiede." in anybody.get(page(need)).text
    other = network.post(problem=f"{PROBLEM} Anche altrove.")
    network.ask(other)
    shown = anybody.get(page(other)).text
    assert "Si aspetta la risposta di 1 ente." in shown
    assert "di chi chiede" not in shown
