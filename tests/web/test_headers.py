# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every answer carries, and what no request may do."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import Settings, read_settings
from app.errors import Misconfigured

PAGES = [
    "/",
    "/cerca",
    "/soluzioni",
    "/citta",
    "/temi",
    "/norme",
    "/aiuto",
    "/nessuna-pagina",
    "/healthz",
    "/cerca.json",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_security_headers(library: FlaskClient, path: str) -> None:
    headers = library.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Request-ID"]


def test_other_sites_may_read_public_data_and_nothing_that_is_for_one_person(library: FlaskClient, app: Flask) -> None:
    anybody = "Access-Control-Allow-Origin"
    for path in ("/cerca.json?q=suap", "/citta.csv", "/richieste.json", "/feed/soluzioni.atom"):
        assert library.get(path).headers.get(anybody) == "*", path
        assert anybody not in library.get(path, headers={"Authorization": "Bearer x"}).headers
    assert anybody not in library.get("/").headers
    library.set_cookie(app.config["SESSION_COOKIE_NAME"], "somebody")
    assert anybody not in library.get("/richieste.json").headers


@pytest.mark.parametrize("path", ["/", "/cerca?q=suap", "/soluzioni/suap-metropolitano-bologna", "/en/citta"])
def test_reading_sets_no_cookie(library: FlaskClient, path: str) -> None:
    assert "Set-Cookie" not in library.get(path).headers


def test_static_files_carry_their_headers_and_are_kept_for_ever(library: FlaskClient) -> None:
    page = library.get("/").text
    sheet = page.split('rel="stylesheet" href="')[1].split('"')[0]
    with library.get(sheet) as answer:
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("referrer", ["http://[::1", "https://[x", "http://a\u2100b.example/"])
def test_a_referrer_that_is_no_address_leads_nowhere(library: FlaskClient, referrer: str) -> None:
    answer = library.get("/nessuna-pagina", headers={"Referer": referrer.encode("utf-8").decode("latin-1")})
    assert answer.status_code == 404
    assert answer.headers["Content-Security-Policy"]


def test_looking_at_the_head_of_a_page_leads_to_the_log_in_too(library: FlaskClient) -> None:
    seen, asked = library.get("/richieste/nuova"), library.head("/richieste/nuova")
    assert (seen.status_code, seen.headers["Location"]) == (asked.status_code, asked.headers["Location"])


def test_pages_hold_no_inline_script_or_style(library: FlaskClient) -> None:
    for path in PAGES:
        page = library.get(path).text
        assert " style=" not in page
        assert "<style" not in page
        assert "onclick" not in page
        for script in page.split("<script")[1:]:
            assert "src=" in script.split(">")[0] or 'type="application/ld+json"' in script.split(">")[0]


def test_a_given_request_id_comes_back_and_a_strange_one_does_not(library: FlaskClient) -> None:
    assert library.get("/healthz", headers={"X-Request-ID": "abc-12345678"}).headers["X-Request-ID"] == "abc-12345678"
    strange = library.get("/healthz", headers={"X-Request-ID": "<script>"}).headers["X-Request-ID"]
    assert strange != "<script>"


def test_an_unknown_host_is_refused_where_hosts_are_configured(library_settings: Settings) -> None:
    settings = Settings(
        data=library_settings.data, database_url=library_settings.database_url, trusted_hosts="twinmetro.example"
    )
    made = create_app(settings)
    assert made.test_client().get("/healthz", headers={"Host": "evil.example"}).status_code == 400
    assert made.test_client().get("/healthz", headers={"Host": "twinmetro.example"}).status_code == 200
    made.extensions["database"].close()


def test_a_foreign_host_is_refused_even_where_none_is_configured(library: FlaskClient) -> None:
    answer = library.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.text


def test_no_link_of_a_page_leads_to_a_host_named_in_its_path(library: FlaskClient) -> None:
    for path in ("//evil.example/a", "/en//evil.example", "/%5Cevil.example", "/%0d%0aevil:1"):
        page = library.get(path).text
        assert 'href="//' not in page
        assert 'href="/\\' not in page


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
@pytest.mark.parametrize("path", ["/", "/cerca", "/soluzioni/suap-metropolitano-bologna"])
def test_pages_for_readers_answer_only_to_reading(library: FlaskClient, method: str, path: str) -> None:
    assert getattr(library, method)(path).status_code == 405


SAFE = {
    "TWINMETRO_ENVIRONMENT": "production",
    "TWINMETRO_SECRET_KEY": "k" * 40,
    "TWINMETRO_BASE_URL": "https://twinmetro.example",
    "TWINMETRO_TRUSTED_HOSTS": "twinmetro.example",
}


def test_production_starts_with_safe_settings() -> None:
    assert read_settings(SAFE).production


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TWINMETRO_SECRET_KEY", "short"),
        ("TWINMETRO_SECRET_KEY", ""),
        ("TWINMETRO_BASE_URL", "http://twinmetro.example"),
        ("TWINMETRO_TRUSTED_HOSTS", " , "),
        ("TWINMETRO_ENVIRONMENT", "staging"),
        ("TWINMETRO_DEMONSTRATION", "true"),
        ("FLASK_DEBUG", "1"),
    ],
)
def test_production_refuses_to_start_with_unsafe_settings(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for known, safe in {**SAFE, name: value}.items():
        monkeypatch.setenv(known, safe)
    with pytest.raises(Misconfigured, match=name):
        read_settings()
