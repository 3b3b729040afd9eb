# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is signed in on this browser: Flask-Login over log-ins that can be ended from elsewhere."""

from contextlib import suppress
from datetime import UTC, datetime

from flask import Flask, Response, current_app, flash, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response as AnyResponse

from app.access import NOBODY, Action, Actor, might
from app.accounts import queries, rules, second_factors, service, service_accounts
from app.accounts.models import Person, SignIn
from app.cities import queries as registers
from app.document.dates import today
from app.errors import Forbidden, SignInNeeded
from app.web import unit
from app.web.asked import DATA
from app.web.languages import prefixed

#: Where in the cookie the person waits who gave the password and still owes the second factor.
PENDING = "pending"
#: Milliseconds that noting when somebody was last seen may wait for another writer.
NOTING = 500
#: Pages for somebody who must set up a second factor before anything else.
SETTING_UP = frozenset(
    {
        "profile.security",
        "second_factor.app",
        "second_factor.codes",
        "passkeys.add",
        "passkeys.challenge",
        "accounts.confirm_identity",
        "accounts.sign_out",
        "sso.start",
        "sso.back",
    }
)


class SignedIn(UserMixin):  # type: ignore[misc]
    """A log-in as pages see it; its identifier is the token of the cookie, never the number of the person."""

    def __init__(self, token: str, sign_in: SignIn) -> None:
        self.token = token
        self.number = sign_in.id
        self.person: Person = sign_in.person
        self.how = sign_in.how
        self.confirmed_at = sign_in.confirmed_at
        self.actor: Actor = sign_in.person.actor

    def get_id(self) -> str:
        return self.token

    @property
    def name(self) -> str:
        return self.person.name


def register(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(_load)
    app.extensions["watchers"] = service_accounts.Watchers()
    app.before_request(_refuse_programmes_elsewhere)
    app.before_request(_ask_second_factor)
    app.before_request(_onwards_where_done)
    app.after_request(_keep_from_stores)


def now() -> datetime:
    return datetime.now(UTC)


def _load(token: str) -> SignedIn | None:
    found = queries.sign_in(unit.session(), rules.digest(token))
    if found is None or not service.still_signed_in(found, now()):
        return None
    if now() - found.seen_at > rules.SEEN_EVERY:
        # Whoever reads does not wait for, or fall over, what is only noted.
        with suppress(DBAPIError), unit.work(patience=NOTING) as writing:
            service.note_seen(writing, token, now())
    return SignedIn(token, found)


def me() -> SignedIn:
    """The log-in of this request; only for pages that somebody must be signed in to see."""
    found: SignedIn = current_user._get_current_object()
    return found


def actor() -> Actor:
    """Who asks, as the policy looks at them; who still owes a second factor has no roles yet."""
    if _token() is not None:
        return _programme() or NOBODY
    if not current_user.is_authenticated:
        return NOBODY
    return Actor(me().actor.id) if owes_second_factor() else me().actor


def closed_among(bodies: frozenset[str]) -> frozenset[str]:
    """Those of some bodies that are no longer there."""
    return frozenset(body.slug for body in registers.closed_among(unit.session(), bodies, today()))


def _token() -> str | None:
    """What the request sends as the token of a programme, be it empty; None where it is no programme's."""
    sent = request.authorization
    return (sent.token or "") if sent is not None and sent.type == "bearer" else None


def _programme() -> Actor | None:
    """The service account of the token, None for a token that lets nobody in."""
    if "programme" not in g:
        try:
            g.programme = _recognised(_token() or "")
        except DBAPIError:
            if _declared() is not Action.READ_METRICS:
                raise
            # That the database is away is what it is there to be told.
            g.programme = _watchers().recall(rules.digest(_token() or ""), now())
            if g.programme is None:
                raise
            unit.session().rollback()
    found: Actor | None = g.programme
    return found


def _recognised(token: str) -> Actor | None:
    account = service_accounts.recognise(unit.session(), token, now())
    found = service_accounts.actor_of(account) if account is not None else None
    _watchers().keep(rules.digest(token), found, account.expires_at if account is not None else now(), now())
    if account is not None and not service_accounts.is_noted(account, now()):
        # As with people: whoever reads does not wait for, or fall over, what is only noted.
        with suppress(DBAPIError), unit.work(patience=NOTING) as writing:
            service_accounts.note_used(writing, token, now())
    return found


def _watchers() -> service_accounts.Watchers:
    found: service_accounts.Watchers = current_app.extensions["watchers"]
    return found


def _refuse_programmes_elsewhere() -> None:
    """Programmes read data and send drafts: no pages, no other changes, and no cookie beside the token."""
    if _token() is None or request.routing_exception is not None:
        # An address that is none, or a method that it does not know, is told as such.
        return
    sending = _declared() is Action.SEND_DRAFT
    if current_app.config["SESSION_COOKIE_NAME"] in request.cookies or not (sending or _is_data()):
        raise Forbidden("programmes read data and send drafts only")
    programme = _programme()
    if programme is None:
        raise SignInNeeded("token")
    if sending and not might(programme, Action.SEND_DRAFT):
        raise Forbidden("scope")


def _is_data() -> bool:
    reads = request.path.endswith(DATA) or _declared() is Action.READ_METRICS
    return request.method in {"GET", "HEAD"} and reads


def _declared() -> Action | None:
    """The action of the page that is asked for, None for no page."""
    found: Action | None = getattr(current_app.view_functions.get(request.endpoint or ""), "action", None)
    return found


def owes_second_factor() -> bool:
    """Whether the site asks this person for a second factor they have not set up."""
    if not current_app.config["SETTINGS"].require_second_factor:
        return False
    if "owes" not in g:
        person = me().person
        g.owes = second_factors.urged(me().actor) and not second_factors.has_one(unit.session(), person)
    return bool(g.owes)


def _ask_second_factor() -> AnyResponse | None:
    """Who owes a second factor is led to where it is set up, from every page that is not for everybody."""
    action = _declared()
    if action is None or request.endpoint in SETTING_UP or might(NOBODY, action):
        return None
    if not current_user.is_authenticated or not owes_second_factor():
        return None
    flash("second_factor_needed")
    return redirect(url_for("profile.security"), 303)


def _onwards_where_done() -> AnyResponse | None:
    """Who signs out, or in, on a page left open while they did so on another one goes on: nothing is left to do, so the
    token of the page, which is no longer good, is not asked."""
    if request.endpoint == "accounts.sign_out" and not current_user.is_authenticated:
        flash("signed_out")
        return redirect(url_for("pages.home"), 303)
    if request.endpoint == "accounts.sign_in_now" and current_user.is_authenticated:
        is_same = rules.tidy_email(request.form.get("email", "")) == me().person.email
        return onwards(request.form.get("next"), prefixed("/scrivania")) if is_same else None
    return None


def _keep_from_stores(response: Response) -> Response:
    """What is made for one person, or programme, is kept by nobody on the way, and pages by no browser: after the
    log-out nobody leafs back to them."""
    if _token() is not None or PENDING in session or "_user_id" in session:
        response.cache_control.private = True
        response.cache_control.no_store = response.cache_control.no_store or response.mimetype == "text/html"
    return response


def confirmed() -> bool:
    """Whether the one who asks said a short while ago who they are."""
    return bool(current_user.is_authenticated) and now() - me().confirmed_at < rules.CONFIRMATION_LASTS


def enter(person: Person, how: str) -> None:
    """Sign a person in on this browser; whatever the cookie held before is gone."""
    with unit.work() as writing:
        found = queries.person(writing, person.id) or person
        browser = rules.browser_name(request.user_agent.string)
        service.tell_new_browser(writing, found, browser, now())
        token = service.begin_sign_in(writing, found, now(), how, browser)
        begun = queries.sign_in(writing, rules.digest(token))
    session.clear()
    if begun is not None:
        login_user(SignedIn(token, begun))


def leave() -> str:
    """Sign out on this browser; answers how the person had come in."""
    how = ""
    if current_user.is_authenticated:
        how = me().how
        with unit.work() as writing:
            service.end_sign_in(writing, me().person.id, me().number, now())
    logout_user()
    session.clear()
    return how


def onwards(wanted: str | None, default: str) -> AnyResponse:
    """A redirect to a page of this site, or to the default."""
    return redirect(rules.own_path(wanted) or default, Response=Response, code=303)
