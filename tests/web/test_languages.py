# SPDX-License-Identifier: AGPL-3.0-or-later
"""The language stands in the address: prefix, alternate addresses, what is kept and what is not a language."""

import re

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from app import create_app
from app.config import Settings
from app.web.languages import alternate_url, current_language, prefixed

SOLUTION = "/soluzioni/suap-metropolitano-bologna"
ALTERNATE = re.compile(r'<link rel="alternate" hreflang="([a-z-]+)" href="([^"]+)">')


def alternates(page: str) -> dict[str, str]:
    return {language: address.replace("&amp;", "&") for language, address in ALTERNATE.findall(page)}


def asked(app: Flask, path: str, **environ: str) -> tuple[str, str, str]:
    """Language, Italian and English address as the application sees a path."""
    seen: list[tuple[str, str, str]] = []

    def note() -> None:
        seen.append((current_language(), alternate_url("it"), alternate_url("en")))

    app.before_request_funcs.setdefault(None, []).append(note)
    try:
        app.test_client().get(path, environ_overrides=environ)
    finally:
        app.before_request_funcs[None].remove(note)
    return seen[0]


@pytest.mark.parametrize("path", ["/", "/citta", "/temi/suap", SOLUTION, "/aiuto", f"{SOLUTION}/versioni"])
def test_every_page_is_in_italian_and_with_the_prefix_in_english(library: FlaskClient, path: str) -> None:
    assert '<html lang="it"' in library.get(path).text
    assert '<html lang="en"' in library.get(f"/en{path}").text


def test_the_prefix_alone_is_the_english_home_page(library: FlaskClient) -> None:
    bare, slashed = library.get("/en"), library.get("/en/")
    assert (bare.status_code, slashed.status_code) == (200, 200)
    assert '<html lang="en"' in bare.text
    assert 'href="/en/citta"' in bare.text


@pytest.mark.parametrize("path", ["/fr/citta", "/fr", "/EN/citta", "/it/citta", "/eng/citta", "/en-GB/citta"])
def test_any_other_prefix_is_not_a_language(library: FlaskClient, path: str) -> None:
    answer = library.get(path)
    assert answer.status_code == 404
    assert '<html lang="it"' in answer.text


def test_a_second_prefix_is_part_of_the_path(library: FlaskClient) -> None:
    assert library.get("/en/en/citta").status_code == 404


def test_a_page_that_is_not_there_says_so_in_the_language_of_its_address(library: FlaskClient) -> None:
    assert '<html lang="en"' in library.get("/en/nessuna-pagina").text


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_both_languages_of_a_page_name_the_same_alternate_addresses(library: FlaskClient, prefix: str) -> None:
    assert alternates(library.get(f"{prefix}{SOLUTION}").text) == {
        "it": f"http://localhost{SOLUTION}",
        "en": f"http://localhost/en{SOLUTION}",
    }


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_changing_language_keeps_what_was_asked(library_app: Flask, prefix: str) -> None:
    language, italian, english = asked(library_app, f"{prefix}/cerca?q=sportello+unico&tema=suap&pagina=2")
    assert language == ("en" if prefix else "it")
    assert italian == "/cerca?q=sportello+unico&tema=suap&pagina=2"
    assert english == "/en/cerca?q=sportello+unico&tema=suap&pagina=2"


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("q=citt%C3%A0", "q=citt%C3%A0"),
        ("q=a%26b%3Dc", "q=a%26b%3Dc"),
        ('q="><script>', "q=%22%3E%3Cscript%3E"),
        ("q=%FF", "q=%FF"),
    ],
)
def test_a_query_stays_encoded_in_the_alternate_address(library_app: Flask, query: str, kept: str) -> None:
    assert asked(library_app, f"/cerca?{query}")[2] == f"/en/cerca?{kept}"


@pytest.mark.parametrize("path", ["//altrove.example/a", "/en//altrove.example/a", "/\\altrove.example/a"])
def test_no_alternate_address_leads_to_another_host(library_app: Flask, path: str) -> None:
    assert asked(library_app, "/", PATH_INFO=path)[1:] == ("/altrove.example/a", "/en/altrove.example/a")


def test_below_an_outer_root_the_language_stands_behind_it(library_app: Flask) -> None:
    for path in ("/citta", "/en/citta"):
        assert asked(library_app, path, SCRIPT_NAME="/metro")[1:] == ("/metro/citta", "/metro/en/citta")


def test_a_path_can_be_put_into_the_language_of_the_page(library_app: Flask) -> None:
    with library_app.test_request_context("/citta"):
        assert prefixed("/citta/bari") == "/citta/bari"
    with library_app.test_request_context("/citta", base_url="http://localhost/en"):
        assert prefixed("/citta/bari") == "/en/citta/bari"


def test_outside_a_request_the_language_is_italian() -> None:
    assert current_language() == "it"


def test_absolute_addresses_start_with_the_configured_address_never_with_the_host_asked(
    library_settings: Settings,
) -> None:
    settings = Settings(
        data=library_settings.data,
        database_url=library_settings.database_url,
        base_url="https://twinmetro.example/",
        log_level="ERROR",
    )
    made = create_app(settings)
    page = made.test_client().get("/citta", headers={"Host": "localhost"}).text
    made.extensions["database"].close()
    assert alternates(page)["en"] == "https://twinmetro.example/en/citta"
    assert "http://localhost" not in page


def test_a_day_that_begins_with_a_vowel_takes_its_article_and_what_is_typed_stays_escaped(library_app: Flask) -> None:
    shown = "{% autoescape true %}{{ _('entro il %(day)s', day=day) }}{% endautoescape %}"
    with library_app.test_request_context("/"):
        assert render_template_string(shown, day="11 maggio <b>") == "entro l’11 maggio &lt;b&gt;"
        assert render_template_string(shown, day="12 maggio") == "entro il 12 maggio"


def test_so_does_the_day_in_a_sentence_about_one_or_several(library_app: Flask) -> None:
    said = "{{ ngettext('resta %(num)d, entro il %(day)s', 'restano %(num)d, entro il %(day)s', many, day=day) }}"
    shown = f"{{% autoescape true %}}{said}{{% endautoescape %}}"
    with library_app.test_request_context("/"):
        assert render_template_string(shown, many=1, day="8 maggio") == "resta 1, entro l’8 maggio"
        assert render_template_string(shown, many=3, day="11 <b>") == "restano 3, entro il 11 &lt;b&gt;"
        assert render_template_string(shown, many=3, day="11 maggio <b>") == "restano 3, entro l’11 maggio &lt;b&gt;"
