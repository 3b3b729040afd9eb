# SPDX-License-Identifier: AGPL-3.0-or-later
"""The site and, on the same server, the floor: one bare Flask page with one Jinja template."""

from flask import Flask, render_template_string
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from app import create_app

PAGE = """<!doctype html><html lang="it"><head><meta charset="utf-8"><title>{{ title }}</title></head>
<body><h1>{{ title }}</h1>
<ul>{% for item in items %}<li><a href="/{{ item }}">{{ item }}</a></li>{% endfor %}</ul></body></html>"""

bare = Flask("bare")


@bare.get("/")
def page() -> str:
    return render_template_string(PAGE, title="Twin Metro", items=range(20))


app = DispatcherMiddleware(create_app(), {"/bare": bare})
