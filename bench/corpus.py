# SPDX-License-Identifier: AGPL-3.0-or-later
"""A generated library of N solutions made of public Italian passages, imported and indexed like the real one."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import yaml
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.cities.service import import_register
from app.config import Settings
from app.document.model import Document, Section
from app.solutions.service import Outcome, import_document, import_themes
from bench.public_data import ROOT, passages

BUILD = ROOT / "build" / "bench"
BATCH = 200
STATUSES = ("in-corso", "a-regime", "concluso", "interrotto")
START = datetime(2020, 1, 1, tzinfo=UTC)


def library(count: int) -> Settings:
    """Settings of a data folder with ``count`` generated solutions, made once and kept under ``build/``."""
    folder = BUILD / str(count)
    settings = Settings(data=str(folder), log_level="ERROR")
    began = time.perf_counter()
    app = create_app(settings)
    # Also one made before: the site may have gained tables since.
    app.test_cli_runner().invoke(args=["db", "upgrade"])
    if (folder / "complete").exists():
        # An index of an earlier version is none.
        app.test_cli_runner().invoke(args=["search", "ensure"])
        app.extensions["database"].close()
        return settings
    fill(app, count)
    indexed = app.extensions["indexer"].rebuild()
    (folder / "complete").write_text(f"{indexed} {time.perf_counter() - began:.0f}", encoding="ascii")
    return settings


def fill(app: Flask, count: int) -> None:
    """Import the registers and the generated documents, a transaction for each batch."""
    database = app.extensions["database"]
    register = yaml.safe_load((ROOT / "content" / "cities.yml").read_text(encoding="utf-8"))
    themes = yaml.safe_load((ROOT / "content" / "themes.yml").read_text(encoding="utf-8"))
    with database.work() as session:
        import_register(session, register)
        import_themes(session, themes)
    cities = [entry["slug"] for entry in register["cities"]]
    slugs = [entry["slug"] for entry in themes["themes"]]
    batch: list[tuple[str, Document]] = []
    for pair in documents(count, cities, slugs):
        batch.append(pair)
        if len(batch) == BATCH:
            with database.work() as session:
                save(session, batch)
            batch.clear()
    with database.work() as session:
        save(session, batch)


def save(session: Session, batch: list[tuple[str, Document]]) -> None:
    for slug, document in batch:
        number = int(slug.rsplit("-", 1)[1])
        result = import_document(session, slug, document, START + timedelta(hours=number))
        if result.outcome is Outcome.REFUSED:
            raise ValueError(f"{slug}: {result.problems}")


def documents(count: int, cities: list[str], themes: list[str]) -> Iterator[tuple[str, Document]]:
    """Documents with the shape of real ones, seeded: the same for the same count."""
    chance = random.Random(20261122)
    for number, row in enumerate(passages(count)):
        text = plain(row["text"])
        half = len(text) // 2
        yield (
            f"soluzione-{number}",
            Document(
                front(chance, plain(row["title"]) or "Senza titolo", text, cities, themes),
                (Section("Problema affrontato", text[:half] or "-"), Section("Soluzione adottata", text[half:] or "-")),
            ),
        )


def plain(text: str) -> str:
    """The passage as prose: marks that Markdown would read are taken out."""
    return " ".join("".join(letter if letter not in "[]*_`<>#|\\" else " " for letter in text).split())


def front(chance: random.Random, title: str, text: str, cities: list[str], themes: list[str]) -> dict[str, Any]:
    return {
        "title": title[:100],
        "summary": text[:280] or "-",
        "city": chance.choice(cities),
        "office": "non disponibile",
        "contact": {"role": "non disponibile", "mailbox": "non disponibile", "visibility": "public"},
        "themes": chance.sample(themes, 2),
        "status": chance.choice(STATUSES),
        "period": {"start": str(chance.randint(2010, 2025))},
        "licence": "CC-BY-4.0",
        "visibility": "public",
        "badge": chance.choice(("in-completamento", "visibile")),
        "evidence_level": chance.randint(1, 5),
        "legal_basis": [f"L. {chance.randint(1, 400)}/{chance.randint(1990, 2024)}"],
    }
