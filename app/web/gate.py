# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page declares the action it performs; a page without one does not start."""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, g

from app import access
from app.access import Action, Thing
from app.errors import Misconfigured

View = TypeVar("View", bound=Callable[..., object])
#: Endpoints that others register and that only send files of the project.
STATIC = frozenset({"static"})


def permits(action: Action) -> Callable[[View], View]:
    """Declare the action of a page. The page itself, or this gate, asks the policy before anything else."""

    def mark(view: View) -> View:
        view.__dict__["action"] = action
        return view

    return mark


def require(action: Action, thing: Thing | None = None) -> None:
    """Ask the policy, and note that it was asked."""
    g.setdefault("asked", set()).add(action)
    access.require(action, thing)


def refuse_undeclared(app: Flask) -> None:
    """Raise ``Misconfigured`` when a page has no declared action."""
    undeclared = [
        name for name, view in app.view_functions.items() if name not in STATIC and not hasattr(view, "action")
    ]
    if undeclared:
        raise Misconfigured(f"pages without @permits(Action...): {', '.join(sorted(undeclared))}")
