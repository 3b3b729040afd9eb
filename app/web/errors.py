# SPDX-License-Identifier: AGPL-3.0-or-later
"""Refusals and accidents -> pages (or JSON) that say what happened and what to do."""

import errno
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request
from flask_login import AnonymousUserMixin
from gunicorn.http.errors import ParseException
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from werkzeug.exceptions import HTTPException, RequestURITooLarge, SecurityError

from app.db import is_taken
from app.errors import (
    BodyClosed,
    ConfirmationNeeded,
    Conflict,
    Invalid,
    LinkGone,
    Refused,
    SignInNeeded,
    Unavailable,
)
from app.web.formats import json_answer
from app.web.gate import SECRETS
from app.web.languages import prefixed, this_page
from app.web.logs import log
from app.web.messages import problem_row

RETRY_AFTER = "30"
#: How one says who one is to this site where no page asks: programmes, with a token.
CHALLENGE = 'Bearer realm="Twin Metro"'
#: Answers after which what was typed is shown again: the log-in has expired, the token is of another log-in, the thing
#: is gone or not for this person any more, no page says what is wrong in it, the site could not keep it.
TYPED_AGAIN = frozenset({400, 401, 403, 404, 409, 422, 500, 503})
#: A text of so many letters, or words, was typed by somebody; shorter are codes and names.
LONG, SENTENCE = 41, 3
UNREADABLE = "unreadable"
#: Trouble of the machine that passes: no room on a disk, the temporary folder's too, or too many files open.
PASSING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EMFILE, errno.ENFILE})
READING = frozenset({"GET", "HEAD"})
#: What Prometheus accepts, also where it was given no token: the page of the log-in would tell it nothing.
MEASURES = "application/openmetrics-text"
#: Fields never shown again.
UNSHOWN = frozenset({"csrf_token", "password", "current", "next", "code", "credential"})

#: An address longer than this is refused with a page; what is too long for the server itself never arrives here.
MAX_ADDRESS = 4_094

#: How much of an address that leads nowhere is looked at.
MAX_WORDS, MAX_WORD = 8, 30
#: Lists whose next part names a thing, whatever comes after.
NAMING = frozenset({"soluzioni", "citta", "temi", "norme"})


def register(app: Flask) -> None:
    app.before_request(_refuse_long_address)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(PoolExhausted, _database)
    app.register_error_handler(ParseException, _unreadable)
    app.register_error_handler(OSError, _machine)
    app.register_error_handler(Exception, _accident)


def _refuse_long_address() -> None:
    if len(request.environ.get("RAW_URI", "")) > MAX_ADDRESS:
        raise RequestURITooLarge


def _refused(error: Refused) -> Response:
    if isinstance(error, (SignInNeeded, ConfirmationNeeded)) and request.method in READING and not _wants_data():
        page = "/accedi" if isinstance(error, SignInNeeded) else "/conferma-identita"
        return make_response(redirect(f"{prefixed(page)}?{urlencode({'next': this_page()})}", 303))
    problems = _problems(error) if isinstance(error, Invalid) else {}
    return _answer(error.status, problems, _reason(error))


def _problems(error: Invalid) -> dict[str, str] | list[dict[str, Any]]:
    """What is wrong: for a programme in words, one row for each field; the scripts of pages look fields up."""
    if not _are_listed():
        return error.problems
    return [problem_row(field, key, error.details.get(field, "")) for field, key in error.problems.items()]


def _reason(error: Refused) -> str:
    """The key of what the page says beyond its status; empty where the status says all."""
    if isinstance(error, BodyClosed):
        return "body_closed"
    return str(error) if isinstance(error, (Conflict, LinkGone, Unavailable)) else ""


def _http(error: HTTPException) -> Response:
    if isinstance(error, SecurityError):
        # A foreign host gets no page: every address in it would be built for that host.
        return make_response(("400 Bad Request\n", 400, {"Content-Type": "text/plain"}))
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    meant = {404: _meant, 405: _page_of_form}.get(error.code, str)()
    if meant:
        return make_response(redirect(meant, 301 if error.code == 404 else 303))
    answer = _answer(error.code, {})
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            answer.headers[name] = value
    return answer


def _meant() -> str:
    """The address of this site that one typed with a stroke too much at its end, or in capitals, stands for; empty
    where there is none."""
    known = current_app.create_url_adapter(request)
    if request.url_rule is not None or request.method not in READING or known is None:
        return ""
    # One stroke at its beginning: with two, a browser would take what follows for another site.
    typed = f"/{request.path.strip('/')}"
    # As typed first: the capitals of a link that lets somebody in are part of it.
    tried = (path for path in (typed, typed.lower()) if path not in {"/", request.path})
    path = next((path for path in tried if known.test(path, method="GET")), "")
    if not path:
        return ""
    query = request.query_string.decode("latin-1")
    return prefixed(quote(path)) + (f"?{query}" if query else "")


def _page_of_form() -> str:
    """The page nearest above an address that only takes what a form sends, for a browser that asks for it: in its bar
    after a refusal, or behind the log-in; empty for programmes."""
    known = current_app.create_url_adapter(request)
    is_browser = "text/html" in dict(request.accept_mimetypes)
    if known is None or request.method not in READING or not is_browser:
        return ""
    path = f"/{request.path.strip('/')}"
    while path != "/":
        path = path.rpartition("/")[0] or "/"
        if known.test(path, method="GET"):
            return prefixed(quote(path))
    return ""


def _database(error: DBAPIError | PoolExhausted) -> Response:
    _ask_nobody()
    if isinstance(error, DBAPIError) and is_taken(error):
        # What the database says of it names the value: an address of somebody, which no log holds.
        log.warning("taken meanwhile", endpoint=request.endpoint)
        return _answer(Conflict.status, {})
    log.error("database", exc_info=error)
    return _answer(503, {})


def _unreadable(_error: ParseException) -> Response:
    """A body that is not what its header says: nothing more is read of it."""
    return _answer(400, {}, UNREADABLE)


def _ask_nobody() -> None:
    """Where it is not known yet who looks, the page that says what happened does not ask the database either."""
    if "_login_user" not in g:
        g._login_user = AnonymousUserMixin()
    g.setdefault("programme", None)


def _machine(error: OSError) -> Response:
    """A large file that was sent waits on the disk before any page sees it."""
    if error.errno not in PASSING:
        return _accident(error)
    _ask_nobody()
    log.error("machine", exc_info=error)
    return _answer(503, {})


def _accident(error: Exception) -> Response:
    log.error("accident", exc_info=error)
    _ask_nobody()
    return _answer(500, {})


def _wants_data() -> bool:
    """Whether a programme asks, of no use to which is a page: by address, by what it accepts, or with a token."""
    return (
        _has_token()
        or request.path.endswith(".json")
        or request.accept_mimetypes.best == "application/json"
        or MEASURES in request.headers.get("Accept", "")
    )


def _are_listed() -> bool:
    """Whether problems are a list: a programme reads every answer of an address alike, with a token or without."""
    return _has_token() or request.path.endswith(".json")


def _has_token() -> bool:
    """Whether a programme says who it is."""
    return request.authorization is not None and request.authorization.type == "bearer"


def _typed() -> list[str]:
    """Texts of a form that could not be saved: shown again, so that nothing typed is lost."""
    if request.method != "POST" or request.max_content_length is None:
        return []
    try:
        pairs = [*request.form.items(multi=True)]
    except (HTTPException, OSError):
        return []
    # What a page sends twice, as it was and as it was changed, is shown once.
    texts = dict.fromkeys(value for name, value in pairs if name not in UNSHOWN and "password" not in name)
    return [text for text in texts if len(text) >= LONG or len(text.split()) >= SENTENCE]


def _page_before() -> str:
    """The page of this site that the request came from, empty for another or none."""
    try:
        before = urlsplit(request.referrer or "")
    except ValueError:
        return ""
    # One stroke at its beginning: with two, a browser would take what follows for another site.
    path = "/" + before.path.lstrip("/\\")
    return f"{path}?{before.query}".rstrip("?") if before.netloc == request.host else ""


def _words() -> str:
    """The words of the part of the address that names a thing, else of the last one, as somebody would type them into
    the search field; no secret is."""
    if request.url_rule is not None and SECRETS & request.url_rule.arguments:
        return ""
    parts = request.path.strip("/").split("/")
    named = parts[1] if len(parts) > 2 and parts[0] in NAMING else parts[-1]
    words = re.findall(r"[^\W_]{2,}", named.partition(".")[0][:400])
    return " ".join(word[:MAX_WORD] for word in words[:MAX_WORDS])


def _nearest(words: str) -> list[tuple[str, str]]:
    """Titles and addresses of this site near the words; the factory names the function that knows."""
    find: Callable[[str], list[tuple[str, str]]] | None = current_app.extensions.get("nearest")
    try:
        return find(words) if find and words else []
    except Exception as error:
        log.warning("nearest", exc_info=error)
        return []


def _answer(status: int, problems: dict[str, str] | list[dict[str, Any]], reason: str = "") -> Response:
    none: dict[str, str] | list[str] = [] if _are_listed() else {}
    body = {"error": status, "problems": problems or none, "request_id": g.get("request_id", "")}
    if _wants_data():
        answer = json_answer(body)
    else:
        words = _words() if status == 404 else ""
        answer = make_response(
            render_template(
                "error.html",
                status=status,
                reason=reason,
                words=words,
                nearest=_nearest(words),
                typed=_typed() if reason != UNREADABLE and status in TYPED_AGAIN else [],
                limit=_exceeded(),
                longest=MAX_ADDRESS,
                back=_page_before(),
                **body,
            )
        )
    answer.status_code = status
    answer.cache_control.no_store = True
    answer.headers.update(_ways_on(status))
    return answer


def _exceeded() -> int:
    """The size that what was sent exceeds; 0 where it is refused for something else, its many fields say."""
    most = request.max_content_length or 0
    return most if request.content_length is None or request.content_length > most else 0


def _ways_on(status: int) -> dict[str, str]:
    """What a programme is told to do, in the headers: to say who it is, or to wait."""
    if status == 401:
        return {"WWW-Authenticate": CHALLENGE + (', error="invalid_token"' if _has_token() else "")}
    return {"Retry-After": RETRY_AFTER} if status == 503 else {}
