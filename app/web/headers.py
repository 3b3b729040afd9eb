# SPDX-License-Identifier: AGPL-3.0-or-later
"""Headers of every answer, and the limits of every request."""

from flask import Flask, Response, current_app, request

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "style-src 'self'",
        "script-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
}

#: What other sites may read from a browser, as anybody may: lists and feeds, never what is for one person.
OPEN_DATA = frozenset({"application/json", "application/ld+json", "text/csv", "application/atom+xml"})
MAX_BODY = 1_000_000


def register(app: Flask) -> None:
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        MAX_FORM_PARTS=200,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )
    if app.config["SETTINGS"].production:
        # The prefix makes browsers refuse a cookie set from elsewhere or without encryption.
        app.config.update(SESSION_COOKIE_NAME="__Host-twinmetro", SESSION_COOKIE_SECURE=True)
    else:
        app.config.update(SESSION_COOKIE_NAME="twinmetro")
    app.after_request(_add)


def _add(response: Response) -> Response:
    if _open_data(response):
        response.headers["Access-Control-Allow-Origin"] = "*"
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response


def _open_data(response: Response) -> bool:
    """Whether an answer is data, and the same for whoever asks."""
    known = request.authorization or current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    return request.method in ("GET", "HEAD") and response.mimetype in OPEN_DATA and not known
