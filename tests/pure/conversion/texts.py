# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts as offices write them: made by pandoc, then changed part by part."""

import io
import subprocess
import tempfile
import zipfile
from pathlib import Path

from app.conversion.pandoc import program
from tests.pure.files import samples

SHEET = """---
title: Sportello unico alla scala metropolitana
---

Lo sportello unico serve tutti i Comuni con una sola modulistica.

# 1. Il problema

Ogni Comune aveva i propri moduli.[^1]

# 2. La soluzione addottata

## Le fasi

- convenzione
    - bozza
- regolamento

| Comune | Pratiche |
|--------|----------|
| Volpiano | 120 |

# Risultati e impatti

Tempi *dimezzati* secondo la [relazione](https://ente.example/relazione).

# Allegati

Schema di convenzione.

[^1]: Rilevazione del 2018.
"""


def written(markdown: str, kind: str = "docx", files: dict[str, bytes] | None = None) -> bytes:
    """An office text of some Markdown; ``files`` are images that it names."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (files or {}).items():
            Path(folder, name).write_bytes(content)
        target = Path(folder, f"text.{kind}")
        command = [program(), "--from", "markdown", "--output", str(target)]
        subprocess.run(command, input=markdown.encode(), cwd=folder, check=True, capture_output=True)
        return target.read_bytes()


def changed(content: bytes, replaced: dict[str, tuple[str, str]], added: dict[str, str] | None = None) -> bytes:
    """The same package with a piece of some parts replaced, and parts added."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts: samples.Parts = {name: archive.read(name) for name in archive.namelist()}
    for name, (old, new) in replaced.items():
        part = parts[name]
        assert isinstance(part, bytes)
        assert old in part.decode(), old
        parts[name] = part.decode().replace(old, new, 1)
    return samples.packed({**parts, **(added or {})})


STYLES = {"Titolo": "Title", "Titolo1": "heading 1", "Titolo2": "heading 2", "Sommario1": "toc 1"}
HIDDEN = "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>Nascosto </w:t></w:r><w:r><w:t>Uno</w:t></w:r></w:p>"


def italian_word() -> bytes:
    """A text whose styles carry Italian identifiers, with a table of contents and hidden words."""
    own = '<w:name w:val="Mio titolo"/><w:basedOn w:val="Titolo1"/>'
    inside = {name: f'<w:name w:val="{known}"/>' for name, known in STYLES.items()} | {"MioTitolo": own}
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}">{inner}</w:style>' for name, inner in inside.items()
    )
    gallery = '<w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
    contents = f"<w:sdt>{gallery}<w:sdtContent>{styled('Problema 3', 'Sommario1')}</w:sdtContent></w:sdt>"
    body = [styled("Sportello unico", "Titolo"), contents, styled("Problema affrontato", "Titolo1"), HIDDEN]
    body += [styled("Dettagli", "Titolo2"), samples.paragraph("Due")]
    body += [styled("La soluzione", "MioTitolo"), samples.paragraph("Tre")]
    relation = samples.relations(f'<Relationship Id="rId1" Type="{samples.KINDS}/styles" Target="styles.xml"/>')
    more = {
        "word/styles.xml": f'<w:styles xmlns:w="{samples.W}">{styles}</w:styles>',
        "word/_rels/document.xml.rels": relation,
    }
    return samples.word("".join(body), more)


def styled(text: str, style: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'
