# SPDX-License-Identifier: AGPL-3.0-or-later
"""Italian at `/`, English at `/en/`: the language stands in the address, every page in both."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from babel import Locale
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, get_locale, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext

from app.config import Settings, site_address
from app.text.elision import elided
from app.web.formats import sentence

LANGUAGES = ("it", "en")
DEFAULT = "it"
#: How a language writes its days and numbers: in Europe, 3 May 2018.
LOCALES = {"it": "it", "en": "en_GB"}
KEY = "twinmetro.language"
#: How a document links another page of the library, without a language.
INSIDE = re.compile(r'href="/(?=(?:soluzioni|temi)/)')
#: More sentences than all pages say; beyond it they are looked up anew.
MOST_SENTENCES = 5_000

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]

# Looking through one of Flask's stand-ins costs ten times what is looked at; a page does it hundreds of times.
_request: Callable[[], Any] = request._get_current_object  # type: ignore[attr-defined]
_context: Callable[[], Any] = g._get_current_object


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
    sentences = Sentences()
    app.jinja_env.filters["inside"] = inside
    app.jinja_env.globals.update(
        _=sentences.said,
        gettext=sentences.said,
        ngettext=sentences.counted,
        current_language=current_language,
        languages=LANGUAGES,
        alternate_url=alternate_url,
        locale=get_locale,
        prefixed=prefixed,
        site_root=site_root,
        this_page=this_page,
    )


class Sentences:
    """What pages say, found once in each language: a page says a hundred sentences."""

    def __init__(self) -> None:
        self._translations: dict[Locale | None, Any] = {}
        self._said: dict[tuple[str, bool, str], str] = {}

    def translations(self) -> Any:
        """The translations of the language in force, which Babel looks for anew for each sentence of a page."""
        language = get_locale()
        found = self._translations.get(language)
        if found is None:
            found = self._translations[language] = get_translations()
        return found

    @pass_eval_context
    def said(self, context: EvalContext, text: str, /, **values: object) -> str:
        """A sentence in the language in force with its ``%(name)s`` filled in; values are escaped where pages are."""
        locale = _locale()
        key = (locale.language if locale else "", context.autoescape, text)
        found = self._said.get(key)
        if found is None:
            if len(self._said) >= MOST_SENTENCES:
                self._said.clear()
            found = self._said[key] = _as_read(context, self.translations().ugettext(text))
        if not values:
            return found % values if "%" in found else found
        return _elided(context, found % values)

    @pass_eval_context
    def counted(self, context: EvalContext, one: str, many: str, num: int, /, **values: object) -> str:
        """The same for a number of things, which stands in ``%(num)s`` unless it is given in other words."""
        told = _as_read(context, self.translations().ungettext(one, many, num))
        return _elided(context, told % {"num": num, **values})


def _elided(context: EvalContext, filled: str) -> str:
    """A sentence whose articles suit the days that were filled in: "l’11 dicembre"."""
    told = elided(filled)
    return filled if told is filled else _as_read(context, told)


def _as_read(context: EvalContext, translated: str) -> str:
    return sentence(translated) if context.autoescape else translated


def _locale() -> Locale | None:
    """The same as Babel's ``get_locale``, ten times faster once that was asked in this request."""
    known: Locale | None = getattr(getattr(_context(), "_flask_babel", None), "babel_locale", None)
    return known or get_locale()


def current_language() -> str:
    """`it` or `en`."""
    return str(_request().environ.get(KEY, DEFAULT)) if has_request_context() else DEFAULT


def alternate_url(language: str, absolute: bool = False, query: str | None = None) -> str:
    """The address of this page in another language, always one of this site.

    ``query`` is what the page really shows, where that may be asked for in other words (a page beyond the last)."""
    # One leading slash only: `//elsewhere` in a link would lead to another host.
    path = "/" + quote(request.path.lstrip("/\\"), safe="/-._~:@!$,+;=")
    if query is None:
        query = quote(request.query_string.decode("latin-1"), safe="%&=+-._~/:,!$;@*()'")
    from_root = f"{_outer_root()}{_prefix(language)}{path}" + (f"?{query}" if query else "")
    return site_root() + from_root if absolute else from_root


def address_in(language: str, path: str) -> str:
    """The whole address of a path of this site in a language, whichever the page is read in."""
    return f"{site_root()}{_outer_root()}{_prefix(language)}{path}"


def _outer_root() -> str:
    root: str = request.environ.get("SCRIPT_NAME", "")
    language = current_language()
    return root if language == DEFAULT else root[: -len(language) - 1]


@contextmanager
def asked(app: Flask, path: str, language: str) -> Iterator[None]:
    """Within it the site is asked for a path by a reader without an account, at its public address."""
    settings: Settings = app.config["SETTINGS"]
    within = {KEY: language, "SCRIPT_NAME": _prefix(language)}
    # Pages name the configured address, whatever the host that was asked.
    host = (
        f"https://{settings.hosts[0].lstrip('.')}" if settings.base_url and settings.hosts else site_address(settings)
    )
    # A context of its own: language and session of another page are kept in the one around it.
    with app.app_context(), app.test_request_context(path, base_url=host, environ_overrides=within):
        yield


def home_of(app: Flask, language: str) -> str:
    """Where the site begins in a language, at its public address, without the last slash."""
    return site_address(app.config["SETTINGS"]) + _prefix(language)


def _prefix(language: str) -> str:
    return "" if language == DEFAULT else f"/{language}"


def site_root() -> str:
    """Scheme and host of the site: the configured address, never the Host header where one is configured."""
    configured: str = current_app.config["SETTINGS"].base_url
    return configured.rstrip("/") or request.host_url.rstrip("/")


def prefixed(path: str) -> str:
    """A path of the site in the language of the request."""
    root: str = _request().environ.get("SCRIPT_NAME", "")
    return f"{root}{path}"


def this_page() -> str:
    """The path of the page that is asked for, with all of the question in its address, which may end with one more
    question mark: the words of somebody who searches."""
    return prefixed(request.full_path if request.query_string else request.path)


def inside(stored: str, whole: bool = False) -> str:
    """Stored HTML whose links to sheets and themes stay in the language of the page, with the host on paper."""
    return INSIDE.sub(f'href="{site_root() if whole else ""}{prefixed("/")}', stored)
