# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nothing a person types becomes more than text with simple marks."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.document.model import Document, Section
from app.document.pictures import folder_of
from app.document.plain import plain_text
from app.document.render import ATTRIBUTES, CLASSES, TAGS, TooComplex, render, to_html
from app.document.schema import SECTION_TITLES
from tests.naughty import STRINGS
from tests.pure.document import generated, markup

ADDRESSES = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "&#106;avascript:alert(1)", "&#x6A;avascript:alert(1)",
    "java&#9;script:alert(1)", "java\tscript:alert(1)", " javascript:alert(1)", "\x01javascript:alert(1)",
    "vbscript:msgbox(1)", "data:text/html,<b>x", "data:image/svg+xml;base64,PHN2Zz4=", "file:///etc/passwd",
    "ftp://ente.example", "//ente.example", "/\\ente.example", "/\\\\ente.example", "/\t/ente.example",
    "/&#9;/ente.example", "\\\\ente.example", "http:ente", "./a", "a", "blob:x", "about:blank",
    "javascript&colon;alert(1)", "https&colon;//x", "%6aavascript:alert(1)", "jav\x00ascript:alert(1)",
    "feed:javascript:alert(1)",
]  # fmt: skip
LINKS = [
    "[x]({})", "[x](<{}>)", "<{}>", "[x][r]\n\n[r]: {}", "[x]({} 'titolo')", "![x]({})", "![x][r]\n\n[r]: {}",
    "- [x]({})", "a | b\n--|--\n[x]({}) | c", "testo[^1]\n\n[^1]: [x]({})", "[![x]({})]({})",
    '!!! note "[x]({})"\n    [x]({})', "[x]\n\n[x]: {} \"t\"", "**[x]({})**", "### [x]({})",
]  # fmt: skip
RAW = [
    "<script>alert(1)</script>", "<SCRIPT SRC=//ente.example/x.js></SCRIPT>", "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>", "<svg><script>alert(1)</script></svg>", "<math><mtext></mtext></math>",
    "<iframe src=javascript:alert(1)>", "<object data=x>", "<embed src=x>", "<link rel=stylesheet href=x>",
    "<style>*{display:none}</style>", "<base href=//x>", "<meta http-equiv=refresh>",
    "<form action=x><input></form>", "<a href='javascript:alert(1)'>x</a>", "<a href=x onclick=alert(1)>x</a>",
    "<p onmouseover=a>x</p>", "<b style='position:fixed'>x</b>", "<div id=main class=container>",
    "</section></main></body>", "<!-- x -->", "<![CDATA[x]]>", "<?php x ?>", "<!DOCTYPE html>",
    "<template><script>x</script></template>", "<noscript><p title='</noscript><img src=x>'>",
    "<table><td><script>x</script>", "<details open ontoggle=a>", "<video><source onerror=a>", "<marquee onstart=a>",
    "<x-y>", "<img/src=`x`onerror=a>", "<<script>alert(1)//<</script>", "<scr<script>ipt>",
    "<a\nhref\n=\n'javascript:a'>x</a>",
]  # fmt: skip
PLACES = [
    "{}", "testo {} testo", "- {}", "> {}", "### {}", "a | b\n--|--\n{} | c", "testo[^1]\n\n[^1]: {}",
    '!!! note "{}"\n    {}', "termine {}\n:   {}", "`{}`", "    {}", "**{}**", "[{}](https://ente.example)",
    "[x](https://ente.example '{}')", "[x](https://ente.example/{})", '!!! {} "x"\n    y', "[^{}] x\n\n[^{}]: y",
    "\n\n{}\n\n",
]  # fmt: skip
PICTURES = folder_of("suap")
SHOWN = ["![x](kit/a.png)", "![{}](kit/{}.png)", "![", "](kit/", ".png)"]
FRAGMENTS = [*RAW, *LINKS, *PLACES, *SHOWN, "```", "[", "](", "<", ">", '"', "'", "\n\n", "    ", "|", "&#", "\\"]


@pytest.mark.parametrize("address", ADDRESSES, ids=repr)
def test_no_link_leads_elsewhere_than_to_pages_and_mailboxes(address: str) -> None:
    for place in LINKS:
        html = to_html(place.replace("{}", address))
        assert (place, markup.wrong_in(html)) == (place, [])
        assert "img" not in markup.tags_of(html)
        assert "img" not in markup.tags_of(to_html(place.replace("{}", address), PICTURES))


@pytest.mark.parametrize("raw", RAW, ids=repr)
def test_raw_html_never_becomes_an_element(raw: str) -> None:
    for place in PLACES:
        assert (place, markup.wrong_in(to_html(place.replace("{}", raw), PICTURES), PICTURES)) == (place, [])


@pytest.mark.parametrize("text", STRINGS, ids=lambda text: repr(text)[:30])
def test_strange_strings_are_text_or_too_much(text: str) -> None:
    for place in PLACES:
        with suppress(TooComplex):
            assert markup.wrong_in(to_html(place.replace("{}", text))) == []


def test_what_is_typed_as_html_is_read_as_it_was_typed() -> None:
    assert plain_text(to_html("Il campo <b>nome</b> & <script>alert(1)</script>")) == (
        "Il campo <b>nome</b> & <script>alert(1)</script>"
    )


@pytest.mark.parametrize(
    "address",
    ["https://ente.example/a?b=c&d=e#f", "http://ente.example", "mailto:suap@ente.example", "/aiuto", "#sez-x"],
)
def test_decent_links_survive(address: str) -> None:
    assert markup.links_of(to_html(f"[x]({address})")) == [address]


@settings(generated.CALM, max_examples=150)
@given(st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=10)), max_size=12).map("".join))
def test_no_mixture_of_dangerous_parts_makes_a_dangerous_whole(text: str) -> None:
    try:
        html = to_html(text, PICTURES)
    except TooComplex:
        return
    assert markup.wrong_in(html, PICTURES) == []


@settings(generated.CALM, max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(SECTION_TITLES), generated.bodies), max_size=3, unique_by=lambda pair: pair[0])
)
def test_every_section_is_a_whole_piece_of_html(parts: list[tuple[str, str]]) -> None:
    document = Document({}, tuple(Section(heading, text) for heading, text in parts))
    rendered = render(document)
    assert len(rendered.sections) == len(parts)
    for section in rendered.sections:
        assert markup.wrong_in(section.html) == []
    assert markup.wrong_in(rendered.footnotes) == []


def test_the_lists_themselves_allow_nothing_that_runs_or_loads() -> None:
    forbidden = {
        "script",
        "style",
        "iframe",
        "object",
        "embed",
        "form",
        "input",
        "link",
        "meta",
        "base",
        "svg",
        "math",
        "img",
        "video",
    }
    assert not TAGS & forbidden
    names = set().union(*ATTRIBUTES.values())
    assert not {name for name in names if name.startswith("on")} | names & {
        "style",
        "src",
        "srcset",
        "name",
        "action",
        "target",
    }
    assert "sr-only" not in CLASSES
