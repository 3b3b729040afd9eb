# SPDX-License-Identifier: AGPL-3.0-or-later
"""A region, a university or a province is registered by the coordination, and then gives a solution like a city."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access import NOBODY, Role
from app.accounts import invitations, rules, service_accounts
from app.cities.queries import by_slug, by_slugs
from app.db import Database
from app.journal import queries as journal
from app.needs import candidates
from app.needs.models import Proposal
from app.needs.proposals import ask
from app.needs.service import Deed
from app.solutions.queries import by_slug as by_name
from tests.makers import NOW, PASSWORD, csrf, make_person, make_solution, sign_in

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
        {"name": "Regione X", "kind": ""},
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


def test_what_a_body_is_has_to_be_chosen(coordinator: FlaskClient) -> None:
    asked = coordinator.get(PAGE).text.partition('name="kind"')[2].partition("</select>")[0]
    assert asked.partition(">")[0].endswith(" required")
    assert asked.partition(">")[2].startswith('<option value="" selected>')


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
    assert "non più attivo dal 1° gennaio 2026" in app.test_client().get(shown).text
    # The list of people below still finds those of a closed body.
    assert 'value="regione-liguria"' not in coordinator.get("/amministrazione/persone").text.partition('id="elenco"')[0]
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


def test_a_union_of_municipalities_is_registered_as_what_it_is_and_the_page_tells_why_others_are_not_corrected_there(
    app: Flask, coordinator: FlaskClient
) -> None:
    assert register(coordinator, name="Unione Reno Galliera", kind="unione", region="Emilia-Romagna") == 303
    assert register(coordinator, name="Consorzio di bonifica", kind="altro", region="") == 303
    page = coordinator.get(PAGE).text
    assert "vengono dalla cartella dei contenuti" in page
    assert len(re.findall("Correggi o chiudi", page)) == 2
    shown = app.test_client().get("/citta/unione-reno-galliera").text
    assert "Unione di comuni · Emilia-Romagna" in shown
    assert "Sito istituzionale" not in shown, "it has no website"


@dataclass(frozen=True)
class People:
    """Browsers of those who exchange: the region, the university, the city that asks."""

    region: FlaskClient
    university: FlaskClient
    city: FlaskClient


@pytest.fixture
def people(app: Flask, coordinator: FlaskClient, registered: Database) -> People:
    """A region and a university are registered; each has a referent and a solution, Torino has a referent."""
    register(coordinator)
    register(coordinator, name="Università di Genova", kind="universita")
    with registered.work() as session:
        make_solution(session, "sportello-liguria", city="regione-liguria")
        make_solution(session, "corsi-genova", city="universita-di-genova", title="Corsi per i segretari")
        made = [make_person(session, (Role.REFERENT, body)) for body in ("regione-liguria", "universita-di-genova")]
        made.append(make_person(session, (Role.REFERENT, "torino")))
    return People(*(sign_in(app.test_client(), person) for person in made))


def press(client: FlaskClient, path: str, **typed: str) -> str:
    """Send a form of the site; where it leads."""
    answer = client.post(path, data={"csrf_token": csrf(client, "/profilo"), **typed})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def asked(city: FlaskClient, database: Database, body: str, solution: str) -> str:
    """Torino posts a request, and asks a body for its solution: the address of the proposal."""
    boxes = {"problem": "Moduli diversi in ogni comune.", "by_when": "2027-06-30", "do": "publish", "looked": "1"}
    address = press(city, "/richieste/nuova", **boxes)
    need = int(address.split("/")[2].partition("-")[0])
    with database.work() as session:
        item = {"solution": solution, "title": solution, "city": body, "city_name": body, "rank": 1}
        return f"/proposte/{ask(session, need, item, '', 10, Deed(1, datetime.now(UTC))).id}"


def closed(address: str, **sides: FlaskClient) -> None:
    """Both sides say how a transfer went."""
    for body, client in sides.items():
        press(client, f"{address}/chiudi", body=body.replace("_", "-"), result="adopted", months="6")


def test_a_region_and_a_university_teach_a_city_and_are_named_wherever_it_is_told(
    app: Flask, people: People, registered: Database
) -> None:
    proposal = asked(people.city, registered, "regione-liguria", "sportello-liguria")
    assert "Regione Liguria" in people.region.get(proposal).text
    begun = press(people.region, f"{proposal}/accetta")
    assert "tra la Regione Liguria" in people.region.get(f"{begun}/atti/accordo.md").text
    closed(begun, regione_liguria=people.region, torino=people.city)
    need = press(people.city, "/richieste/nuova", problem="Formare i segretari.", by_when="2027-06-30", looked="1")
    press(people.university, f"{need}/offri", solution="corsi-genova", message="Possiamo insegnarlo.")
    with registered.reading() as session:
        offered = session.query(Proposal).filter_by(state="offered").one().id
    again = press(people.city, f"/proposte/{offered}/accetta")
    closed(again, universita_di_genova=people.university, torino=people.city)

    reader = app.test_client()
    for address, giver, solution in (
        (begun, "la Regione Liguria", "sportello-liguria"),
        (again, "l’Università di Genova", "corsi-genova"),
    ):
        certificate = reader.get(f"{address}/attestato").text
        assert f"Si attesta che <strong>{giver}</strong> ha dato la soluzione" in certificate
        assert "<strong>alla Città metropolitana di Torino</strong>" in certificate
        found = re.search(r"/attestati/[\w-]+", certificate)
        assert found
        assert f"<strong>{giver}</strong>" in reader.get(found[0]).text
        with registered.reading() as session:
            source = by_name(session, solution)
            assert source is not None
            assert (source.evidence_level, [tie.city.slug for tie in source.reuses]) == (5, ["torino"])
        assert "<strong>Città metropolitana di Torino</strong></a>" in reader.get(f"/soluzioni/{solution}").text
        assert giver.removeprefix("la ").removeprefix("l’") in reader.get("/citta/torino").text
    for body in ("regione-liguria", "universita-di-genova"):
        assert "Che cosa insegna ad altri" in reader.get(f"/citta/{body}").text
    flows = {(flow["giver"], flow["receiver"], flow["how"]) for flow in reader.get("/rete.json").get_json()["flows"]}
    assert flows == {("regione-liguria", "torino", "closed"), ("universita-di-genova", "torino", "closed")}
    network = reader.get("/rete").text
    assert "Reg. Liguria</text>" in network
    assert "Genova" in network


def test_the_people_of_a_closed_body_are_told_so_read_everything_and_begin_nothing_more(
    app: Flask, coordinator: FlaskClient, people: People, registered: Database
) -> None:
    proposal = asked(people.city, registered, "regione-liguria", "sportello-liguria")
    need = press(people.region, "/richieste/nuova", problem="Formare i segretari.", by_when="2027-06-30", looked="1")
    draft = press(people.region, "/soluzioni/nuova", title="Sportello due").removesuffix("/modifica")
    press(people.region, f"{draft}/commenti", **{"nota-tutto": "Mancano i numeri"})
    with registered.work() as session:
        both = make_person(session, (Role.OFFICIAL, "regione-liguria"), (Role.OFFICIAL, "torino"))
        wanted = frozenset({rules.WRITE_DRAFTS})
        token = service_accounts.create(session, NOBODY, NOW, "p", wanted, 90, "regione-liguria")[1]
    boxes = {"csrf_token": csrf(coordinator, PAGE), **REGION, "valid_to": "2026-01-01"}
    assert coordinator.post(f"{PAGE}/regione-liguria", data=boxes).status_code == 303

    said = "non è più attivo"
    desk = people.region.get("/scrivania").text
    assert f"L’ente «Regione Liguria» {said} dal 1° gennaio 2026" in desk
    assert "/nuova" not in desk
    assert "Spedisci l’invito" not in people.region.get("/amministrazione/persone").text
    exports = f"{draft}/bozza.md", "/profilo/dati", "/profilo/dati.json"
    for path in (draft, f"{draft}/anteprima", need, proposal, *exports):
        assert people.region.get(path).status_code == 200, path
    assert f"«Regione Liguria» {said}" in people.region.get(f"{draft}/modifica").text
    review = people.region.get(f"{draft}/revisione").text
    assert "non commentare, inviare o decidere altro a suo nome" in review
    assert "Lascia il commento" not in review
    assert "Segna come risolto" in review, "what was begun is brought to an end"
    for path in ("/soluzioni/nuova", "/richieste/nuova"):
        assert said in people.region.get(path).text
    refused = "/soluzioni/nuova", f"{draft}/bozza", f"{draft}/commenti", "/richieste/nuova", f"{need}/modifica"
    for path in (*refused, f"{proposal}/accetta"):
        typed = {"title": "x", "problem": "Il testo scritto finora non va perso, chiuso l’ente."}
        answer = people.region.post(path, data={"csrf_token": csrf(people.region, "/profilo"), **typed})
        assert answer.status_code == 403, path
        assert said in answer.text
        assert typed["problem"] in answer.text
    sent = {"Authorization": f"Bearer {token}"}
    assert (
        app.test_client().post("/api/v1/bozze/altra.json", data="---\ntitle: x\n---\n", headers=sent).status_code == 403
    )

    two = sign_in(app.test_client(), both)
    for path in ("/soluzioni/nuova", "/richieste/nuova"):
        assert "regione-liguria" not in two.get(path).text
    mine = press(two, "/soluzioni/nuova", title="Sportello tre")
    chosen = re.search(r'<select [^>]*name="city".*?</select>', two.get(mine).text, re.DOTALL)
    assert chosen
    assert re.findall(r'<option value="([^"]*)"', chosen[0]) == ["torino"]

    press(people.region, f"{proposal}/rifiuta", reason="changed")
    press(people.region, f"{need}/chiudi", outcome="not-needed")
    seen = re.search(r'name="edition" value="(\d+)"', people.region.get(f"{draft}/scarta").text)
    assert seen
    press(people.region, f"{draft}/scarta", edition=seen[1])


def test_nobody_is_made_to_work_for_a_closed_body(
    app: Flask, coordinator: FlaskClient, people: People, registered: Database
) -> None:
    with registered.work() as session:
        administrator = make_person(session, (Role.ADMINISTRATOR, ""))
        role = Role.OFFICIAL, "regione-liguria"
        token = invitations.invite(session, NOBODY, datetime.now(UTC), "b@ente.example", *role, "it")[1]
    chief = sign_in(app.test_client(), administrator)
    assert app.test_client().get(f"/invito/{token}").status_code == 200
    shown = 'value="regione-liguria"'
    invite = {"email": "nuova@ente.example", "role": "official", "body": "regione-liguria", "language": "it"}
    programme = {"name": "Portale", "scopes": rules.WRITE_DRAFTS, "body": "regione-liguria", "days": "30"}
    forms = {"/amministrazione/persone": ("/invita", invite), "/amministrazione/servizi": ("", programme)}
    assert all(shown in chief.get(page).text for page in forms)
    boxes = {"csrf_token": csrf(coordinator, PAGE), **REGION, "valid_to": "2026-01-01"}
    assert coordinator.post(f"{PAGE}/regione-liguria", data=boxes).status_code == 303
    assert app.test_client().get(f"/invito/{token}").status_code == 404
    for page, (path, typed) in forms.items():
        assert shown not in chief.get(page).text.partition('id="elenco"')[0]
        answer = chief.post(f"{page}{path}", data={"csrf_token": csrf(chief, page), **typed})
        assert answer.status_code == 422
    scope = ["--role", "official", "--scope", "regione-liguria"]
    for command in (["invite", "a@ente.example"], ["create", "a@ente.example", "--name", "A B", "--password-stdin"]):
        ended = app.test_cli_runner().invoke(args=["users", *command, *scope], input=f"{PASSWORD}\n")
        assert ended.exit_code == 1
        assert "un ente attivo" in ended.output


def test_an_import_leaves_what_was_decided_on_the_site_and_says_so(
    app: Flask, coordinator: FlaskClient, registered: Database, tmp_path: Path
) -> None:
    register(coordinator)
    command, folder = app.test_cli_runner(), tmp_path / "content"
    assert command.invoke(args=["content", "export", str(folder)]).exit_code == 0
    written = (folder / "cities.yml").read_text(encoding="utf-8")
    assert "Regione Liguria" in written

    def decide(**changed: str) -> None:
        said = {"csrf_token": csrf(coordinator, PAGE), **REGION, **changed}
        assert coordinator.post(f"{PAGE}/regione-liguria", data=said).status_code == 303

    def imported(text: str) -> tuple[tuple[str, ...], str]:
        (folder / "cities.yml").write_text(text, encoding="utf-8")
        output = command.invoke(args=["content", "import", str(folder)]).output
        with registered.reading() as session:
            body = by_slug(session, "regione-liguria")
            assert body is not None
            return (body.name, body.valid_to, str(body.register.get("note") or "")), output

    told = "regione-liguria: corretto o chiuso sul sito, resta come deciso lì"
    assert told not in imported(written)[1]
    decide(name="Regione Liguria (Genova)", valid_to="2026-01-01")
    more = written.replace("name: Regione Liguria\n", "name: Regione Liguria\n  note: Prima\n")
    held, output = imported(more)
    assert held == ("Regione Liguria (Genova)", "2026-01-01", "Prima")
    assert told in output
    closing = more.replace("note: Prima\n", "note: Poi\n  valid_to: '2026-03-01'\n")
    held, output = imported(closing)
    assert held == ("Regione Liguria (Genova)", "2026-01-01", "Poi")
    assert told in output
    decide(name="Regione Liguria (Genova)", valid_to="")
    held, output = imported(closing)
    assert held == ("Regione Liguria (Genova)", "", "Poi"), "a body opened again on the site stays open"
    assert told in output
    assert command.invoke(args=["content", "export", str(folder)]).exit_code == 0
    again = (folder / "cities.yml").read_text(encoding="utf-8")
    assert told not in imported(again)[1], "the exported register says what the site says"
