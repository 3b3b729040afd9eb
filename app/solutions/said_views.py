# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the parts and the codes of a document are said in the language of the page: for whatever compares two of them."""

from collections.abc import Callable, Mapping

from flask import current_app, g, get_template_attribute
from markupsafe import Markup

from app.cities import queries as registers
from app.document.compare import Called
from app.document.dates import is_date
from app.document.schema import field_at
from app.document.tables import as_lines
from app.solutions import queries
from app.web.formats import day, number, numeral
from app.web.languages import current_language
from app.web.unit import session


def _said(template: str, macro: str, *given: str) -> str:
    words: Markup = get_template_attribute(template, macro)(*given)
    return words.unescape()


def _part(part: str) -> str:
    return _said("solutions/_field_names.html", "part", part)


def _value(path: str, value: str) -> str:
    """The words for a code; the name for the address of a body, a theme or a solution; dates and numbers as read."""
    if path in NAMED:
        return NAMED[path](value)
    field = field_at(path)
    if field is not None and field.shape == "date" and is_date(value):
        return day(value)
    if field is not None and field.shape == "amount" and value.isdecimal():
        return number(int(value))
    if field is not None and field.shape in {"number", "value"} and (said := numeral(value)) != value:
        return said
    return _said("solutions/_values.html", "value", path, value)


def _body(slug: str) -> str:
    return _names("body_names", _bodies).get(slug, slug)


def _bodies() -> Mapping[str, str]:
    return {body.slug: body.name for body in registers.all_bodies(session())}


def _theme(slug: str) -> str:
    return _names("theme_names", _themes).get(slug, slug)


def _themes() -> Mapping[str, str]:
    return dict(queries.theme_names(session(), current_language()))


def _names(kept: str, read: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
    """Names of a register, read once for a page that says several."""
    if kept not in g:
        setattr(g, kept, read())
    names: Mapping[str, str] = g.get(kept)
    return names


def _solution(slug: str) -> str:
    """The title of a solution that everybody reads, else its address: asked of the index, which holds no other."""
    title: str = current_app.extensions["engine"].title("solution", slug)
    return title or slug


NAMED: Mapping[str, Callable[[str], str]] = {
    "city": _body,
    "partners": _body,
    "reused_by.city": _body,
    "themes": _theme,
    "based_on": _solution,
}

AS_SAID = Called(_part, _value, as_lines)
