# SPDX-License-Identifier: AGPL-3.0-or-later
"""Kills the whole site while people write, and counts what was lost: it must be nothing.

Every third time at a random instant, else as a button of a twinning is being answered.

`python -m bench.faults [--kills 20] [--seed 1]`; the real server with its worker, on loopback, in a folder of its own.
Ends with an error when an acknowledged write is lost, anything is half saved or doubled, or a start takes too long.
"""

import argparse
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from app import create_app
from app.access import Role
from app.config import ROOT, Settings
from app.db import Database
from app.files.store import Store
from bench import fault_checks
from bench.buttons import entered
from bench.fault_clients import Asker, Client, Drafter, Ledger, Uploader, together
from tests import makers
from tests.outbox.sink import Sink
from tests.webserver import WebServer

SHORTEST, LONGEST = 0.2, 3.0
#: The button of a twinning that is killed is one of so many, within so many seconds of its press; how long it is waited
#: for where the machine is busy.
BUTTONS, WITHIN, PATIENCE = 4, 0.03, 60.0
START_LIMIT = 5.0
#: A city receives a solution once at a time: each who asks is given another.
GIVEN = ("sportello-unico-torino", "sportello-imprese-torino")
REFUSED, NEXT = "sportello-digitale-torino", "sportello-unico-venezia"


class WholeSite(WebServer):
    """`flask serve`: the server and the worker beside it, in a group of processes that can be killed at once."""

    command = (sys.executable, "-m", "flask", "--app", "wsgi", "serve")

    def start(self) -> float:
        """Answers the seconds until the first page."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, env=self.environment, start_new_session=True, stdout=subprocess.DEVNULL
        )
        self.wait()
        return time.monotonic() - began

    def kill(self) -> None:
        """All of it, at once."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(60)


@dataclass
class Found:
    """What the run brought to light."""

    starts: list[float] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    drifted: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.half or self.doubled or self.damaged or self.drifted)


@dataclass
class Trial:
    """The site, those who write to it, and what they remember."""

    app: Flask
    site: WholeSite
    clients: list[Client]
    ledger: Ledger
    sink: Sink

    @property
    def database(self) -> Database:
        found: Database = self.app.extensions["database"]
        return found

    def letters(self) -> list[tuple[str, str, str]]:
        # As it is read, however its letters travel.
        plain = [(to, made, made.get_body(("plain",))) for to, made in list(self.sink.taken)]
        return [(to, str(made["Message-ID"]), body.get_content()) for to, made, body in plain if body is not None]

    def look(self, found: Found) -> None:
        """Everything, after a start."""
        folder = self.app.config["SETTINGS"].data_folder
        file = self.database.engine.url.database if self.database.engine.dialect.name == "sqlite" else None
        with self.database.reading() as session:
            found.lost += fault_checks.lost(session, self.ledger)
            found.half += fault_checks.half_saved(session, self.ledger, Store(folder / "files"))
            found.doubled += fault_checks.doubled(session, self.letters())
        found.damaged += fault_checks.damaged(self.database, Path(file) if file else None)
        found.drifted += fault_checks.drifted(self.app.extensions["indexer"])


@contextmanager
def trial(folder: Path, address: str = "") -> Iterator[Trial]:
    """A small site that is running, with six people at work on it."""
    with Sink() as sink:
        settings = Settings(data=str(folder), database_url=address, log_level="ERROR")
        app = create_app(settings)
        runner = app.test_cli_runner()
        assert runner.invoke(args=["db", "upgrade"]).exit_code == 0
        database: Database = app.extensions["database"]
        with database.work() as session:
            makers.make_registers(session)
            makers.make_solution(session)
            for number, slug in enumerate(GIVEN, 1):
                makers.make_solution(session, slug, city="torino", title=f"Sportello unico di Torino, {number}")
            makers.make_solution(session, REFUSED, city="torino", title="Sportello unico digitale di Torino")
            makers.make_solution(session, NEXT, city="venezia", title="Sportello unico di Venezia")
        assert runner.invoke(args=["search", "ensure"]).exit_code == 0
        mail = {"TWINMETRO_SMTP_HOST": "127.0.0.1", "TWINMETRO_SMTP_PORT": str(sink.port)}
        site = WholeSite(folder, address, TWINMETRO_SMTP_SECURITY="none", **mail)
        site.start()
        ledger = Ledger()
        try:
            yield Trial(app, site, people(site.port, database, ledger), ledger, sink)
        finally:
            site.end()
            database.close()


def people(port: int, database: Database, ledger: Ledger) -> list[Client]:
    clients: list[Client] = [Drafter(entered(port, database, Role.OFFICIAL), ledger) for _ in range(2)]
    clients += [Uploader(entered(port, database, Role.OFFICIAL), ledger) for _ in range(2)]
    for given in GIVEN:
        giver = entered(port, database, Role.REFERENT, "torino")
        clients.append(Asker(entered(port, database, Role.REFERENT), giver, (given, REFUSED), ledger))
    return clients


def _wait(ledger: Ledger, number: int, chance: random.Random) -> None:
    """Until the site is to be killed."""
    if number % 3 == 0:
        time.sleep(chance.uniform(SHORTEST, LONGEST))
        return
    wanted, until = ledger.pressed + chance.randint(1, BUTTONS), time.monotonic() + PATIENCE
    while ledger.pressed < wanted and time.monotonic() < until:
        time.sleep(0.001)
    time.sleep(chance.uniform(0, WITHIN))


def run(tried: Trial, kills: int, chance: random.Random, say: bool = True) -> Found:
    """Work, kill, start again, look; as often as told."""
    found = Found()
    for number in range(1, kills + 1):
        stop = threading.Event()
        wait = together(tried.clients, stop)
        _wait(tried.ledger, number, chance)
        tried.site.kill()
        stop.set()
        wait()
        found.starts.append(tried.site.start())
        tried.look(found)
        if say:
            said = "clean" if found.clean else "NOT CLEAN"
            print(f"kill {number}: {sum(tried.ledger.acknowledged.values())} acknowledged, {said}", flush=True)
    return found


def report(tried: Trial, found: Found) -> bool:
    """The figures; whether all is well."""
    print(f"\n{'acknowledged writes':32}{sum(tried.ledger.acknowledged.values()):>8}")
    for what, count in sorted(tried.ledger.acknowledged.items()):
        print(f"  {what:30}{count:>8}")
    letters = tried.letters()
    again = len(letters) - len({identity for _to, identity, _text in letters})
    print(f"{'letters sent':32}{len(letters):>8}")
    print(f"{'  again, same Message-ID':32}{again:>8}")
    for name in ("lost", "half", "doubled", "damaged", "drifted"):
        wrong = getattr(found, name)
        print(f"{name:32}{len(wrong):>8}")
        for line in dict.fromkeys(wrong[:20]):
            print(f"    {line}")
    print(f"{'refused or failed answers':32}{sum(tried.ledger.errors.values()):>8}")
    for what, count in tried.ledger.errors.most_common(10):
        print(f"    {count} x {what}")
    usual = statistics.median(found.starts)
    print(f"{'start, seconds (median, worst)':32}{usual:>8.1f}{max(found.starts):>8.1f}")
    return found.clean and not tried.ledger.errors and usual < START_LIMIT


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tm-faults-") as folder, trial(Path(folder)) as tried:
        well = report(tried, run(tried, asked.kills, random.Random(asked.seed)))
        for command in (["search", "check"], ["audit", "verify"]):
            ended = tried.app.test_cli_runner().invoke(args=command)
            print(f"flask {' '.join(command)}: {ended.output.strip()}")
            well = well and ended.exit_code == 0
    print(f"{asked.kills} kills, {time.monotonic() - began:.0f} s: {'all is there' if well else 'FAILED'}")
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
