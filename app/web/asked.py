# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a programme asks of a list by its address: what the list does not know is refused, where a page leaves it out.
Without a word it would take the whole list for the answer."""

from collections.abc import Callable, Iterable, Mapping

from flask import request

from app.errors import Invalid

#: Endings of the addresses of data.
DATA = (".json", ".csv")


def refuse_unknown(known: Mapping[str, Iterable[str]]) -> None:
    """Raise ``Invalid`` where data is asked for, under one of these names, by a value that is not among the known."""
    said = {name: sorted({*choices} - {""}) for name, choices in known.items()}
    _refuse("not_a_choice", {name: ", ".join(said[name]) for name in said if set(_asked(name)) - {*said[name]}})


def refuse_malformed(names: Iterable[str], is_code: Callable[[str], bool]) -> None:
    """Raise ``Invalid`` where data is asked for, under one of these names, by what can be the code of nothing."""
    wrong = {name: [value for value in _asked(name) if not is_code(value)] for name in names}
    _refuse("not_a_slug", {name: values[0][:40] for name, values in wrong.items() if values})


def _asked(name: str) -> list[str]:
    return [value.strip() for value in request.args.getlist(name) if value.strip()]


def _refuse(key: str, wrong: dict[str, str]) -> None:
    if wrong and request.path.endswith(DATA):
        raise Invalid(dict.fromkeys(wrong, key), wrong)
