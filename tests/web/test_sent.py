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
