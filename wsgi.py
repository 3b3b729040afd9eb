# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server's door."""

from app import create_app
from app.errors import Misconfigured

try:
    app = create_app()
except Misconfigured as error:
    # Whoever runs the site reads what to mend, not where in the code it was noticed.
    raise SystemExit(f"Error: {error}") from None
