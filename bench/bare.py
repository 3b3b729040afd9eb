# SPDX-License-Identifier: AGPL-3.0-or-later
"""The least such a server takes: one bare page, served as the site is, with the libraries of the site loaded and no
line of the site itself. Settings of gunicorn and application in one, for ``--config python:bench.bare``."""

import gc
import os

import flask_babel  # noqa: F401
import markdown  # noqa: F401
import nh3  # noqa: F401
import numpy  # noqa: F401
import sqlalchemy.orm  # noqa: F401
import structlog  # noqa: F401
import whoosh.index  # noqa: F401
import yaml  # noqa: F401
from flask import Flask, render_template_string

bind = f"{os.environ['HOST']}:{os.environ['PORT']}"
workers, threads, preload_app, loglevel = 2, 8, True, "warning"

app = Flask("bare")


@app.get("/")
@app.get("/healthz")
def page() -> str:
    return render_template_string("<h1>{{ title }}</h1>", title="Twin Metro")


def pre_fork(_server: object, _worker: object) -> None:
    gc.collect()
    gc.freeze()
