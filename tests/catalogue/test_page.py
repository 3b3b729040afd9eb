# SPDX-License-Identifier: AGPL-3.0-or-later
"""The catalogue of open data, as people, spreadsheets and portals read it."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rdflib import DCAT, DCTERMS, FOAF, RDF, Graph, Literal, Namespace, URIRef

from app.catalogue import queries
from app.catalogue.rules import CATALOGUE, DATASETS, Dataset, Office, Words, as_dcat, changed_on, distributions
from app.config import Settings
from app.db import Database
from app.web.headings import HEADINGS
from tests.applications import Applications
from tests.makers import NOW, make_solution
from tests.needs.network import Network

#: What the library says of itself when it reads JSON-LD.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
#: What DCAT-AP 2.1.1 makes mandatory, and what it recommends and portals of data show.
ROOT = (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCAT.dataset, DCTERMS.language, DCTERMS.license)
DATASET = (DCTERMS.title, DCTERMS.description, DCTERMS.identifier, DCTERMS.publisher, DCAT.theme, DCAT.keyword)
FILE = (DCAT.accessURL, DCAT.downloadURL, DCTERMS["format"], DCAT.mediaType, DCTERMS.license)


#: What happens between the cities, of which the shipped library holds nothing.
ALIVE = {"richieste", "abbinamenti", "gemellaggi"}


@pytest.fixture
def graph(library: FlaskClient) -> Graph:
    answer = library.get("/catalogo.json")
    assert answer.mimetype == "application/ld+json"
    return Graph().parse(data=answer.text, format="json-ld")


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.slug)
def test_the_json_of_a_list_has_the_fields_that_the_catalogue_names(library: FlaskClient, dataset: Dataset) -> None:
    columns = set(library.application.extensions["tables"][dataset.slug])
    lists = (value for value in library.get(f"/{dataset.slug}.json").get_json().values() if isinstance(value, list))
    rows = next((rows for rows in lists if rows and isinstance(rows[0], dict)), [])
    assert [set(row) for row in rows] == [columns] * len(rows)
    assert rows or dataset.slug in ALIVE, "the shipped library has some"


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.slug)
def test_the_catalogue_names_the_columns_that_each_list_has(library: FlaskClient, dataset: Dataset) -> None:
    columns = library.application.extensions["tables"][dataset.slug]
    for prefix, heads in (("/en", list(columns)), ("", [HEADINGS[column] for column in columns])):
        text = library.get(f"{prefix}/{dataset.slug}.csv").text.removeprefix("\ufeff")
        assert next(csv.reader(io.StringIO(text), delimiter=";")) == heads
    section = library.get("/catalogo").text.partition(f'id="{dataset.slug}"')[2].partition("</section>")[0]
    assert [f"<code>{column}</code>" in section for column in columns] == [True] * len(columns)


def test_a_portal_finds_in_it_what_the_european_profile_asks_for(graph: Graph) -> None:
    (root,) = graph.subjects(RDF.type, DCAT.Catalog)
    assert [name for name in ROOT if not list(graph.objects(root, name))] == []
    datasets = set(graph.objects(root, DCAT.dataset))
    assert len(datasets) == len(DATASETS) == len(set(graph.subjects(RDF.type, DCAT.Dataset)))
    for node in datasets:
        assert [name for name in DATASET if not list(graph.objects(node, name))] == [], node
        assert {title.language for title in graph.objects(node, DCTERMS.title)} == {"it", "en"}  # type: ignore[attr-defined]
        for file in graph.objects(node, DCAT.distribution):
            assert [name for name in FILE if not list(graph.objects(file, name))] == [], file
    for (agent,) in graph.query("SELECT DISTINCT ?a WHERE { ?s dct:publisher ?a }", initNs={"dct": DCTERMS}):  # type: ignore[misc]
        assert (agent, RDF.type, FOAF.Agent) in graph
        assert list(graph.objects(agent, FOAF.name))


def test_every_file_it_names_is_there_and_is_what_it_says(library: FlaskClient, graph: Graph) -> None:
    files = dict(graph.subject_objects(DCAT.downloadURL))
    assert len(files) == sum(len(distributions(item)) for item in DATASETS)
    for file, address in files.items():
        answer = library.get(str(address).removeprefix("http://localhost"))
        (media,) = graph.objects(file, DCAT.mediaType)
        assert (answer.status_code, answer.mimetype) == (200, str(media).partition("media-types/")[2]), address
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    for page in graph.objects(None, DCAT.landingPage):
        assert library.get(str(page).removeprefix("http://localhost")).status_code == 200


def test_the_page_says_to_other_programmes_what_the_file_says(library: FlaskClient) -> None:
    page = library.get("/en/catalogo").text
    data = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    told = Graph().parse(data=data, format="json-ld")
    assert told.isomorphic(Graph().parse(data=library.get("/catalogo.json").text, format="json-ld"))
    assert '<link rel="alternate" type="application/ld+json"' in page


def test_its_table_names_each_list_in_the_language_of_the_page(library: FlaskClient) -> None:
    found = {
        prefix: list(csv.DictReader(io.StringIO(library.get(f"{prefix}/catalogo.csv").text[1:]), delimiter=";"))
        for prefix in ("", "/en")
    }
    assert [row["Codice"] for row in found[""]] == [item.slug for item in DATASETS]
    assert found[""][0]["Titolo"] == "Soluzioni amministrative"
    assert found["/en"][0]["title"] == "Administrative solutions"
    assert found["/en"][0]["csv"] == "http://localhost/en/soluzioni.csv"
    assert found["/en"][1]["feed"] == ""


@pytest.fixture
def named(settings: Settings, applications: Applications) -> Iterator[Flask]:
    """A site whose publisher and contact are set."""
    made = applications.on(replace(settings, controller="Ente di prova", feedback="dati@ente.example"))
    yield made
    made.extensions["database"].close()


def test_who_publishes_and_whom_to_write_to_are_those_of_the_settings(named: Flask) -> None:
    own = Graph().parse(data=named.test_client().get("/catalogo.json").text, format="json-ld")
    assert Literal("Ente di prova") in set(own.objects(None, FOAF.name))
    assert set(own.objects(None, VCARD.hasEmail)) == {URIRef("mailto:dati@ente.example")}
    assert "Ente di prova, Twin Metro, " in named.test_client().get("/catalogo").text


def test_where_nobody_is_named_nobody_is_written_to() -> None:
    said = Words({"it": "Titolo"}, {"it": "Testo"}, {"it": ["parola"]})
    words = dict.fromkeys((CATALOGUE, *(item.slug for item in DATASETS)), said)
    told = as_dcat("https://sito.example", Office("Twin Metro"), words, {})
    assert "dct:modified" not in told
    assert [item for item in told["dcat:dataset"] if "dcat:contactPoint" in item] == []
    page = as_dcat("https://sito.example", Office("Ente", "https://ente.example/scrivi"), words, {})["dcat:dataset"][0]
    assert page["dcat:contactPoint"]["vcard:hasURL"] == {"@id": "https://ente.example/scrivi"}


@pytest.fixture
def network(database: Database) -> Network:
    return Network(database)


def test_a_list_changed_when_what_everybody_reads_of_it_did(network: Network) -> None:
    database = network.database
    later = NOW + timedelta(days=2)
    with database.reading() as session:
        before = queries.changed(session)
    assert "needs" not in before
    network.post("torino")
    with database.work() as session:
        make_solution(session, "altra").updated_at = later
    with database.reading() as session:
        days = changed_on(queries.changed(session))
    assert days["soluzioni"] == days["norme"] == days["rete"] == later.date()
    assert days["richieste"] == NOW.date()
    assert "temi" not in days


def test_a_request_for_members_moves_no_day(network: Network) -> None:
    network.post("torino", visibility="members")
    with network.database.reading() as session:
        assert "needs" not in queries.changed(session)
