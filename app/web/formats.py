# SPDX-License-Identifier: AGPL-3.0-or-later
"""One list, several formats: JSON and CSV answers, conditional answers, dates and numbers as people read them."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from babel.numbers import get_decimal_symbol, get_group_symbol
from flask import Flask, Response, get_template_attribute, make_response, request
from flask_babel import format_date, format_decimal, format_time, get_locale, gettext
from markupsafe import Markup

from app.document.dates import ROME
from app.text.bodies import named
from app.web.headings import HEADINGS

#: First characters a spreadsheet would run as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: How a truth is said in an Italian table.
YES_NO = {True: "sì", False: "no"}
#: Of a table in which no column holds codes.
AS_CODES: Mapping[str, tuple[str, str]] = MappingProxyType({})
#: The first of a month as the Italian calendar of Babel writes it.
FIRST_DAY = re.compile(r"^1 (?=[a-z])")
#: What a link may be made of among the words of people: the address of a page, never a script.
WEB_ADDRESS = re.compile(r"https?://[^\s/]+\.\S+")

#: A number with decimals in either language, and the sign before them.
DECIMALS, SIGN = re.compile(r"[-−]?\d+[.,](?:\d{1,2}|\d{4,})"), re.compile("[.,]")
#: One with thousands and decimals, whose signs tell each other apart.
GROUPED = re.compile(r"([-−]?\d{1,3}(?:(?:\.\d{3})+(?=,)|(?:,\d{3})+(?=\.)))[.,](\d+)")


def json_answer(data: Any, indent: int | None = None) -> Response:
    text = json.dumps(data, ensure_ascii=False, default=_plain, indent=indent)
    return Response(text, mimetype="application/json")


def _plain(value: Any) -> str:
    """What JSON has no form for; days and instants as ISO 8601, and not as Python, writes them."""
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def words_of(template: str, macro: str) -> Callable[[str], str]:
    """The words that a template has for codes, each asked once."""
    said: Callable[[str], Markup] = get_template_attribute(template, macro)
    return cache(lambda code: said(code).unescape().strip())


def csv_answer(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], name: str, said: Mapping[str, tuple[str, str]] = AS_CODES
) -> Response:
    """A UTF-8 CSV with a byte-order mark and decimal commas, as Italian spreadsheets expect, safe against formulas.

    In Italian its columns are headed by words, and truths and codes are ``said``: by column, the template and the macro
    with the words. In English all of them are what programmes call them.
    """
    buffer, italian = io.StringIO(), _italian()
    say = {column: words_of(*where) for column, where in said.items()} if italian else {}
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow([HEADINGS.get(column, column) for column in columns] if italian else columns)
    for row in rows:
        values = ((row.get(column), say.get(column)) for column in columns)
        writer.writerow([_cell(_in_words(value, words) if italian else value) for value, words in values])
    answer = Response("\ufeff" + buffer.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _in_words(value: Any, words: Callable[[str], str] | None) -> Any:
    if isinstance(value, bool):
        return YES_NO[value]
    if words is None or not value:
        return value
    return [words(code) for code in value] if isinstance(value, (list, tuple)) else words(str(value))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        # As the pages say it, and as a spreadsheet knows a day and an hour.
        return value.astimezone(ROME).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=_plain)
    if isinstance(value, float):
        # A spreadsheet in Italy takes a point for that of thousands, or for a day: 4.137 would be four thousand. The
        # places of degrees are enough for all.
        return f"{round(value, 6) + 0.0:.6f}".rstrip("0").rstrip(".").replace(".", ",")
    text = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    return f"'{text}" if text.startswith(FORMULA) and not isinstance(value, int) else text


def conditional(body: str | Response, *parts: object) -> Response:
    """An answer a browser may keep and must revalidate; 304 when ``parts`` have not changed."""
    response = make_response(body)
    response.set_etag(tag(*parts))
    response.cache_control.no_cache = True
    response.make_conditional(request)
    return response


def fresh(*parts: object) -> Response | None:
    """The 304 answer, without rendering anything, when the browser already has this state; else None."""
    wanted = tag(*parts)
    for held in request.if_none_match.as_set(include_weak=True):
        # The compressed answers carry the name of their compression behind a colon.
        if held.partition(":")[0] == wanted:
            response = Response(status=304)
            response.set_etag(held)
            response.cache_control.no_cache = True
            return response
    return None


def tag(*parts: object) -> str:
    return hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()[:32]


def day(value: Any) -> str:
    """`2018` -> 2018, `2018-05` -> maggio 2018, `2018-05-03` -> 3 maggio 2018, an instant -> its day."""
    if isinstance(value, (date, datetime)):
        return _long(value)
    text = str(value or "")
    try:
        if len(text) == 7:
            return str(format_date(date.fromisoformat(f"{text}-01"), "MMMM yyyy"))
        if len(text) == 10:
            return _long(date.fromisoformat(text))
    except ValueError:
        return text
    return text


def _long(value: date | datetime) -> str:
    """A day in words; in Italian the first of a month is `1°`."""
    return FIRST_DAY.sub("1° ", str(format_date(value, "long")))


def moment(value: datetime) -> str:
    """An instant as its day and time in Italy, to the minute."""
    return f"{format_date(value, 'medium')}, {format_time(value, 'short')}"


def articled(name: str, preposition: str = "", begin: bool = False) -> str:
    """A body as a sentence names it, at its beginning or within: in Italian as in `alla Regione Toscana`."""
    said = named(name, preposition) if _italian() else name
    return said[:1].upper() + said[1:] if begin else said


def _italian() -> bool:
    locale = get_locale()
    return locale is None or locale.language == "it"


def local_input(value: datetime) -> str:
    """An instant as a field of day and time takes it, in Italy's time."""
    return value.astimezone(ROME).strftime("%Y-%m-%dT%H:%M")


def number(value: float | None, digits: int = 0) -> str:
    """A number as the language writes it, *non disponibile* for None."""
    if value is None:
        return str(gettext("non disponibile"))
    return str(format_decimal(round(value, digits) if digits else round(value)))


def numeral(value: object) -> str:
    """A number that somebody typed or stated, with the signs of the language; all else as it stands.

    Three digits may be thousands as well: they are left as they were typed.
    """
    text, locale = str(value), get_locale() or "it"
    decimal = str(get_decimal_symbol(locale))
    if grouped := GROUPED.fullmatch(text):
        return SIGN.sub(str(get_group_symbol(locale)), grouped[1]) + decimal + grouped[2]
    return SIGN.sub(decimal, text) if DECIMALS.fullmatch(text) else text


def euro(value: float | None) -> str:
    """Euros as the language writes them, to the euro."""
    if value is None:
        return str(gettext("non disponibile"))
    return f"{number(value)}\u00a0€" if _italian() else f"€{number(value)}"


def file_size(octets: int) -> str:
    """How large a file is, as the language writes it."""
    if octets < 1_000:
        return str(gettext("%(num)d byte", num=octets))
    unit, scale = ("MB", 1_000_000) if octets >= 999_950 else ("kB", 1_000)
    return f"{format_decimal(round(octets / scale, 1))}\u00a0{unit}"


def web_address(text: str) -> str:
    """A text that is the address of a page and nothing else; empty for any other."""
    return text if WEB_ADDRESS.fullmatch(text) else ""


def trusted_html(stored: str) -> Markup:
    """Stored HTML of a revision, already sanitised by `app.document.render`; the only mark-as-safe in the project."""
    return Markup(stored)  # noqa: S704


def sentence(translated: str) -> Markup:
    """A sentence of the catalogue, which is part of the pages; what is filled in is escaped."""
    return Markup(translated)  # noqa: S704


def json_ld(data: Mapping[str, Any]) -> Markup:
    """JSON-LD that cannot close its own script element."""
    text = json.dumps(data, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def register(app: Flask) -> None:
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        articled=articled,
        local_input=local_input,
        number=number,
        numeral=numeral,
        euro=euro,
        file_size=file_size,
        web_address=web_address,
        trusted_html=trusted_html,
        json_ld=json_ld,
    )
