# SPDX-License-Identifier: AGPL-3.0-or-later
"""Markdown -> safe HTML, within a budget of length and nesting; the only way text of users becomes markup."""

import re
from dataclasses import dataclass
from functools import lru_cache

import nh3
from markdown import Markdown
from pymdownx.slugs import slugify

from app.document.actlinks import ActLinks
from app.document.budget import Budget, OverBudget
from app.document.gist import gist
from app.document.headings import InnerHeadings
from app.document.model import Document
from app.document.notes import EmptyNotes
from app.document.pictures import ADDRESS, OwnPictures
from app.document.plain import plain_text

MAX_RENDERED = 200_000
#: Of the processor; the longest documents of the library take a thirtieth.
MAX_SECONDS = 1.0
#: Texts whose markup is kept: what was rendered before a transaction is not rendered again inside it.
KEPT = 8
MAX_BRACKETS = 3_000
MAX_FOOTNOTE_MARKS = 600
MAX_INDENT = 48
MAX_QUOTE_DEPTH = 12
MAX_EMPHASIS_RUN = 400
MAX_CELLS = 20_000
#: Marks whose number Markdown pays for with its square.
MAX_MARKS = {"\n": 20_000, "\\": 2_000, "`": 4_000, "#": 2_000, "!!!": 500}

TAGS = frozenset(
    "a abbr b blockquote br caption code dd div dl dt em h2 h3 h4 h5 h6 hr li ol p pre s strong sub sup "
    "table tbody td tfoot th thead tr ul".split()
)
ATTRIBUTES = {
    "a": {"href", "title", "class", "id", "aria-label"},
    "sup": {"id"},
    "li": {"id"},
    "div": {"class"},
    "p": {"class"},
    "td": {"class"},
    "th": {"class"},
    "ol": {"start"},
    **{f"h{level}": {"id"} for level in range(2, 7)},
}
#: Allowed only where a document has a kit whose pictures it may show.
PICTURE = {"img": {"src", "alt"}}
CLASSES = frozenset(
    "admonition admonition-title note warning tip important footnote footnote-ref footnote-backref act "
    "align-left align-right align-center".split()
)
ADDRESSES = {"http", "https", "mailto"}

ALIGNED = re.compile(r'<(t[hd]) align="(left|right|center)">')
SECTION_START = re.compile(r'(?=<h2 id=")')
SECTION_HEAD = re.compile(r'<h2 id="([^"]*)">(.*?)</h2>\s*', re.DOTALL)
INNER_HEAD = re.compile(r'<h3 id="([^"]*)">(.*?)</h3>', re.DOTALL)
ANCHOR = "sez-"
_slugify = slugify(case="lower")
FOOTNOTES = '<div class="footnote">'
#: The mark of a note where it is cited: in brackets, or it would be a power beside a figure.
NOTE_MARK = re.compile(r'(<a class="footnote-ref" href="#fn[^"]*")>\[(\d+)\]</a>')
NOTE_BACK = re.compile(r'(<a class="footnote-backref" href="[^"]*") title=("[^"]*")')
#: What is heard of the mark of a note, of the way back from it, and of the box of a table, by language.
HEARD = {
    "it": ("nota", "Torna al primo richiamo della nota {}", "Tabella"),
    "en": ("note", "Back to the first mark of note {}", "Table"),
}
#: A table wider than the screen is scrolled in a box of its own, by the keyboard too; the page stays as wide as it is.
TABLE_BOX = '<div class="table-scroll" role="group" aria-label="{}" tabindex="0"><table>'

INDENT = re.compile(r"^[ \t>]*", re.MULTILINE)
#: Browsers read `//host`, `/\\host` and `/<tab>/host` as an address of another site.
OFF_SITE = re.compile(r"/[\s/\\]")
BLANK = re.compile(r"\n[ \t>]*\n")
#: Headings inside a section begin at level three; a section's own heading is not in its text.
TALL_HEADING = re.compile(r"^#{1,2}(?!#)", re.MULTILINE)
EMPHASIS = re.compile(rf"[*_~`]{{{MAX_EMPHASIS_RUN},}}")


class TooComplex(ValueError):
    """The Markdown would take too long to render; the argument is the key of the reason."""


@dataclass(frozen=True)
class RenderedSection:
    """A section as pages show it: anchor, heading, safe HTML, inner headings as (anchor, text), its first sentences."""

    anchor: str
    heading: str
    html: str
    inner: tuple[tuple[str, str], ...] = ()
    gist: str = ""


@dataclass(frozen=True)
class Rendered:
    """A document as pages show it, and its plain text for the index."""

    sections: tuple[RenderedSection, ...]
    footnotes: str
    plain: str


def render(document: Document, pictures: str = "") -> Rendered:
    """Sections and footnotes as safe HTML. Raises ``TooComplex``.

    ``pictures`` is the address under which the pictures of the document's own kit stand: no others are ever shown.
    """
    text = "\n\n".join(
        f"## {section.heading}\n\n{TALL_HEADING.sub('###', section.text)}" for section in document.sections
    )
    markup = to_html(f"{text}\n\n{document.footnotes}", pictures)
    body, mark, notes = markup.partition(FOOTNOTES)
    heads = map(SECTION_HEAD.match, SECTION_START.split(body))
    sections = tuple(_section(head) for head in heads if head)
    plain = "\n\n".join(f"{section.heading}\n{plain_text(section.html)}" for section in sections)
    return Rendered(sections, _note_list(mark + notes), plain)


def to_html(text: str, pictures: str = "", language: str = "it") -> str:
    """Markdown as safe HTML: raw HTML is shown as typed, only listed tags, attributes and addresses survive.

    Notes are numbered in the order of reading; ``language`` is the one of the text. Raises ``TooComplex``.
    """
    _refuse_bombs(text)
    return _converted(text, pictures, *HEARD.get(language, HEARD["it"]))


@lru_cache(KEPT)
def _converted(text: str, pictures: str, note: str, back: str, table: str) -> str:
    try:
        # Half of a character pair cannot be written in UTF-8.
        markup = _markdown(pictures, back).convert(text.encode("utf-8", "replace").decode("utf-8"))
    except RecursionError as error:
        raise TooComplex("nested_too_deep") from error
    except OverBudget as error:
        raise TooComplex("too_many_marks") from error
    except RuntimeError as error:
        # A note inside a note is found while Markdown goes through the notes.
        raise TooComplex("note_in_note") from error
    shown = PICTURE if pictures else {}
    named = NOTE_BACK.sub(r"\1 aria-label=\2", NOTE_MARK.sub(rf'\1 aria-label="{note} \2">[\2]</a>', markup))
    clean = nh3.clean(
        ALIGNED.sub(r'<\1 class="align-\2">', named),
        tags={*TAGS, *shown},
        attributes={tag: set(names) for tag, names in {**ATTRIBUTES, **shown}.items()},
        attribute_filter=_filter_attribute,
        url_schemes=ADDRESSES,
        link_rel=None,
        strip_comments=True,
    )
    # What was typed has no tag of a table left: those are the renderer's.
    return clean.replace("<table>", TABLE_BOX.format(table)).replace("</table>", "</table></div>")


def _refuse_bombs(text: str) -> None:
    if len(text) > MAX_RENDERED:
        raise TooComplex("document_too_long")
    if text.count("[") > MAX_BRACKETS or text.count("[^") > MAX_FOOTNOTE_MARKS or "[" * 60 in text:
        raise TooComplex("too_many_brackets")
    too_many = any(text.count(mark) > limit for mark, limit in MAX_MARKS.items())
    if too_many or EMPHASIS.search(text) or _cells(text) > MAX_CELLS:
        raise TooComplex("too_many_marks")
    for match in INDENT.finditer(text):
        lead = match[0]
        if len(lead) > MAX_INDENT or lead.count(">") > MAX_QUOTE_DEPTH:
            raise TooComplex("nested_too_deep")


def _cells(text: str) -> int:
    """Cells of all tables, at most: every row of a table is filled up to the width of its head."""
    blocks = [block.split("\n") for block in BLANK.split(text)]
    return sum(len(rows) * max(row.count("|") for row in rows) for rows in blocks)


def _markdown(pictures: str, back: str) -> Markdown:
    own = [ActLinks(), InnerHeadings(), EmptyNotes()]
    converter = Markdown(
        extensions=["tables", "footnotes", "admonition", "def_list", "toc", "sane_lists", *own],
        extension_configs={
            "tables": {"use_align_attribute": True},
            "toc": {"slugify": _anchor},
            "footnotes": {
                "BACKLINK_TITLE": back,
                "BACKLINK_TEXT": "↩",
                "SUPERSCRIPT_TEXT": "[{}]",
                "SEPARATOR": "-",
                "USE_DEFINITION_ORDER": False,
            },
        },
        output_format="html",
    )
    # One way back from a note, not one for each time it is cited.
    converter.treeprocessors.deregister("footnote-duplicate")
    converter.preprocessors.deregister("html_block")
    converter.parser.blockprocessors.deregister("setextheader")
    converter.inlinePatterns.deregister("html")
    for name in ("image_link", "image_reference", "short_image_ref"):
        converter.inlinePatterns.deregister(name)
    if pictures:
        OwnPictures(pictures).extendMarkdown(converter)
    Budget(MAX_SECONDS).extendMarkdown(converter)
    return converter


def _anchor(text: str, separator: str) -> str:
    """Anchor of a heading; prefixed, so that no heading takes an identifier of the page around it."""
    return f"{ANCHOR}{_slugify(text, separator)}"


def _filter_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        kept = " ".join(word for word in value.split() if word in CLASSES)
        return kept or None
    if name == "href" and not value.startswith(("#", "/", "http://", "https://", "mailto:")):
        return None
    if name == "href" and OFF_SITE.match(value):
        return None
    if name == "src" and not ADDRESS.fullmatch(value):
        return None
    return value


def _section(head: re.Match[str]) -> RenderedSection:
    body = head.string[head.end() :].strip()
    inner = tuple((match[1], plain_text(match[2])) for match in INNER_HEAD.finditer(body))
    return RenderedSection(head[1], plain_text(head[2]), body, inner, gist(body))


def _note_list(markup: str) -> str:
    """The footnotes' ordered list alone, without its box and rule."""
    start, end = markup.find("<ol"), markup.rfind("</ol>")
    return markup[start : end + len("</ol>")] if start >= 0 else ""
