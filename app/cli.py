# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands: `flask db`, `flask content`, `flask search`, `flask worker`, `flask serve`."""

from flask import Flask

from app.commands.content import content
from app.commands.database import database
from app.commands.search import search
from app.commands.serve import serve, worker


def register(app: Flask) -> None:
    for command in (database, content, search, worker, serve):
        app.cli.add_command(command)
