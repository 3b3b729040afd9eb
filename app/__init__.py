# SPDX-License-Identifier: AGPL-3.0-or-later
"""Twin Metro: `create_app` puts the features together; nothing else is imported here at the top."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The application with its features. Raises ``Misconfigured`` for settings that are not safe."""
    from app.factory import build

    return build(settings)
