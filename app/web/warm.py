# SPDX-License-Identifier: AGPL-3.0-or-later
"""Before the server forks: what each of its processes would make for itself is made once, and shared by all."""

from flask import Flask

#: Between them they load the templates, the sentences, the statements and the terms of the index most readers need.
PAGES = ("/", "/en/", "/cerca?q=piano", "/en/cerca?q=piano", "/cerca/suggerimenti?q=piano")


def warm(app: Flask) -> None:
    """Ask the site for the pages most readers ask for, where it is ready; no file and no connection stays open."""
    client = app.test_client()
    host = (app.config["TRUSTED_HOSTS"] or ["localhost"])[0].lstrip(".")
    engine = app.extensions["engine"]
    if client.get("/readyz", base_url=f"http://{host}").status_code == 200:
        solutions = [hit.url for hit in engine.search("", kinds=("solution",), per_page=1).hits]
        for page in (*PAGES, *solutions):
            client.get(page, base_url=f"http://{host}")
    engine.rest()
    app.extensions["database"].close()
