# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who writes while the site is being killed: each notes what was acknowledged, and what was on its way."""

import hashlib
import http.client
import json
import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bench.buttons import Visitor, hidden
from bench.pages import Broken

#: What a client meets when the server dies under it.
CUT = (OSError, http.client.HTTPException)
FILES_OF_A_KIT = 30
#: A source names no more than some who re-used it; the twinnings after these come to nothing.
MOST_REUSES = 8
DRAFT = {
    "city": "bologna",
    "office": "Servizio personale",
    "contact.role": "Ufficio concorsi",
    "contact.mailbox": "concorsi@ente.example",
    "themes": "suap",
    "status": "a-regime",
    "period.start": "2018",
    "licence": "CC-BY-4.0",
    "visibility": "public",
}
SAID = {"title": "Schema", "document_kind": "accordo", "licence": "CC-BY-4.0", "visibility": "public"}


@dataclass
class Ledger:
    """What the site said it had kept, as its clients remember it."""

    drafts: dict[str, tuple[int, int]] = field(default_factory=dict)
    needs: dict[int, str] = field(default_factory=dict)
    accepted: list[int] = field(default_factory=list)
    declined: list[int] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    ticked: list[int] = field(default_factory=list)
    spoken: list[int] = field(default_factory=list)
    stopped: list[int] = field(default_factory=list)
    pressed: int = 0
    files: list[tuple[str, str]] = field(default_factory=list)
    acknowledged: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str) -> None:
        with self.guard:
            self.acknowledged[what] += 1

    def wrong(self, what: str) -> None:
        with self.guard:
            self.errors[what] += 1


class Client:
    """One person who goes on writing until told to stop, or until the server is gone."""

    def __init__(self, visitor: Visitor, ledger: Ledger) -> None:
        self.visitor, self.ledger = visitor, ledger
        self.number = 0

    def life(self, stop: threading.Event) -> None:
        """Work during one life of the server."""
        self.visitor.again()
        while not stop.is_set():
            try:
                self.turn()
            except Broken as refused:
                self.ledger.wrong(f"{type(self).__name__}: {refused}")
                time.sleep(0.2)
            except CUT:
                return

    def turn(self) -> None:
        raise NotImplementedError


class Drafter(Client):
    """Begins a draft now and then, and lets the form save by itself."""

    slug = ""
    seen: dict[str, str]

    def life(self, stop: threading.Event) -> None:
        self.seen = {}
        super().life(stop)

    def turn(self) -> None:
        if not self.slug or self.number % 60 == 59:
            answer, _text = self.visitor.post("/soluzioni/nuova", {"title": f"Prova {uuid.uuid4().hex[:12]}"})
            self.slug, self.seen = answer.headers["Location"].split("/")[2], {}
            self.ledger.drafts[self.slug] = (0, 0)
            self.ledger.note("drafts begun")
        if not self.seen:
            page = self.visitor.get(f"/soluzioni/{self.slug}/modifica")
            self.seen = {name: hidden(page, name) for name in ("edition", "base")}
        self.number += 1
        held, _ = self.ledger.drafts[self.slug]
        self.ledger.drafts[self.slug] = (held, self.number)
        boxes = {**DRAFT, **dict.fromkeys(("title", "summary"), f"Salvata {self.number} volte"), **self.seen}
        text = f"Il testo, salvato {self.number} volte. " * 30
        sent = {**boxes, "section.1": text, "section.2": text}
        _answer, said = self.visitor.post(f"/soluzioni/{self.slug}/bozza", sent, 200)
        self.ledger.drafts[self.slug] = (self.number, self.number)
        self.seen = {name: str(json.loads(said)[name]) for name in self.seen}
        self.ledger.note("drafts saved")


class Uploader(Client):
    """Adds files to kits."""

    slug = ""

    def turn(self) -> None:
        if not self.slug or self.number % FILES_OF_A_KIT == 0:
            answer, _text = self.visitor.post("/soluzioni/nuova", {"title": f"Prova {uuid.uuid4().hex[:12]}"})
            self.slug = answer.headers["Location"].split("/")[2]
            self.ledger.note("drafts begun")
        self.number += 1
        content = (f"Schema di convenzione {uuid.uuid4()}.\n" * 400).encode()
        self.visitor.upload(f"/soluzioni/{self.slug}/kit", SAID, "schema.txt", content)
        self.ledger.files.append((self.slug, hashlib.sha256(content).hexdigest()))
        self.ledger.note("files uploaded")


@dataclass(frozen=True)
class Step:
    """A button of a twinning: who presses it, where, with what; the list of the ledger that keeps its number."""

    who: Visitor
    path: str
    boxes: Mapping[str, str]
    kept: list[int]
    number: int
    what: str


class Asker(Client):
    """Posts requests: one is offered a solution and says yes, the next is refused one, passed on, and closed.

    A twinning that begins reaches its first milestone; every second one is closed by both sides, the others stop.
    """

    unsure: Step | None = None
    resumed = False

    def __init__(self, visitor: Visitor, giver: Visitor, solutions: tuple[str, str], ledger: Ledger) -> None:
        super().__init__(visitor, ledger)
        self.giver, (self.given, self.refused) = giver, solutions

    def life(self, stop: threading.Event) -> None:
        self.giver.again()
        self.resumed = True
        super().life(stop)

    def turn(self) -> None:
        if self.unsure is not None:
            self._press(self.unsure)
        if self.resumed:
            self._end_what_was_left()
            self.resumed = False
        problem = f"Uno sportello unico per le imprese dei comuni piccoli, prova {uuid.uuid4().hex}."
        boxes = {"problem": problem, "by_when": "2027-06-30", "themes": "suap", "do": "publish", "looked": "1"}
        answer, _text = self.visitor.post("/richieste/nuova", boxes)
        path = answer.headers["Location"]
        number = int(path.split("/")[2].partition("-")[0])
        self.ledger.needs[number] = problem
        self.ledger.note("requests posted")
        self.number += 1
        if self.number % 2:
            self._accept(path)
        else:
            self._pass_on_and_close(path, number)

    def _accept(self, path: str) -> None:
        self.giver.post(f"{path}/offri", {"solution": self.given, "message": "Possiamo raccontarvela."})
        self.ledger.note("solutions offered")
        proposal = self._proposal(path)
        answer, _text = self.visitor.post(f"/proposte/{proposal}/accetta", {})
        self.ledger.accepted.append(proposal)
        self.ledger.note("proposals accepted")
        self._work(answer.headers["Location"])

    def _end_what_was_left(self) -> None:
        """A city receives a solution once at a time: what the kill left running would refuse every later yes.

        One that its receiver says it adopted is not stopped any more: its giver tells how it went.
        """
        for told in json.loads(self.visitor.get("/gemellaggi.json"))["twinnings"]:
            if told["state"] != "running" or told["solution"] != self.given:
                continue
            number, ledger = told["id"], self.ledger
            path = f"/gemellaggi/{number}-{told['solution']}"
            if f"{path}/ferma" in self.visitor.get(path):
                said = {"reason": "funding", "public": "1", "sure": "1"}
                self._press(Step(self.visitor, f"{path}/ferma", said, ledger.stopped, number, "twinnings stopped"))
            else:
                said = {"body": "torino", "result": "adapted"}
                self._press(Step(self.giver, f"{path}/chiudi", said, ledger.spoken, number, "closing forms sent"))

    def _work(self, path: str) -> None:
        number = int(path.split("/")[2].partition("-")[0])
        found = re.search(r"/tappe/(\d+)\"", self.visitor.get(path))
        if found is None:
            raise Broken("a twinning that was acknowledged has no milestones")
        done, ledger = {"done": "1"}, self.ledger
        milestone = int(found[1])
        self._press(Step(self.visitor, f"{path}/tappe/{milestone}", done, ledger.ticked, milestone, "milestones done"))
        if self.number % 4 == 1:
            said = {"reason": "funding", "public": "1", "sure": "1"}
            self._press(Step(self.visitor, f"{path}/ferma", said, ledger.stopped, number, "twinnings stopped"))
            return
        # Both tell the same: reports that contradict each other are asked about once more.
        result = "adapted" if len(ledger.spoken) < MOST_REUSES else "stopped"
        for who, body in ((self.visitor, "bologna"), (self.giver, "torino")):
            said = {"body": body, "result": result}
            self._press(Step(who, f"{path}/chiudi", said, ledger.spoken, number, "closing forms sent"))

    def _press(self, step: Step) -> None:
        """Press, and in the next life once more where the site was killed before it answered."""
        again, self.unsure = self.unsure is step, step
        self.ledger.pressed += 1
        try:
            step.who.post(step.path, step.boxes)
        except Broken:
            self.unsure = None
            # Refused the second time: it had been done, and the twinning is over. That it was is looked at later.
            if not again:
                raise
        self.unsure = None
        step.kept.append(step.number)
        self.ledger.note(step.what)

    def _pass_on_and_close(self, path: str, number: int) -> None:
        self.visitor.post(f"{path}/abbinamenti/chiedi", {"solution": self.refused})
        self.ledger.note("cities asked")
        proposal = self._proposal(path)
        self.giver.post(f"/proposte/{proposal}/rifiuta", {"reason": "changed"})
        self.ledger.declined.append(proposal)
        self.ledger.note("refused and passed on")
        self.visitor.post(f"{path}/chiudi", {"outcome": "not-needed"})
        self.ledger.closed.append(number)
        self.ledger.note("requests closed")

    def _proposal(self, path: str) -> int:
        found = re.search(r"/proposte/(\d+)", self.visitor.get(path))
        if found is None:
            raise Broken("a proposal that was acknowledged is not on the page")
        return int(found[1])


def together(clients: list[Client], stop: threading.Event) -> Callable[[], None]:
    """All at work, each in a thread of its own; answers how to wait for them."""
    threads = [threading.Thread(target=client.life, args=(stop,), daemon=True) for client in clients]
    for thread in threads:
        thread.start()

    def wait() -> None:
        for thread in threads:
            thread.join(60)

    return wait
