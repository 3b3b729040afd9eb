# SPDX-License-Identifier: AGPL-3.0-or-later
"""What templates print is escaped as the library of safe texts does it."""

from typing import Any

import pytest
from flask import Flask, render_template_string
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from app.web.templating import Printed, escaped

SIGNS = st.text(st.sampled_from("ab&<>'\"; #39àé\n"), max_size=30)


@given(SIGNS | st.text(max_size=30) | st.integers() | st.none() | SIGNS.map(Markup))
def test_whatever_is_printed_is_as_safe_as_the_library_makes_it(value: Any) -> None:
    assert escaped(value) == str(escape(value))


class Said:
    def __html__(self) -> str:
        return "<b>detto</b>"


class Text(str):
    pass


@pytest.mark.parametrize("value", [Said(), Text("<b>"), 1.5, ["<"], Markup("<i>") + "&"])
def test_so_is_what_is_no_plain_text(value: Any) -> None:
    assert escaped(value) == str(escape(value))


def test_a_template_prints_through_it_and_its_parts_are_safe_texts(app: Flask) -> None:
    page = """{% macro bold(text) %}<b>{{ text }}</b>{% endmacro %}{% set kept %}{{ typed }}{% endset %}
{{- bold(typed) }}|{{ kept }}|{{ "%s" | format(typed) }}|{{ typed ~ typed }}|{{ typed | e }}|{{ missing }}"""
    with app.test_request_context():
        said = render_template_string(page, typed="<a>&")
    safe = "&lt;a&gt;&amp;"
    assert said == f"<b>{safe}</b>|{safe}|{safe}|{safe}{safe}|{safe}|"
    made = app.jinja_env.get_template("base.html")
    assert isinstance(made, Printed)
    assert made.root_render_func.__globals__["escape"] is escaped
