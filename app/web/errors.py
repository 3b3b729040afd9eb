# SPDX-License-Identifier: AGPL-3.0-or-later
"""Refusals and accidents -> pages (or JSON) that say what happened and what to do."""

from flask import Flask, Response, g, make_response, render_template, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from werkzeug.exceptions import HTTPException, SecurityError

from app.errors import Invalid, Refused, Unavailable
from app.web.formats import json_answer
from app.web.logs import log

RETRY_AFTER = "30"


def register(app: Flask) -> None:
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(PoolExhausted, _database)
    app.register_error_handler(Exception, _accident)


def _refused(error: Refused) -> Response:
    problems = error.problems if isinstance(error, Invalid) else {}
    return _answer(error.status, problems, str(error) if isinstance(error, Unavailable) else "")


def _http(error: HTTPException) -> Response:
    if isinstance(error, SecurityError):
        # A foreign host gets no page: every address in it would be built for that host.
        return make_response(("400 Bad Request\n", 400, {"Content-Type": "text/plain"}))
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    answer = _answer(error.code, {})
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            answer.headers[name] = value
    return answer


def _database(error: DBAPIError | PoolExhausted) -> Response:
    log.error("database", exc_info=error)
    return _answer(503, {})


def _accident(error: Exception) -> Response:
    log.error("accident", exc_info=error)
    return _answer(500, {})


def _answer(status: int, problems: dict[str, str], reason: str = "") -> Response:
    body = {"error": status, "problems": problems, "request_id": g.get("request_id", "")}
    if request.path.endswith(".json") or request.accept_mimetypes.best == "application/json":
        answer = json_answer(body)
    else:
        answer = make_response(render_template("error.html", status=status, reason=reason, **body))
    answer.status_code = status
    answer.cache_control.no_store = True
    if status == 503:
        answer.headers["Retry-After"] = RETRY_AFTER
    return answer
