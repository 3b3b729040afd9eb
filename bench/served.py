# SPDX-License-Identifier: AGPL-3.0-or-later
"""The site and, on the same server, the floor: one bare page with one Jinja template, one bare POST of one row."""

import os
import sqlite3
import threading
from pathlib import Path

from flask import Flask, render_template_string, request
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from app import create_app

PAGE = """<!doctype html><html lang="it"><head><meta charset="utf-8"><title>{{ title }}</title></head>
<body><h1>{{ title }}</h1>
<ul>{% for item in items %}<li><a href="/{{ item }}">{{ item }}</a></li>{% endfor %}</ul></body></html>"""

bare = Flask("bare")


@bare.get("/")
def page() -> str:
    return render_template_string(PAGE, title="Twin Metro", items=range(20))


kept = threading.local()


def rows() -> sqlite3.Connection:
    """A SQLite file of its own, one connection for each thread, kept as safely as the site keeps its rows."""
    if not hasattr(kept, "rows"):
        kept.rows = sqlite3.connect(Path(os.environ["TWINMETRO_DATA"]) / "bare.sqlite3", timeout=10)
        kept.rows.execute("PRAGMA journal_mode=WAL")
        kept.rows.execute("PRAGMA synchronous=FULL")
        kept.rows.execute("CREATE TABLE IF NOT EXISTS rows (text TEXT)")
    found: sqlite3.Connection = kept.rows
    return found


@bare.post("/row")
def row() -> tuple[str, int]:
    with rows() as connection:
        connection.execute("INSERT INTO rows VALUES (?)", (request.form["text"],))
    return "", 204


app = DispatcherMiddleware(create_app(), {"/bare": bare})
