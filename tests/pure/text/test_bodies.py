# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names of bodies in a sentence: the article they take, and the preposition that melts into it."""

from pathlib import Path

import pytest
import yaml

from app.text.bodies import article, ending, named

CONTENT = Path(__file__).parents[3] / "content"


@pytest.mark.parametrize(
    ("name", "alone", "to", "of", "by"),
    [
        ("Città metropolitana di Bari", "la Città", "alla Città", "della Città", "dalla Città"),
        ("Comune di Lecce", "il Comune", "al Comune", "del Comune", "dal Comune"),
        ("Regione Toscana", "la Regione", "alla Regione", "della Regione", "dalla Regione"),
        ("Provincia di Lodi", "la Provincia", "alla Provincia", "della Provincia", "dalla Provincia"),
        ("Università degli Studi di Messina", "l’Università", "all’Università", "dell’Università", "dall’Università"),
        ("ANCI", "l’ANCI", "all’ANCI", "dell’ANCI", "dall’ANCI"),
        ("AgID – Agenzia per l’Italia digitale", "l’AgID", "all’AgID", "dell’AgID", "dall’AgID"),
        ("Unione dei comuni", "l’Unione", "all’Unione", "dell’Unione", "dall’Unione"),
        ("Istituto per la casa", "l’Istituto", "all’Istituto", "dell’Istituto", "dall’Istituto"),
        ("Roma Capitale", "Roma", "a Roma", "di Roma", "da Roma"),
        ("Bologna", "Bologna", "a Bologna", "di Bologna", "da Bologna"),
        ("Ancona", "Ancona", "ad Ancona", "di Ancona", "da Ancona"),
        ("Linea Comune", "Linea", "a Linea", "di Linea", "da Linea"),
    ],
)
def test_a_body_is_named_with_its_article_and_prepositions(name: str, alone: str, to: str, of: str, by: str) -> None:
    assert named(name).startswith(alone)
    assert named(name, "a").startswith(to)
    assert named(name, "di").startswith(of)
    assert named(name, "da").startswith(by)
    assert named(name, "a").endswith(name)


def test_other_prepositions_stand_before_the_article() -> None:
    assert named("Comune di Lecce", "per") == "per il Comune di Lecce"
    assert named("Bologna", "per") == "per Bologna"
    assert named("Regione Puglia", "in") == "nella Regione Puglia"


def test_what_is_said_of_a_body_agrees_with_it_where_its_gender_is_known() -> None:
    feminine = (
        "Città metropolitana di Bari",
        "Provincia di Rimini",
        "Regione Umbria",
        "Università di Bari",
        "Unione X",
    )
    assert {ending(name) for name in feminine} == {"a"}
    assert {ending(name) for name in ("Comune di Bari", "Ente parco", "Consorzio di bonifica")} == {"o"}
    assert {ending(name) for name in ("ANCI", "Roma Capitale", "")} == {"o/a"}


def test_nothing_is_made_of_nothing() -> None:
    assert named("") == ""
    assert article("") == ""


def test_every_body_of_the_register_that_is_no_company_takes_an_article() -> None:
    register = yaml.safe_load((CONTENT / "cities.yml").read_text(encoding="utf-8"))
    names = [body["name"] for body in (*register["cities"], *register["bodies"])]
    assert [name for name in names if not article(name)] == ["Linea Comune"]
