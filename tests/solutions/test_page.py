# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page of a solution: every field with a value is seen, a period says what it means, there is whom to call."""

import html
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient

from app.config import ROOT
from app.db import Database
from app.document.model import Document, known
from app.document.parse import parse
from app.document.schema import FIELDS, VARIANT_SECTION
from app.solutions import pdf
from app.solutions.rules import LABEL
from app.solutions.service import make_live, save
from tests.makers import NOW, make_document, make_solution

SLUG = "sportello-unico-bologna"
UNCONFIRMED = "Scheda scritta da fonti pubbliche, non ancora confermata dall’ente."

DOCUMENTS = sorted((ROOT / "content" / "solutions").glob("*.md"))
#: Fields a page says in words of its own, not in those of the document, and where.
IN_OTHER_WORDS = {
    "city": "the name of the body, above the title",
    "partners": "the names of the bodies, above the title",
    "themes": "the names of the themes, under the title",
    "badge": "its word, under the title",
    "status": "its word, in the figures",
    "visibility": "who cannot see it does not see the page",
    "evidence_level": "five marks with their words",
    "legal_basis": "the acts, with their full names",
    "period": "days in words",
    "based_on": "the line that links the source",
    "reused_by": "names of bodies, their notes as they are",
    "contact": "shown as far as its owner allows",
    "resources": "figures with their unit",
    "municipalities": "figures",
    "functions": "letter and words",
    "sdgs": "number and words",
    "data_themes": "words",
    "capacity": "days and forms",
    "verified_on": "a day in words",
    "review_due": "a day in words",
}
EVERY: dict[str, Any] = {
    "questions": ["Dove si porta la domanda per aprire un bar?"],
    "partners": ["torino"],
    "contact": {"role": "Ufficio SUAP", "mailbox": "suap@ente.example", "visibility": "public"},
    "functions": ["c", "e"],
    "status": "a-regime",
    "period": {"start": "2016-04-27"},
    "badge": "visibile",
    "resources": {"one_off_cost": 41234, "yearly_cost": 5678, "fte": 2.5, "months": 14, "note": "Solo l'avvio"},
    "evidence_level": 2,
    "legal_basis": ["D.P.R. 7 settembre 2010, n. 160"],
    "municipalities": {"number": 55, "population": 1014124},
    "steps": [{"name": "Convenzione firmata", "months": 6, "when": "2018-12-12"}],
    "roles": ["responsabile dello sportello"],
    "tools": ["piattaforma comune"],
    "indicators": [
        {"name": "Giorni medi", "unit": "giorni", "before": 61, "after": 32, "date": "2020-12-31", "target": 21}
    ],
    "funding": ["Fondo di prova 2014-2020"],
    "based_on": None,
    "participation": "27 incontri con 126 persone",
    "sdgs": [9, 16],
    "data_themes": ["GOVE"],
    "sources": [{"title": "Pagina del progetto", "address": "https://ente.example/suap"}],
    "capacity": {"days_per_quarter": 4, "formats": ["visita in sede"], "from": "2026-01", "to": "2026-12"},
    "preconditions": ["Accordo con i Comuni"],
    "kit": [{"title": "Schema di accordo", "kind": "accordo", "address": "https://ente.example/schema"}],
    "reused_by": [{"city": "venezia", "period": {"start": "2018"}, "lead": True, "note": "Capofila del riuso"}],
    "verified_on": "2026-11-01",
    "review_due": "2027-11-02",
}
#: What a reader sees of each field of EVERY.
SEEN = {
    "questions": ["Risponde a chi cerca", "Dove si porta la domanda per aprire un bar?"],
    "partners": ["Città metropolitana di Torino"],
    "contact": ["Ufficio SUAP", "suap@ente.example"],
    "functions": ["c) gestione coordinata dei servizi pubblici", "e) sviluppo economico e sociale"],
    "status": ["a regime"],
    "period": ["dal 27 aprile 2016"],
    "badge": ["visibile"],
    "resources": ["41.234", "5.678", "2,5", "14 mesi", "Solo l'avvio"],
    "evidence_level": ["evidenza 2 su 5"],
    "legal_basis": ["7 settembre 2010, n. 160"],
    "municipalities": ["55", "1.014.124"],
    "steps": ["Convenzione firmata", "6 mesi", "12 dicembre 2018"],
    "roles": ["Figure necessarie", "responsabile dello sportello"],
    "tools": ["Strumenti", "piattaforma comune"],
    "indicators": ["Giorni medi", "giorni", "61", "32", "21", "31 dicembre 2020", "Obiettivo"],
    "funding": ["Finanziamento", "Fondo di prova 2014-2020"],
    "participation": ["Partecipazione", "27 incontri con 126 persone"],
    "sdgs": ["9. imprese, innovazione e infrastrutture", "16. pace, giustizia e istituzioni solide"],
    "data_themes": ["governo e settore pubblico"],
    "sources": ["Pagina del progetto"],
    "capacity": ["4 giorni a trimestre", "visita in sede", "da: gennaio 2026", "fino a: dicembre 2026"],
    "preconditions": ["Accordo con i Comuni"],
    "kit": ["Schema di accordo", "accordo tra enti"],
    "reused_by": ["Città metropolitana di Venezia", "2018", "capofila", "Capofila del riuso"],
    "verified_on": ["1° novembre 2026"],
    "review_due": ["2 novembre 2027"],
}


NO_ACT = {"Problema affrontato": "Regole diverse in ogni comune.", "Soluzione adottata": "Uno sportello."}


def words_of(markup: str) -> str:
    """What a reader sees of a page, in one line."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", markup, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).replace("\xa0", " ").split())


def page_of(client: FlaskClient, database: Database, **front: Any) -> str:
    with database.work() as session:
        solution = make_solution(session, **{"badge": "visibile", **front})
        slug = solution.slug
    answer = client.get(f"/soluzioni/{slug}")
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("name", SEEN)
def test_every_field_of_a_document_is_seen_on_its_page(client: FlaskClient, registered: Database, name: str) -> None:
    seen = words_of(page_of(client, registered, **EVERY))
    lost = [text for text in SEEN[name] if text not in seen]
    assert not lost, f"{name} is not on the page: {lost}"


def test_no_field_is_left_out_of_these_tests() -> None:
    plain = set(make_document().front) | {"office", "licence"}
    assert {field.name for field in FIELDS} - {"based_on"} <= SEEN.keys() | plain


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_what_the_shipped_documents_state_in_words_is_on_their_pages(library: FlaskClient, path: Any) -> None:
    document = parse(path.read_text(encoding="utf-8")).document
    assert document is not None
    seen = words_of(library.get(f"/soluzioni/{path.stem}").text)
    lost = [
        (name, text)
        for name in document.front
        if name not in IN_OTHER_WORDS
        for text in texts(document, name)
        if " ".join(text.split()) not in seen
    ]
    assert not lost


def texts(document: Document, name: str) -> list[str]:
    """The texts of a field that stand on the page as they are typed: not days, codes and addresses."""
    if name in {"office"} and known(dict(document.front.get("contact") or {}).get("role")):
        return []
    value = document.known(name)
    entries = value if isinstance(value, list) else [] if value is None else [value]
    named = [entry.get("title") or entry.get("name") if isinstance(entry, dict) else entry for entry in entries]
    return [str(text) for text in named if text]


def test_fields_without_a_value_make_no_section(client: FlaskClient, registered: Database) -> None:
    page = page_of(client, registered, tools=None, steps=None)
    assert 'id="scheda"' not in page
    assert 'href="#scheda"' not in page
    assert 'href="#passi"' not in page


def test_the_sections_of_the_sheet_are_in_the_index_of_the_page(client: FlaskClient, registered: Database) -> None:
    page = page_of(client, registered, **EVERY)
    for anchor in ("passi", "indicatori", "scheda"):
        assert f'href="#{anchor}"' in page
        assert f'id="{anchor}"' in page


@pytest.mark.parametrize(
    ("status", "period", "shown"),
    [
        ("a-regime", {"start": "2016-04-27"}, "dal 27 aprile 2016"),
        ("in-corso", {"start": "2016-04-08", "end": "non disponibile"}, "dall’8 aprile 2016"),
        ("in-corso", {"start": "2016-04"}, "da aprile 2016"),
        ("a-regime", {"start": "2016"}, "dal 2016"),
    ],
)
def test_what_began_and_goes_on_says_since_when(
    client: FlaskClient, registered: Database, status: str, period: dict[str, str], shown: str
) -> None:
    page = words_of(page_of(client, registered, status=status, period=period))
    assert f"Periodo {shown} A chi" in page


@pytest.mark.parametrize(
    ("period", "shown"),
    [
        ({"start": "2016-04-27"}, "inizio: 27 aprile 2016"),
        ({"start": "2016", "end": "non disponibile"}, "inizio: 2016"),
        ({"start": "non disponibile", "end": "2016"}, "fine: 2016"),
        ({"start": "2016", "end": "2018"}, "2016 – 2018"),
        ({"start": "2016", "end": "2016"}, "2016"),
    ],
)
def test_what_does_not_go_on_shows_the_days_that_are_known(
    client: FlaskClient, registered: Database, period: dict[str, str], shown: str
) -> None:
    page = words_of(page_of(client, registered, status="concluso", period=period))
    assert f"Periodo {shown} A chi" in page


NOBODY = {"office": "non disponibile", "contact": {"role": "non disponibile", "mailbox": "non disponibile"}}


def test_where_no_contact_is_public_the_site_of_the_body_is_there(library: FlaskClient) -> None:
    page = library.get("/soluzioni/suap-metropolitano-bologna").text
    asked = page[page.index("A chi chiedere") : page.index("</dl>", page.index("A chi chiedere"))]
    assert 'href="https://www.cittametropolitana.bo.it' in asked
    assert "Sito istituzionale: Città metropolitana di Bologna" in asked


def test_headings_stay_italian_and_the_english_page_says_what_they_mean(library: FlaskClient) -> None:
    path = "/soluzioni/suap-metropolitano-bologna"
    english, heading = library.get(f"/en{path}").text, ">Problema affrontato</h2>"
    assert heading in english
    assert '<p class="quiet on-screen" lang="en">Problem addressed</p>' in english
    assert re.search(r'<li><a href="#[^"]*">Problem addressed</a></li>', english)
    italian = library.get(path).text
    assert heading in italian
    assert "quiet on-screen" not in italian


def test_the_site_of_a_partner_is_never_that_of_whom_to_ask(client: FlaskClient, registered: Database) -> None:
    assert "Sito istituzionale" not in page_of(client, registered, city="anci", partners=["torino"], **NOBODY)


def test_a_body_without_a_site_is_not_linked(client: FlaskClient, registered: Database) -> None:
    page = page_of(client, registered, city="anci", **NOBODY)
    assert "contatto non disponibile" in page
    assert "Sito istituzionale" not in page


def test_a_body_that_reused_it_twice_is_told_twice_and_counted_once(client: FlaskClient, registered: Database) -> None:
    twice = [{"city": "venezia", "period": {"start": start}} for start in ("2019", "2026")]
    page = words_of(page_of(client, registered, reused_by=twice))
    assert "riusata da 1 ente" in page
    assert page.count("Città metropolitana di Venezia") == 2


def test_a_sheet_that_no_body_approved_says_so_and_names_no_body_as_its_author(
    client: FlaskClient, registered: Database
) -> None:
    page = page_of(client, registered)
    assert UNCONFIRMED in words_of(page)
    assert '"author": {"@type": "Organization", "name": "Twin Metro"}' in page


def test_what_the_site_itself_adds_to_a_sheet_confirms_nothing(client: FlaskClient, registered: Database) -> None:
    with registered.work() as session:
        save(session, make_solution(session), make_document(evidence_level=5), NOW)
    assert UNCONFIRMED in words_of(client.get(f"/soluzioni/{SLUG}").text)


def test_a_sheet_its_body_approved_names_the_body_as_its_author(client: FlaskClient, registered: Database) -> None:
    with registered.work() as session:
        make_live(session, make_solution(session), make_document(verified_on="2026-11-20"), NOW, None)
    page = client.get(f"/soluzioni/{SLUG}").text
    assert UNCONFIRMED not in words_of(page)
    assert '"author": {"@type": "GovernmentOrganization", "name": "Città metropolitana di Bologna"}' in page


def test_a_made_up_sheet_is_not_said_to_come_from_public_sources(client: FlaskClient, registered: Database) -> None:
    with registered.work() as session:
        make_solution(session, summary=f"{LABEL} Uno sportello.")
    assert UNCONFIRMED not in words_of(client.get(f"/soluzioni/{SLUG}").text)


def test_figures_that_are_not_public_are_named_in_one_line(client: FlaskClient, registered: Database) -> None:
    page = words_of(page_of(client, registered, resources={"months": 14, "fte": "non disponibile"}))
    assert "Tempo di realizzazione 14 mesi A chi" in page
    assert (
        "Non disponibili costo di avvio, costo annuo, personale a tempo pieno, comuni serviti, abitanti serviti" in page
    )


HALVES: dict[str, Any] = {
    "resources": {"months": 0.5, "fte": 0.25},
    "steps": [{"name": "Convenzione", "months": 2.5}, {"name": "Avvio", "months": 1.5}, {"name": "Prova", "months": 1}],
    "capacity": {"days_per_quarter": 2.5},
    "reused_by": [{"city": "venezia", "months": 1.5}],
}


def test_a_part_of_a_month_or_of_a_day_is_not_cut_off(
    client: FlaskClient, registered: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = words_of(page_of(client, registered, **HALVES))
    for said in ("realizzazione 0,5 mesi", "tempo pieno 0,25", "2,5 mesi", "1,5 mesi", "Prova 1 mese", "2,5 giorni a"):
        assert said in page
    assert "riusi 1,5 mesi per chi" in page
    client.application.extensions["indexer"].rebuild()
    assert "realizzata in 0,5 mesi" in words_of(client.get("/soluzioni").text)
    paper = words_of(paper_of(client, registered, monkeypatch, **HALVES))
    for said in ("Convenzione (2,5 mesi)", "Avvio (1,5 mesi)", "Prova (1 mese)"):
        assert said in paper


UNRECOGNISED = "Statuto della Città metropolitana di Bologna"


def test_a_reference_that_is_not_recognised_stays_on_page_and_paper_in_its_own_words(
    client: FlaskClient, registered: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = page_of(client, registered, legal_basis=[UNRECOGNISED], sections=NO_ACT)
    assert 'href="#norme"' in alone
    assert f"Riferimenti normativi {UNRECOGNISED} base giuridica" in words_of(alone)
    front = {"badge": "visibile", "legal_basis": [UNRECOGNISED, "L. 7 aprile 2014, n. 56"], "sections": NO_ACT}
    paper = words_of(paper_of(client, registered, monkeypatch, **front))
    assert f"Riferimenti normativi Legge 7 aprile 2014, n. 56 {UNRECOGNISED}" in paper


def test_a_row_with_an_act_and_something_unrecognised_shows_both(
    client: FlaskClient, registered: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = "L. 7 aprile 2014, n. 56 e regolamento interno sui procedimenti"
    front = {"badge": "visibile", "legal_basis": [row], "sections": NO_ACT}
    page = words_of(page_of(client, registered, **front))
    assert f"Riferimenti normativi Legge 7 aprile 2014, n. 56 base giuridica {row} base giuridica" in page
    paper = words_of(paper_of(client, registered, monkeypatch, **front))
    assert f"Riferimenti normativi Legge 7 aprile 2014, n. 56 {row}" in paper


def test_paper_has_the_first_minute_and_the_day_of_the_last_check(
    client: FlaskClient, registered: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = words_of(paper_of(client, registered, monkeypatch, verified_on="2026-11-20"))
    assert "In un minuto Il problema Le imprese trovano regole diverse in ogni comune." in page
    assert "Ultima verifica dei fatti: 20 novembre 2026." in page
    assert UNCONFIRMED in page


def test_paper_names_the_solution_of_which_it_is_a_variant_to_who_may_read_it(
    client: FlaskClient, registered: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with registered.work() as session:
        source = make_solution(session, "fonte", title="Sportello di prima")
    whose = "Sportello di prima (Città metropolitana di Bologna), http://localhost/soluzioni/fonte"
    said = f"È la variante di un’altra soluzione: {whose}"
    sections = {"Problema affrontato": "Uno.", "Soluzione adottata": "Due.", VARIANT_SECTION: "Tre."}
    paper = paper_of(client, registered, monkeypatch, based_on="fonte", sections=sections)
    assert said in words_of(paper)
    with registered.work() as session:
        save(session, session.merge(source), make_document(visibility="members"), NOW)
    assert "Sportello di prima" not in client.get(f"/soluzioni/{SLUG}.pdf").text


LINKED = {"Problema affrontato": "Vedi [l'altra](/soluzioni/altra-bologna) e [il tema](/temi/suap)."}


def test_links_between_sheets_stay_in_the_language_of_the_page(client: FlaskClient, registered: Database) -> None:
    page = page_of(client, registered, sections={**LINKED, "Soluzione adottata": "Uno sportello."})
    assert 'href="/soluzioni/altra-bologna">l\'altra</a>' in page
    english = client.get(f"/en/soluzioni/{SLUG}").text
    assert 'href="/en/soluzioni/altra-bologna">l\'altra</a>' in english
    assert 'href="/en/temi/suap">il tema</a>' in english


def test_on_paper_links_between_sheets_have_their_host(
    client: FlaskClient, registered: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = paper_of(client, registered, monkeypatch, sections={**LINKED, "Soluzione adottata": "Uno sportello."})
    assert 'href="http://localhost/soluzioni/altra-bologna">' in page


def paper_of(client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch, **front: Any) -> str:
    """The page that the PDF is made of."""
    monkeypatch.setattr(pdf, "document", lambda page, *folders: page.encode())
    with database.work() as session:
        slug = make_solution(session, **front).slug
    return client.get(f"/soluzioni/{slug}.pdf").text


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_shipped_document_links_only_sheets_and_themes_that_are_there(path: Path) -> None:
    slugs = {item.stem for item in DOCUMENTS}
    themes = {item["slug"] for item in yaml.safe_load((ROOT / "content/themes.yml").read_text("utf-8"))["themes"]}
    for place, slug in re.findall(r"\]\(/([a-z]+)/([^)]*)\)", path.read_text("utf-8")):
        assert slug in {"soluzioni": slugs - {path.stem}, "temi": themes}[place]


def test_a_sheet_ends_with_ways_to_its_neighbours(client: FlaskClient, registered: Database) -> None:
    near = page_of(client, registered).partition('id="vicine"')[2].partition("</section>")[0]
    assert 'href="/temi/suap">Sullo stesso tema: Sportello unico</a>' in near
    assert 'href="/citta/bologna">Dello stesso ente: Città metropolitana di Bologna</a>' in near


def test_a_page_saved_at_night_changed_on_the_day_it_was_in_italy(client: FlaskClient, registered: Database) -> None:
    with registered.work() as session:
        make_solution(session).updated_at = datetime(2026, 5, 1, 22, 30, tzinfo=UTC)
    page = client.get(f"/soluzioni/{SLUG}").text
    assert "2 maggio 2026" in page
    assert '"dateModified": "2026-05-02"' in page


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        ("CC-BY-4.0", '"https://creativecommons.org/licenses/by/4.0/"'),
        ("CC-BY-NC-SA-3.0", '"https://creativecommons.org/licenses/by-nc-sa/3.0/"'),
        ("CC0-1.0", '"https://creativecommons.org/publicdomain/zero/1.0/"'),
        ("IODL-2.0", '{"@type": "CreativeWork", "name": "IODL-2.0"}'),
    ],
)
def test_machines_read_the_licence_that_the_sheet_has(
    client: FlaskClient, registered: Database, licence: str, said: str
) -> None:
    with registered.work() as session:
        make_solution(session, licence=licence, badge="visibile")
    assert f'"license": {said}, "author"' in client.get(f"/soluzioni/{SLUG}").text
    assert f"<rights>{licence}</rights>" in client.get("/feed/soluzioni.atom").text
