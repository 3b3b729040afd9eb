# SPDX-License-Identifier: AGPL-3.0-or-later
"""Before the server forks: what each of its processes would make for itself is made once, and shared by all."""

from flask import Flask
from werkzeug.test import TestResponse

from app.config import Settings
from app.web.logs import log

#: Between them they load the templates, the sentences, the statements and the terms of the index most readers need.
#: Words as they stand, which are not counted among the searches that found nothing.
PAGES = ("/", "/en/", "/cerca?q=piano&esatta=1", "/en/cerca?q=piano&esatta=1", "/cerca/suggerimenti?q=piano")


def warm(app: Flask) -> None:
    """Ask the site for the pages most readers ask for, where it is ready; no file and no connection stays open."""
    _tell_unsaid(app.config["SETTINGS"])
    client = app.test_client()
    host = (app.config["TRUSTED_HOSTS"] or ["localhost"])[0].lstrip(".")

    def ask(path: str) -> TestResponse:
        return client.get(path, base_url=f"http://{host}")

    if ask("/readyz").status_code == 200:
        listed = (ask("/soluzioni.json").json or {}).get("results", [])
        for path in (*PAGES, *(str(row["url"]) for row in listed[:1])):
            ask(path)
        app.extensions["engine"].prepare()
    app.extensions["engine"].rest()
    app.extensions["kept"].rest()
    app.extensions["database"].close()


def _tell_unsaid(settings: Settings) -> None:
    if settings.production and settings.unsaid:
        log.warning("settings empty", settings=settings.unsaid, reason="the written pages have nothing to say in place")
