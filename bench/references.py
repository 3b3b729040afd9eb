# SPDX-License-Identifier: AGPL-3.0-or-later
"""The engines search is measured beside, each given the best it takes: the same stems, one field, OR."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

import bm25s
import tantivy

from app.text.stems import is_stop, stem
from app.text.tokens import tokens

TOP = 10


def stems(text: str) -> list[str]:
    """The site's stems, stop words left out."""
    return [stem(token.form) for token in tokens(text) if not is_stop(token.form)]


def joined(row: Mapping[str, Any]) -> str:
    return " ".join(stems(f"{row.get('title', '')}\n{row['text']}"))


class Fts5:
    """SQLite FTS5 over stems, BM25, OR."""

    def __init__(self, documents: Sequence[Mapping[str, Any]]) -> None:
        self.database = sqlite3.connect(":memory:")
        self.database.execute("CREATE VIRTUAL TABLE docs USING fts5(id UNINDEXED, body)")
        self.database.executemany(
            "INSERT INTO docs VALUES (?, ?)", [(str(row["id"]), joined(row)) for row in documents]
        )

    def __call__(self, text: str) -> list[str]:
        words = list(dict.fromkeys(stems(text)))
        if not words:
            return []
        match = " OR ".join(f'"{word}"' for word in words)
        wanted = "SELECT id FROM docs WHERE docs MATCH ? ORDER BY bm25(docs), id LIMIT ?"
        return [row[0] for row in self.database.execute(wanted, (match, TOP))]


class Bm25s:
    """bm25s over the same stems."""

    def __init__(self, documents: Sequence[Mapping[str, Any]]) -> None:
        self.identities = [str(row["id"]) for row in documents]
        self.engine = bm25s.BM25(k1=1.2, b=0.75)
        self.engine.index([joined(row).split() for row in documents], show_progress=False)

    def __call__(self, text: str) -> list[str]:
        words = stems(text)
        if not words:
            return []
        found, scores = self.engine.retrieve([words], k=TOP, show_progress=False)
        return [self.identities[int(n)] for n, score in zip(found[0], scores[0], strict=True) if score > 0]


class Tantivy:
    """tantivy with its Italian stemmer, title and text in one field."""

    def __init__(self, documents: Sequence[Mapping[str, Any]]) -> None:
        schema = tantivy.SchemaBuilder()
        schema.add_text_field("id", stored=True, tokenizer_name="raw")
        schema.add_text_field("body", tokenizer_name="italian")
        self.index = tantivy.Index(schema.build())
        analyser = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
        analyser = analyser.filter(tantivy.Filter.stopword("italian")).filter(tantivy.Filter.ascii_fold())
        self.index.register_tokenizer("italian", analyser.filter(tantivy.Filter.stemmer("italian")).build())
        writer = self.index.writer(50_000_000, 1)
        for row in documents:
            writer.add_document(tantivy.Document(id=str(row["id"]), body=f"{row.get('title', '')}\n{row['text']}"))
        writer.commit()
        self.index.reload()
        self.searcher = self.index.searcher()

    def __call__(self, text: str) -> list[str]:
        words = "".join(letter if letter.isalnum() else " " for letter in text)
        if not words.strip():
            return []
        query = self.index.parse_query(words.lower(), ["body"])
        return [self.searcher.doc(address)["id"][0] for _score, address in self.searcher.search(query, TOP).hits]
