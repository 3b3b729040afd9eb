# SPDX-License-Identifier: AGPL-3.0-or-later
"""Document -> text of a file, always the same text for the same document."""

import hashlib
from typing import Any

import yaml

from app.document.model import Document
from app.document.schema import FIELD_BY_NAME, FIELDS


class _Dumper(yaml.SafeDumper):
    """Block style, no aliases, lists indented below their field."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def serialise(document: Document) -> str:
    """The document as a file: front matter in the order of the schema, sections, footnotes."""
    front = yaml.dump(
        _ordered(document), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100_000, default_flow_style=False
    )
    parts = [f"---\n{front if document.front else ''}---"]
    parts += [f"## {section.heading}\n\n{section.text}".rstrip() for section in document.sections]
    if document.footnotes:
        parts.append(document.footnotes)
    return "\n\n".join(parts) + "\n"


def digest(document: Document) -> str:
    """SHA-256 of the serialised document: equal for equal documents, however they were typed."""
    return digest_of(serialise(document))


def digest_of(text: str) -> str:
    """The same of a document that is serialised already, which takes longest."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _ordered(document: Document) -> dict[str, Any]:
    known = {field.name: document.front[field.name] for field in FIELDS if field.name in document.front}
    unknown = {name: value for name, value in document.front.items() if name not in FIELD_BY_NAME}
    return known | unknown
