# SPDX-License-Identifier: AGPL-3.0-or-later
"""The buttons of who writes and who judges, pressed over HTTP beside a bare POST that writes one row."""

import http.client
import json
import re
import statistics
import time
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from http.cookies import SimpleCookie
from typing import TypeVar
from urllib.parse import urlencode

from app.access import Role
from app.db import Database
from app.search.engine import Engine
from app.solutions.queries import themes
from bench.pages import Broken, percentile
from tests import makers

SAVES = 5
CITY = "bologna"
FORM = "application/x-www-form-urlencoded"
T = TypeVar("T")
Answer = tuple[http.client.HTTPResponse, str]


class Visitor:
    """One person at a keep-alive connection, with their cookies and the token their forms carry."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}
        self.token = ""

    def get(self, path: str) -> str:
        answer, text = self._ask("GET", path)
        if answer.status != 200:
            raise Broken(f"status {answer.status} of {path}")
        found = re.search(r'name="csrf_token" value="([^"]+)"', text)
        self.token = found[1] if found else self.token
        return text

    def post(self, path: str, boxes: Mapping[str, str], wanted: int = 303) -> Answer:
        answer, text = self._ask("POST", path, urlencode({**boxes, "csrf_token": self.token}))
        if answer.status != wanted:
            raise Broken(f"status {answer.status} of {path}")
        return answer, text

    def upload(self, path: str, boxes: Mapping[str, str], name: str, content: bytes) -> None:
        """Send one file with its form."""
        line = uuid.uuid4().hex
        parts = [f'name="{box}"\r\n\r\n{text}\r\n' for box, text in {**boxes, "csrf_token": self.token}.items()]
        said = f'name="file"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        head = "".join(f"--{line}\r\nContent-Disposition: form-data; {part}" for part in (*parts, said))
        body = head.encode() + content + f"\r\n--{line}--\r\n".encode()
        answer, _text = self._ask("POST", path, body, f"multipart/form-data; boundary={line}")
        if answer.status != 303:
            raise Broken(f"status {answer.status} of {path}")

    def again(self) -> None:
        """A new connection, after the server was gone."""
        self.connection.close()

    def _ask(self, method: str, path: str, body: str | bytes = "", kind: str = FORM) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            headers["Content-Type"] = kind
        self.connection.request(method, path, body or None, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode("utf-8")
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: item.value for name, item in SimpleCookie(line).items()}
        return answer, text


def entered(port: int, database: Database, role: Role, city: str = CITY) -> Visitor:
    """Somebody of a city who has just signed in."""
    email = f"{uuid.uuid4().hex}@ente.example"
    with database.work() as session:
        makers.make_person(session, (role, city), email=email, password=makers.PASSWORD)
    visitor = Visitor(port)
    visitor.get("/accedi")
    visitor.post("/accedi", {"email": email, "password": makers.PASSWORD})
    visitor.get("/profilo")
    return visitor


class Desk:
    """Who writes, who judges, and the milliseconds of their buttons and of the bare POST in turns with them."""

    def __init__(self, port: int, database: Database, engine: Engine) -> None:
        self.official, self.referent = (entered(port, database, role) for role in (Role.OFFICIAL, Role.REFERENT))
        self.engine = engine
        with database.reading() as session:
            self.theme = themes(session)[0].slug
        self.took: dict[str, list[float]] = {}

    def timed(self, name: str, act: Callable[[], T]) -> T:
        began = time.perf_counter()
        done = act()
        self.took.setdefault(name, []).append((time.perf_counter() - began) * 1000)
        if name != "bare":
            self.timed("bare", lambda: self.official.post("/bare/row", {"text": "x" * 2000}, 204))
        return done

    def one_solution(self, found_after: Callable[[Engine, str], float]) -> None:
        """From a title to a solution that is found."""
        word = "x" + uuid.uuid4().hex[:10].translate(str.maketrans("0123456789", "ghijklmnop"))
        answer, _text = self.official.post("/soluzioni/nuova", {"title": f"Prova {word}"})
        path = answer.headers["Location"].removesuffix("/modifica")
        page = self.official.get(f"{path}/modifica")
        seen = {name: hidden(page, name) for name in ("edition", "base")}
        for number in range(SAVES):
            save = partial(self.official.post, f"{path}/bozza", {**self._boxes(word, number), **seen}, 200)
            _answer, text = self.timed("save a draft", save)
            seen = {name: str(json.loads(text)[name]) for name in seen}
        self.timed("submit", lambda: self.official.post(f"{path}/revisione/invia", {}))
        page = self.referent.get(f"{path}/revisione")
        action = re.search(r'formaction="([^"]+/approva)"', page)
        if action is None:
            raise Broken("the referent sees no button to approve")
        boxes = {"number": hidden(page, "number")}
        self.timed("approve", lambda: self.referent.post(action[1], boxes))
        self.took.setdefault("approved -> searchable", []).append(found_after(self.engine, word) * 1000)

    def _boxes(self, word: str, number: int) -> dict[str, str]:
        text = f"Il testo della prova {word}, salvato {number} volte. " * 40
        return {
            "title": f"Prova {word}",
            "summary": "Una soluzione scritta per misurare quanto si aspetta.",
            "city": CITY,
            "office": "Servizio personale",
            "contact.role": "Ufficio concorsi",
            "contact.mailbox": "concorsi@ente.example",
            "themes": self.theme,
            "status": "a-regime",
            "period.start": "2018",
            "licence": "CC-BY-4.0",
            "visibility": "public",
            "section.1": text,
            "section.2": text,
        }

    def report(self) -> None:
        """Median and p95 of each button, and how many times the bare POST that is."""
        bare = self.took.pop("bare")
        floor, floor_p95 = statistics.median(bare), percentile(bare, 0.95)
        print(f"{'button':24}{'median':>8}{'p95':>8}{'x bare':>8}{'x p95':>8}")
        print(f"{'bare POST of one row':24}{floor:8.1f}{floor_p95:8.1f}")
        for name, values in self.took.items():
            median, p95 = statistics.median(values), percentile(values, 0.95)
            print(f"{name:24}{median:8.1f}{p95:8.1f}{median / floor:8.1f}{p95 / floor_p95:8.1f}")


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    if found is None:
        raise Broken(f"no {name} in the page")
    return found[1]
