# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the written pages say of the installation, and in place of what nobody has set."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.config import Settings
from app.db import Database
from app.pages.service import PageText, import_pages
from app.pages.views import WRITTEN
from app.web import logs
from app.web.warm import warm

UNSAID = "non disponibile"
MARKS = "Scrivi qui: {feedback}. Gestita da: {controller}. Codice: {source}."


@pytest.fixture
def pages(database: Database) -> None:
    texts = [PageText(name, "it", name, "", "2026-11-20", MARKS) for name in WRITTEN]
    with database.work() as session:
        import_pages(session, [*texts, PageText("aiuto", "en", "Help", "", "2026-11-20", MARKS)])


@pytest.mark.usefixtures("pages")
def test_without_a_mailbox_readers_are_led_to_the_form(client: FlaskClient) -> None:
    for name in WRITTEN:
        text = client.get(f"/{name}").text
        form = f'<a href="/segnala?pagina=/{name}" rel="nofollow">il modulo «Segnala un errore in questa pagina»</a>'
        assert f"Scrivi qui: {form}. Gestita da: non ancora indicato." in text
        assert f"Codice: non ancora indicato (si chiede con {form})." in text
        assert UNSAID not in text
    assert client.get(f"/segnala?pagina=/{WRITTEN[0]}").status_code == 200
    assert 'href="/en/segnala?pagina=/aiuto"' in client.get("/en/aiuto").text


@pytest.mark.usefixtures("pages")
def test_what_is_set_stands_there_as_it_is(app: Flask, client: FlaskClient) -> None:
    said = {"feedback": "sito@ente.example", "controller": "Ente <uno>", "source_url": "https://codice.example"}
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], **said)
    text = client.get("/aiuto").text
    assert "Scrivi qui: sito@ente.example. Gestita da: Ente &lt;uno&gt;. Codice: https://codice.example." in text


@pytest.mark.parametrize("environment", ["production", "development"])
def test_the_start_in_production_says_what_the_pages_lack(
    app: Flask, environment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings: Settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, environment=environment, controller="Ente")
    logs.configure("WARNING")
    capsys.readouterr()
    warm(app)
    logs.configure(settings.log_level)
    said = capsys.readouterr().err
    assert ("TWINMETRO_FEEDBACK" in said) == ("TWINMETRO_SOURCE_URL" in said) == (environment == "production")
    assert "TWINMETRO_CONTROLLER" not in said
