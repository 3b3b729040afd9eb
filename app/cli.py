# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands: `flask audit`, `users`, `db`, `content`, `search`, `worker`, `serve`, `demo`, `backup`."""

from flask import Flask

from app.commands.audit import audit
from app.commands.backup import backup
from app.commands.content import content
from app.commands.database import database
from app.commands.demonstration import demo
from app.commands.search import search
from app.commands.serve import serve, worker
from app.commands.users import users


def register(app: Flask) -> None:
    for command in (database, content, search, worker, serve, demo, audit, users, backup):
        app.cli.add_command(command)
