# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a document says in codes is said in words, in the language of the page, wherever two texts are compared."""

import re
from collections.abc import Iterator

from flask import Flask
from flask.testing import FlaskClient

from app.db import Database
from app.document.schema import FIELDS, Field, field_at
from app.solutions.said_views import AS_SAID
from app.web.languages import KEY
from tests.makers import make_solution

#: Said the same in both languages.
SAME = {"software", "false"}


def coded(fields: tuple[Field, ...], path: str = "") -> Iterator[tuple[str, str]]:
    """Every code of the schema with the path it stands at."""
    for field in fields:
        at = f"{path}{field.name}"
        codes = {"grade": tuple("12345"), "flag": ("true", "false"), "numbers": ("1", "17")}.get(field.shape)
        yield from ((at, code) for code in codes or field.choices)
        yield from coded(field.parts, f"{at}.")


def test_the_parts_of_a_field_are_found_by_their_path() -> None:
    for path, shape in (("status", "choice"), ("reused_by.period.start", "date"), ("kit.kind", "choice")):
        field = field_at(path)
        assert field is not None
        assert field.shape == shape
    assert field_at("sconosciuto.parte") is None
    assert field_at("kit.sconosciuta") is None


def parts(fields: tuple[Field, ...], path: str = "") -> Iterator[str]:
    """Every path of the schema: fields, and the parts of fields."""
    for field in fields:
        at = f"{path}{field.name}"
        yield at
        yield from parts(field.parts, f"{at}.")


def test_every_field_and_part_of_the_schema_has_its_name(app: Flask) -> None:
    for path in parts(FIELDS):
        with app.test_request_context("/"):
            assert AS_SAID.part(path) != path


def test_every_code_of_the_schema_has_its_words(app: Flask) -> None:
    for path, code in coded(FIELDS):
        with app.test_request_context("/"):
            italian = AS_SAID.value(path, code)
        with app.test_request_context("/en/", environ_overrides={KEY: "en"}):
            english = AS_SAID.value(path, code)
        assert english != code or code == "software", (path, code)
        assert italian != english or code in SAME, (path, code)


def test_what_was_added_and_taken_out_is_heard_and_sums_are_written_as_sums(
    client: FlaskClient, registered: Database
) -> None:
    with registered.work() as session:
        make_solution(session, "pratica", resources={"one_off_cost": 9000})
        make_solution(session, "pratica", resources={"one_off_cost": 14000})
    page = client.get("/soluzioni/pratica/versioni/differenze?da=1&a=2").text
    heard = '<span class="visually-hidden" lang="it">{} </span>'
    assert f"<del>{heard.format('tolto:')}9.000</del>" in page
    assert f"<ins>{heard.format('aggiunto:')}14.000</ins>" in page
    english = client.get("/en/soluzioni/pratica/versioni/differenze?da=1&a=2").text
    assert "14,000</ins>" in english


def test_decimals_are_written_as_the_language_does_where_two_versions_are_compared(
    client: FlaskClient, registered: Database
) -> None:
    for after, people in ((25, 1), (25.5, 1.5)):
        indicator = {"name": "Giorni medi", "before": 40, "after": after}
        with registered.work() as session:
            make_solution(session, "pratica", indicators=[indicator], resources={"fte": people})
    for path, said in (("", ("25,5", "1,5")), ("/en", ("25.5", "1.5"))):
        page = client.get(f"{path}/soluzioni/pratica/versioni/differenze?da=1&a=2").text
        assert all(f"{one}</ins>" in page for one in said)


def test_what_changed_between_two_versions_is_said_in_the_language_of_the_page(
    client: FlaskClient, registered: Database
) -> None:
    before = {"kit": [{"title": "Schema", "kind": "modulistica"}], "data_themes": ["GOVE"]}
    after = {
        "status": "in-corso",
        "kit": [{"title": "Schema", "kind": "documento-tecnico"}],
        "contact": {"role": "Ufficio SUAP", "mailbox": "non disponibile", "visibility": "members"},
        "themes": ["appalti"],
        "partners": ["torino"],
        "functions": ["f"],
        "sdgs": [9],
        "data_themes": ["HEAL"],
        "period": {"start": "2018-05", "end": "non disponibile"},
        "reused_by": [{"city": "venezia", "lead": True, "result": "adattata"}],
    }
    with registered.work() as session:
        make_solution(session, "pratica", **before)
        make_solution(session, "pratica", **after)
    words = {
        "": """documento tecnico|utenza|Appalti|di Torino|digitalizzazione|infrastrutture|adattata|salute|maggio|sì|
            di Venezia""",
        "/en": """technical|account|Procurement|di Torino|digital|infrastructure|adapt|health|May|yes|di Venezia|
            not available""",
    }
    raw = ["documento-tecnico", "members", "in-corso", "HEAL", "2018-05", ": true", "venezia"]
    for prefix, said in words.items():
        page = client.get(f"{prefix}/soluzioni/pratica/versioni/differenze?da=1&a=2").text
        shown = " ".join(re.findall(r"<(?:ins|del)>(.*?)</(?:ins|del)>", page, re.DOTALL))
        assert [word for word in map(str.strip, said.split("|")) if word not in shown] == []
        assert [code for code in raw if code in shown] == []
        assert ("non disponibile" in shown) == (prefix == "")
