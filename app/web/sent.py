# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a browser sent, as every page reads it: no page forgets to take out what a database refuses."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from app.text.typed import readable

#: Fields of one form: the longest document has some two thousand boxes.
MOST_FIELDS = 5_000


class Fields(ImmutableMultiDict[str, Any]):
    """Fields of a form, or arguments of an address, without control characters and with one kind of line end."""

    def __init__(self, fields: Iterable[tuple[str, Any]] | None = None) -> None:
        given = list(islice(fields or (), MOST_FIELDS + 1))
        if len(given) > MOST_FIELDS:
            # Pages go through all of them more than once.
            raise RequestEntityTooLarge
        super().__init__([(readable(name), _readable(value)) for name, value in given])


def _readable(value: Any) -> Any:
    """A file, or a number, stays as it is."""
    return readable(value) if isinstance(value, str) else value


class Sent(Request):
    """A request whose forms and arguments hold what somebody may have typed, and nothing else."""

    parameter_storage_class = Fields


def register(app: Flask) -> None:
    app.request_class = Sent
    app.url_value_preprocessor(_clean)


def _clean(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """The parts of an address likewise."""
    if values:
        values.update({name: _readable(value) for name, value in values.items()})
