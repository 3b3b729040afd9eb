# SPDX-License-Identifier: AGPL-3.0-or-later
"""Italian at `/`, English at `/en/`: the language stands in the address, every page in both."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from flask import Flask, current_app, request
from flask_babel import Babel, get_locale, get_translations

LANGUAGES = ("it", "en")
DEFAULT = "it"
#: How a language writes its days and numbers: in Europe, 3 May 2018.
LOCALES = {"it": "it", "en": "en_GB"}
KEY = "twinmetro.language"

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class LanguagePrefix:
    """WSGI step: moves `/en` from the path to the script name, so that every address built stays in the language."""

    def __init__(self, inner: Wsgi) -> None:
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        environ[KEY] = DEFAULT
        for language in LANGUAGES:
            if language != DEFAULT and (path == f"/{language}" or path.startswith(f"/{language}/")):
                environ[KEY] = language
                environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + f"/{language}"
                environ["PATH_INFO"] = path[len(language) + 1 :] or "/"
        return self.inner(environ, start_response)


def register(app: Flask) -> None:
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    Babel(
        app, default_locale=DEFAULT, default_timezone="Europe/Rome", locale_selector=lambda: LOCALES[current_language()]
    )
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _sentences().ugettext(text),
        lambda one, many, count: _sentences().ungettext(one, many, count),
        newstyle=True,
    )
    app.jinja_env.globals.update(
        current_language=current_language,
        languages=LANGUAGES,
        alternate_url=alternate_url,
        locale=get_locale,
        prefixed=prefixed,
        site_root=site_root,
    )


def _sentences() -> Any:
    """The translations of the language in force, which Babel looks for anew for each sentence of a page."""
    held: dict[Any, Any] = current_app.extensions.setdefault("sentences", {})
    language = get_locale()
    found = held.get(language)
    if found is None:
        found = held[language] = get_translations()
    return found


def current_language() -> str:
    """`it` or `en`."""
    return str(request.environ.get(KEY, DEFAULT)) if request else DEFAULT


def alternate_url(language: str, absolute: bool = False) -> str:
    """The address of this page in another language, always one of this site."""
    prefix = "" if language == DEFAULT else f"/{language}"
    # One leading slash only: `//elsewhere` in a link would lead to another host.
    path = "/" + quote(request.path.lstrip("/\\"), safe="/-._~:@!$,+;=")
    query = quote(request.query_string.decode("latin-1"), safe="%&=+-._~/:,!$;@*()'")
    from_root = f"{_outer_root()}{prefix}{path}" + (f"?{query}" if query else "")
    return site_root() + from_root if absolute else from_root


def _outer_root() -> str:
    root: str = request.environ.get("SCRIPT_NAME", "")
    language = current_language()
    return root if language == DEFAULT else root[: -len(language) - 1]


def site_root() -> str:
    """Scheme and host of the site: the configured address, never the Host header where one is configured."""
    configured: str = current_app.config["SETTINGS"].base_url
    return configured.rstrip("/") or request.host_url.rstrip("/")


def prefixed(path: str) -> str:
    """A path of the site in the language of the request."""
    root: str = request.environ.get("SCRIPT_NAME", "")
    return f"{root}{path}"
