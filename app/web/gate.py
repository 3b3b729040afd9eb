# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page declares the action it performs; one without does not start, and nobody passes whom the policy refuses."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from app import access
from app.access import NOBODY, POLICY, READING, Action, Actor, Role, Thing
from app.errors import BodyClosed, ConfirmationNeeded, Misconfigured

View = TypeVar("View", bound=Callable[..., object])
#: Endpoints that others register and that only send files of the project.
STATIC = frozenset({"static"})
#: Parts of addresses that open a door to whoever knows them: such an address is told to nobody.
SECRETS = frozenset({"token", "code"})
#: What only looks; whatever else is asked writes.
LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})
#: What begins something new: not even its form is shown in the name of a body that is no longer there.
BEGINNING = frozenset({Action.WRITE_SOLUTION, Action.POST_NEED})

#: What `g` stands for: a page asks a dozen times who reads it.
_context: Callable[[], Any] = g._get_current_object


def permits(action: Action, *, ends: bool = False) -> Callable[[View], View]:
    """Declare the action of a page: the gate asks whether the person might, the page asks about its very thing.

    ``ends``: it brings to an end what was begun, which is done for a body that is no longer there too.
    """

    def mark(view: View) -> View:
        view.__dict__.update(action=action, ends=ends)
        return view

    return mark


def register(
    app: Flask,
    identify: Callable[[], Actor],
    confirmed: Callable[[], bool],
    closed_among: Callable[[frozenset[str]], frozenset[str]],
) -> None:
    """``identify`` tells who asks; ``confirmed`` whether they said who they are a short while ago.

    ``closed_among``: those of some bodies that are no longer there.
    """
    app.extensions["identify"] = identify
    app.extensions["confirmed"] = confirmed
    app.extensions["closed_among"] = closed_among
    app.before_request(_guard)
    app.jinja_env.globals.update(actor=actor, may=may, begins=begins, is_reading=is_reading, Action=Action, Thing=Thing)


def actor() -> Actor:
    """Who asks."""
    held = _context()
    found: Actor | None = getattr(held, "actor", None)
    if found is None:
        identify = current_app.extensions.get("identify")
        found = held.actor = identify() if identify else NOBODY
    return found


def may(action: Action, thing: Thing | None = None) -> bool:
    """Whether the one who asks may do this: for showing a button or not."""
    return access.may(actor(), action, thing)


def begins(action: Action, thing: Thing | None = None) -> bool:
    """Whether they may do this, and not only for a body that is no longer there: for a button that begins something."""
    return access.may_begin(actor(), action, thing, closed_bodies())


def require(action: Action, thing: Thing | None = None) -> None:
    """Ask the policy, and note that it was asked."""
    g.setdefault("asked", set()).add((action, thing is not None))
    access.require(actor(), action, thing)
    _refuse_closed(action, thing)


def _refuse_closed(action: Action, thing: Thing | None) -> None:
    """Who may do this only for a body that is no longer there still reads, and ends what was begun."""
    if request.method in LOOKING and action not in BEGINNING:
        return
    ends = getattr(current_app.view_functions.get(request.endpoint or ""), "ends", False)
    if not ends and not begins(action, thing):
        raise BodyClosed(action)


def closed_bodies() -> frozenset[str]:
    """The bodies of the one who asks that are no longer there."""
    if "closed_bodies" not in g:
        closed_among: Callable[[frozenset[str]], frozenset[str]] = current_app.extensions["closed_among"]
        bodies = actor().bodies | actor().of(Role.SERVICE) - {""}
        g.closed_bodies = closed_among(bodies) if bodies else frozenset()
    found: frozenset[str] = g.closed_bodies
    return found


def open_bodies() -> frozenset[str]:
    """The bodies in whose name the one who asks can begin something."""
    return actor().bodies - closed_bodies()


def is_reading(rule: Rule | None) -> bool:
    """Whether a rule leads to a page that everybody reads, as far as its thing lets them."""
    view = current_app.view_functions.get(rule.endpoint) if rule else None
    return getattr(view, "action", None) in READING and not (rule and SECRETS & rule.arguments)


def reading_page(path: str) -> tuple[Rule, dict[str, Any]] | None:
    """The rule that answers to a path of this site and what its typed parts hold; None where nobody reads there."""
    adapter = current_app.create_url_adapter(request)
    try:
        rule, parts = adapter.match(path, "GET", return_rule=True) if adapter else (None, {})
    except HTTPException:
        return None
    return (rule, dict(parts)) if rule and is_reading(rule) else None


def _guard() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    action = getattr(view, "action", None)
    if action is None:
        return
    require(action)
    if POLICY[action].sensitive and not current_app.extensions["confirmed"]():
        raise ConfirmationNeeded(action)


def refuse_undeclared(app: Flask) -> None:
    """Raise ``Misconfigured`` when a page has no declared action."""
    undeclared = [
        name for name, view in app.view_functions.items() if name not in STATIC and not hasattr(view, "action")
    ]
    if undeclared:
        raise Misconfigured(f"pages without @permits(Action...): {', '.join(sorted(undeclared))}")
