# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk, what one is told, what one follows, and how one is mailed."""

from datetime import UTC, datetime

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access import Action, Role
from app.accounts import rules as paths
from app.cities import queries as registers
from app.document.dates import today
from app.errors import Invalid, NotFound
from app.notices import desk, exchange_desk, following, queries, rules, service
from app.notices.chores import unsubscribing
from app.search.forms import page_number
from app.web import gate, unit
from app.web.gate import actor, permits
from app.web.languages import current_language, prefixed
from app.web.unit import work

notices = Blueprint("notices", __name__, template_folder="templates")

LATEST = 8
PER_PAGE = 30
#: What the names of the boxes begin with that keep a kind of notice on the site.
ON_SITE = "sito-"


def now() -> datetime:
    return datetime.now(UTC)


@notices.app_template_global("unread_notices")
def _unread() -> int:
    """How many notices the person has not read."""
    return queries.unread(unit.session(), actor().id) if actor().known else 0


@notices.app_template_global("is_followed")
def _is_followed(kind: str, key: str) -> bool:
    """Whether the person follows a thing."""
    return actor().known and queries.follow(unit.session(), actor().id, kind, key) is not None


@notices.get("/scrivania")
@permits(Action.USE_DESK)
def show_desk() -> str:
    session, person = unit.session(), actor()
    # In the name of a body that is no longer there nothing can be decided, so nothing waits.
    able = person.without(gate.closed_bodies())
    returned = desk.returned_to(session, person)
    return render_template(
        "notices/desk.html",
        closed=registers.closed_among(session, gate.closed_bodies(), today()),
        stating=sorted(able.of(Role.REFERENT)),
        drafts=desk.drafts(session, person, returned),
        tasks=desk.in_order(
            [
                *desk.to_mend(session, able, returned),
                *desk.tasks(session, able, now()),
                *(task for tasks in current_app.extensions["desk_sections"] for task in tasks(session, able, now())),
            ]
        ),
        waited=desk.waited_for(session, person),
        asked=exchange_desk.asked(session, person),
        ours=exchange_desk.ours(session, person),
        watched=exchange_desk.watched(session, person, now()),
        follows=following.labelled(session, queries.follows(session, person.id)[:LATEST], current_language()),
        notices=queries.notices(session, person.id, LATEST),
        unread=queries.unread(session, person.id),
    )


@notices.get("/avvisi")
@permits(Action.USE_DESK)
def listed() -> str:
    page = page_number(request.args.get("pagina", ""))
    found = queries.notices(unit.session(), actor().id, PER_PAGE, page)
    pages = -(-queries.total(unit.session(), actor().id) // PER_PAGE)
    return render_template("notices/notices.html", notices=found, page=page, pages=pages)


@notices.post("/avvisi/<int(max=2147483647):number>/apri")
@permits(Action.USE_DESK)
def open_notice(number: int) -> Response:
    with work() as writing:
        found = service.mark_read(writing, actor().id, number, now())
        path = str(found.data.get("path") or "/avvisi")
    return redirect(prefixed(path), 303)


@notices.post("/avvisi/letti")
@permits(Action.USE_DESK)
def mark_all_read() -> Response:
    with work() as writing:
        service.mark_all_read(writing, actor().id, now())
    return redirect(url_for("notices.listed"), 303)


@notices.route("/profilo/avvisi", methods=["GET", "POST"])
@permits(Action.USE_PROFILE)
def preferences() -> Response | str:
    if request.method == "POST":
        with work() as writing:
            for reason in rules.REASONS:
                shown = f"{ON_SITE}{reason}" in request.form
                service.choose(writing, actor().id, reason, request.form.get(reason, ""), shown)
        flash("saved")
        return redirect(url_for("notices.preferences"), 303)
    chosen = queries.preferences(unit.session(), [actor().id]).values()
    held = {**rules.REASONS, **{item.reason: item.mail for item in chosen}}
    off = {item.reason for item in chosen if not item.site}
    return render_template("notices/preferences.html", held=held, ways=rules.MAILED, off=off, on_site=ON_SITE)


@notices.get("/seguiti")
@permits(Action.FOLLOW)
def followed() -> str:
    return _followed()


def _followed(refused: int = 0) -> str:
    """All that the person follows; ``refused`` is the saved search whose new name was not taken."""
    follows = queries.follows(unit.session(), actor().id)
    labelled = following.labelled(unit.session(), follows, current_language())
    return render_template("notices/followed.html", follows=labelled, refused=refused, longest=rules.MAX_NAME)


@notices.post("/seguiti/<int(max=2147483647):number>/nome")
@permits(Action.FOLLOW)
def rename(number: int) -> Response | tuple[str, int]:
    try:
        with work() as writing:
            service.rename_search(writing, actor().id, number, request.form.get("name", ""))
    except Invalid as error:
        return _followed(number), error.status
    flash("saved")
    return redirect(url_for("notices.followed"), 303)


@notices.get("/segui")
@permits(Action.FOLLOW)
def follow_signed_in() -> Response:
    """Back to the page where somebody pressed before signing in. An address that is opened changes nothing: they press
    again."""
    if not _is_followed(request.args.get("kind", ""), request.args.get("key", "")):
        flash("press_follow")
    return redirect(paths.own_path(request.args.get("next")) or url_for("notices.followed"), 303)


@notices.post("/segui")
@permits(Action.FOLLOW)
def follow() -> Response:
    kind, key = request.form.get("kind", ""), request.form.get("key", "").strip()
    thing = following.known(unit.session(), current_app.extensions["engine"], kind, key)
    if thing is None:
        raise NotFound(kind)
    if thing.guarded is not None:
        gate.require(Action.READ_SOLUTION, thing.guarded)
    with work() as writing:
        service.start_following(writing, actor().id, kind, thing.key, thing.label, thing.seen, now())
    flash("following")
    return _back()


@notices.post("/smetti-di-seguire")
@permits(Action.FOLLOW)
def unfollow() -> Response:
    with work() as writing:
        service.stop_following(writing, actor().id, request.form.get("kind", ""), request.form.get("key", ""))
    flash("not_following")
    return _back()


def _back() -> Response:
    return redirect(paths.own_path(request.form.get("next")) or url_for("notices.followed"), 303)


@notices.route("/disiscrizione/<string(maxlength=300):token>", methods=["GET", "POST"])
@permits(Action.READ_PUBLIC)
def unsubscribe(token: str) -> str:
    person_id, reason = unsubscribing(current_app).read(token)
    if request.method == "POST":
        try:
            with work() as writing:
                for each in reason.split("+"):
                    service.choose(writing, person_id, each, "never")
        except Invalid as error:
            raise NotFound("unsubscribe") from error
    return render_template("notices/unsubscribe.html", reasons=reason.split("+"), done=request.method == "POST")
