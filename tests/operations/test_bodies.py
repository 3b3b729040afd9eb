# SPDX-License-Identifier: AGPL-3.0-or-later
"""A region, a university or a province is registered by the coordination, and then gives a solution like a city."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.cities.queries import by_slug, by_slugs
from app.db import Database
from app.journal import queries as journal
from app.needs import candidates
from app.needs.models import Need, Proposal
from app.twinnings import ending, queries
from app.twinnings.rules import Closing
from app.twinnings.service import Deed
from tests.makers import NOW, csrf, make_person, make_solution, sign_in

PAGE = "/amministrazione/enti"
REGION = {"name": "Regione Liguria", "kind": "regione", "region": "Liguria", "city": "", "website": ""}


@pytest.fixture
def coordinator(app: Flask, registered: Database) -> FlaskClient:
    with registered.work() as session:
        person = make_person(session, (Role.COORDINATOR, ""))
    return sign_in(app.test_client(), person)


def register(client: FlaskClient, **changed: str) -> int:
    return client.post(PAGE, data={"csrf_token": csrf(client, PAGE), **REGION, **changed}).status_code


def test_a_body_that_makes_no_sense_or_is_there_is_refused_with_the_field(
    coordinator: FlaskClient, registered: Database
) -> None:
    assert register(coordinator) == 303
    for wrong in (
        {},
        {"name": " "},
        {"name": "?!"},
        {"name": "x" * 300},
        {"name": "Regione Ligurìa"},
        {"name": "Regione X", "kind": "citta-metropolitana"},
        {"name": "Regione X", "region": "Atlantide"},
        {"name": "Regione X", "city": "atlantide"},
        {"name": "Regione X", "website": "javascript:alert(1)"},
    ):
        assert register(coordinator, **wrong) == 422
    with registered.reading() as session:
        region = by_slug(session, "regione-liguria")
        assert region is not None
        assert (region.name, region.kind, region.region) == ("Regione Liguria", "regione", "Liguria")
        assert region.position > by_slugs(session, ["anci"])["anci"].position
        assert [row.action for row in journal.of_thing(session, "body", "regione-liguria")] == ["body-registered"]
    assert "Regione Liguria" in coordinator.get(PAGE).text


def test_a_registered_body_is_corrected_and_closed_from_a_day_on_and_keeps_its_address(
    app: Flask, coordinator: FlaskClient, registered: Database
) -> None:
    register(coordinator)
    page, shown = f"{PAGE}/regione-liguria", "/citta/regione-liguria"

    def correct(**changed: str) -> int:
        said = {"csrf_token": csrf(coordinator, page), **REGION, **changed}
        return coordinator.post(page, data=said).status_code

    assert [correct(name="Città metropolitana di Bologna"), correct(valid_to="domani")] == [422, 422]
    assert coordinator.get(f"{PAGE}/bologna").status_code == 404, "what the register file says is corrected there"
    invited = coordinator.get("/amministrazione/persone").text
    assert 'value="regione-liguria"' in invited
    right = {"name": "Regione Liguria (Genova)", "website": "https://www.regione.liguria.it"}
    assert [correct(**right), correct(**right)] == [303, 303]
    assert correct(**right, valid_to="2026-01-01") == 303
    assert "Regione Liguria (Genova)" in app.test_client().get(shown).text
    assert "non più attivo dal 1 gennaio 2026" in app.test_client().get(shown).text
    assert 'value="regione-liguria"' not in coordinator.get("/amministrazione/persone").text
    with registered.work() as session:
        make_solution(session, "sportello-liguria", city="regione-liguria")
        (offer,) = candidates.desk(session, app.extensions["engine"], NOW).market.offers
        assert not offer.available
    assert correct(**right) == 303
    with registered.reading() as session:
        rows = journal.of_thing(session, "body", "regione-liguria")
        assert [row.action for row in rows][::-1] == [
            "body-registered",
            "body-corrected",
            "body-closed",
            "body-reopened",
        ]


def test_a_region_gives_answers_and_is_named_wherever_the_transfer_is_told(
    app: Flask, coordinator: FlaskClient, registered: Database
) -> None:
    register(coordinator)
    with registered.work() as session:
        referent = make_person(session, (Role.REFERENT, "regione-liguria"))
        asker = make_person(session, (Role.REFERENT, "torino"))
        solution = make_solution(session, "sportello-liguria", city="regione-liguria")
        bodies = by_slugs(session, ["regione-liguria", "torino"])
        common = {"constraints": {}, "formats": [], "created_at": NOW, "updated_at": NOW, "published_at": NOW}
        need = Need(
            slug="s",
            title="Sportello",
            problem="Moduli diversi.",
            themes=["suap"],
            state="open",
            city=bodies["torino"],
            author_id=asker.id,
            **common,
        )
        proposal = Proposal(
            need=need,
            solution=solution,
            giver=bodies["regione-liguria"],
            origin="picked",
            grounds={},
            asked_by=asker.id,
            asked_at=NOW,
            state="waiting",
        )
        session.add(proposal)
        session.flush()
        number = proposal.id
    giver = sign_in(app.test_client(), referent)
    assert "Regione Liguria" in giver.get(f"/proposte/{number}").text
    accepted = giver.post(f"/proposte/{number}/accetta", data={"csrf_token": csrf(giver, f"/proposte/{number}")})
    assert accepted.status_code == 303
    assert "tra Regione Liguria" in giver.get("/gemellaggi/1-s/atti/accordo.md").text
    with registered.work() as session:
        for body in ("regione-liguria", "torino"):
            ending.say(session, 1, body, Closing("adopted"), Deed(asker.id, NOW))
        twinning = queries.twinning(session, 1)
        assert twinning is not None
        code = twinning.verification
    reader = app.test_client()
    assert "Regione Liguria" in reader.get(f"/attestati/{code}").text
    (flow,) = reader.get("/rete.json").get_json()["flows"]
    assert (flow["giver"], flow["receiver"], flow["how"]) == ("regione-liguria", "torino", "closed")
    assert "Reg. Liguria</text>" in reader.get("/rete").text
    assert "Che cosa insegna ad altri" in reader.get("/citta/regione-liguria").text
