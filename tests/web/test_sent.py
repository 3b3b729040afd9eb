# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a browser sends reaches every page without control characters: fields, arguments, parts of addresses."""

import io

from flask import Flask, request

from app.web import sent


def test_no_page_is_given_a_control_character() -> None:
    app = Flask("tried")
    sent.register(app)

    @app.post("/<name>/<int:number>")
    def told(name: str, number: int) -> list[object]:
        file = request.files["file"].read().decode()
        return [name, number, *request.args.items(), *request.form.items(multi=True), file]

    data = {"a\x00b": ["uno\r\ndue", "\x07tre"], "file": (io.BytesIO(b"x\x00\r\ny"), "a.txt")}
    answer = app.test_client().post("/a%00b/7?q=c%00d", data=data)
    assert answer.json == ["ab", 7, ["q", "cd"], ["ab", "uno\ndue"], ["ab", "tre"], "x\x00\r\ny"]


def test_a_form_of_more_fields_than_any_page_has_is_refused_before_a_page_reads_it() -> None:
    app = Flask("tried")
    sent.register(app)

    @app.post("/")
    def told() -> str:
        return str(len(request.form))

    def status(fields: int) -> int:
        return app.test_client().post("/", data={str(number): "" for number in range(fields)}).status_code

    assert (status(sent.MOST_FIELDS), status(sent.MOST_FIELDS + 1)) == (200, 413)
