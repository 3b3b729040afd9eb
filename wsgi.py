# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server's door."""

from app import create_app

app = create_app()
