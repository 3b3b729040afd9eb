# SPDX-License-Identifier: AGPL-3.0-or-later
"""Strings that break careless programs: markup, controls, directions, numbers, paths, templates, SQL, formats."""

import os
import random

_MARKUP = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    "';alert(1)//",
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe src=//evil.example>",
    "<!--",
    "]]>",
    "<style>*{display:none}</style>",
    "&lt;script&gt;",
    "<%= 7*7 %>",
    "{{7*7}}",
    "{% import os %}",
    "${7*7}",
    "#{7*7}",
    "{0}{1}",
    "%s%s%s%n",
    "%(x)s",
]
_QUERIES = [
    "' OR '1'='1",
    "1; DROP TABLE solutions",
    "') UNION SELECT 1--",
    "*",
    "?",
    "~",
    "[a TO z]",
    "a^b",
    "title:*",
    "AND OR NOT",
    '"',
    '"""',
    "(((((",
    ")))))",
    "-",
    "--",
    "- -",
    ":",
    "::",
    "città:",
    "tema:tema:tema:",
    'norma:"',
    "\\",
    "\\\\",
    "/",
    "//evil.example",
    "/\\evil.example",
    "..",
    "../../../../etc/passwd",
    "%2e%2e%2f",
    "C:\\boot.ini",
    "~root",
    "$HOME",
    "`id`",
    "$(id)",
    "; id",
    "| id",
]
_NUMBERS = [
    "0",
    "-0",
    "-1",
    "1e309",
    "NaN",
    "Infinity",
    "0x0",
    "1/0",
    "99999999999999999999999999",
    "1.0000000000000000001",
    "１２３",
    "٣",
    "Ⅷ",
    "½",
    "²",
    "true",
    "null",
    "None",
    "undefined",
    "nil",
]
_LETTERS = [
    "",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\u00a0",
    "\u200b",
    "\u200d",
    "\ufeff",
    "\u202eelbisreves",
    "\u2066isolated\u2069",
    "\u0000",
    "\u0001\u0002\u0003",
    "\u001b[31mred",
    "\u007f",
    "\u0085",
    "\u2028\u2029",
    "\ud800",
    "\udfff",
    "\uffff",
    "\U0010ffff",
    "é",
    "e\u0301",
    "İ",
    "ı",
    "ß",
    "ﬁ",
    "Ω≈ç√∫˜µ≤≥÷",
    "田中さんにあげて下さい",
    "הָיְתָהtest",
    "الصفحات التّحول",
    "😍",
    "👩‍👩‍👧‍👦",
    "🇮🇹",
    "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    "ⓣⓗⓔ",
    "ｆｕｌｌｗｉｄｔｈ",
    "a" * 300,
    "à" * 300,
    "a.b." * 80,
    "a'" * 100,
    "1." * 100,
    "-a" * 100,
    "art. " * 60,
    "legge 1/" * 30,
]


def _controls() -> list[str]:
    """Every control of both blocks between two letters, and those that change direction or join."""
    single = [*range(0x20), *range(0x7F, 0xA0), 0xAD, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x2028, 0x202F)]
    single += [
        *range(0x2060, 0x2070),
        0xFE0F,
        0xFEFF,
        0xFFF9,
        0xFFFA,
        0xFFFB,
        0xFFFD,
        0xFFFE,
        0xE0001,
        0xE0041,
        0x10FFFE,
    ]
    return [f"a{chr(code)}b" for code in single]


def _surrogates() -> list[str]:
    return ["\ud83d", "\ude00", "\ude00\ud83d", "a\ud800b", "\udc00" * 5, "\ud800\ud800\udc00", "\udcff"]


def _zalgo() -> list[str]:
    marks = [chr(code) for code in range(0x300, 0x36F)]
    return ["".join(letter + "".join(marks[step::step]) for letter in "sportello") for step in (1, 3, 7, 20)]


def _homoglyphs() -> list[str]:
    """Words of the site in letters of other alphabets, in other widths, and composed otherwise."""
    words = [
        "bоlоgnа",
        "ѕuар",
        "ΤΟRΙΝΟ",
        "аppalti",
        "ｓｐｏｒｔｅｌｌｏ",
        "𝓼𝓹𝓸𝓻𝓽𝓮𝓵𝓵𝓸",
        "🅂🅄🄰🄿",
        "ꜱᴜᴀᴘ",
        "città",
        "citta\u0300",
    ]
    return [*words, "ﬀﬁﬂﬃﬄ", "ﷺ", "ŉ", "ǰ", "ΐ", "ẞ", "İstanbul", "ıIiİ", "ǅ", "ª", "㎏", "①②③", "℡", "㏂"]


def _emoji() -> list[str]:
    return [
        "👨🏿‍❤️‍💋‍👨🏻",
        "🏳️‍🌈",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "1️⃣",
        "©️",
        "🇮",
        "🇮🇹" * 40,
        "‍",
        "️",
        "🏿",
    ]


def _markup() -> list[str]:
    """A call wrapped in each way that has once been run by a browser, each in several quotings."""
    shapes = [
        "<{tag} {event}=alert(1)>",
        "<{tag}/{event}=alert(1)//",
        '"{event}=alert(1) x="',
        "'><{tag} {event}=alert(1)>",
        "<{tag}\n{event}\n=\nalert(1)>",
        "</{tag}><script>alert(1)</script>",
    ]
    pairs = [("img src=x", "onerror"), ("body", "onload"), ("details open", "ontoggle"), ("input autofocus", "onfocus")]
    made = [shape.format(tag=tag, event=event) for shape in shapes for tag, event in pairs]
    schemes = ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "\x01javascript:alert(1)"]
    schemes += ["data:text/html,<script>alert(1)</script>", "vbscript:x", "//evil.example/%2f..", "https:evil.example"]
    links = [shape.format(scheme) for scheme in schemes for shape in ("{}", "[x]({})", "<{}>", "![x]({})", "[x]: {}")]
    rest = [
        "<math><mi//xlink:href='x'>",
        "<svg><script>alert(1)</script></svg>",
        "<base href=//evil.example>",
        "<meta http-equiv=refresh content=0>",
    ]
    rest += [
        "</title><script>alert(1)</script>",
        "</textarea><script>alert(1)</script>",
        "--><script>alert(1)</script>",
        '"]});alert(1)//',
    ]
    rest += [
        "</script><script>alert(1)</script>",
        "<![CDATA[x]]>",
        "<?xml version='1.0'?>",
        "<!DOCTYPE x [<!ENTITY a 'b'>]>&a;",
        "&#x3c;script&#x3e;",
    ]
    return [*made, *links, *rest]


def _markdown() -> list[str]:
    return [
        "[" * 60,
        "![" * 40,
        "[^1]" * 30,
        "[^1]: [^1]",
        "> " * 60,
        "* " * 60,
        "#" * 60,
        "`" * 61,
        "~~~\n" * 20,
        "|" * 60,
        "---\na: &b [*b]\n---",
        "***" * 30,
        "<" * 60,
        "&" * 60,
        "\\" * 61,
    ]


def _templates() -> list[str]:
    made = [
        "{{config}}",
        "{{''.__class__.__mro__}}",
        "{%for x in []%}",
        "{#",
        "<%=1%>",
        "${{7*7}}",
        "@(7*7)",
        "{{=1}}",
        "[[7*7]]",
        "#set($x=7)",
    ]
    return [
        *made,
        "%d",
        "%n",
        "%99999999d",
        "%(secret)s",
        "{secret}",
        "{0.__class__}",
        "{!r:>99}",
        "{:*^99}",
        "%%",
        "%",
        "\\N{BULLET}",
        "\\u0000",
        "$$",
        "$1",
        "\\1",
        "\\g<0>",
    ]


def _paths() -> list[str]:
    up = [
        f"{dots}{slash}" * 6 + "etc/passwd"
        for dots in ("..", "....", "%2e%2e", "..%00")
        for slash in ("/", "\\", "%2f", "%5c", "//")
    ]
    return [
        *up,
        "/etc/passwd",
        "file:///etc/passwd",
        "\\\\host\\share",
        "CON",
        "nul.txt",
        "a/b",
        "a\0.pdf",
        ".htaccess",
        "-rf",
        "a" * 255,
        ".",
        "~",
        "con/",
        "%",
        "%zz",
        "%c0%af",
    ]


def _queries() -> list[str]:
    sql = [
        "'",
        "''",
        '"',
        "' OR 1=1--",
        "') OR ('1'='1",
        "1' AND SLEEP(5)--",
        "'; DROP TABLE people;--",
        "\\' OR 1=1",
        "1 UNION SELECT NULL,NULL",
        "x' || 'y",
        "%' OR '%'='",
        "_",
        "%%%",
        "admin'--",
        "1;PRAGMA user_version",
        "$$;SELECT 1;$$",
        "E'\\x27'",
        '{"$gt": ""}',
        "*)(uid=*",
        "' or ''='",
    ]
    search = [
        "a~99",
        "a^9999999999",
        "[a TO z}",
        "{* TO *}",
        "/.*/",
        "a&&b||!c",
        "+a -a",
        "NOT NOT NOT a",
        "((a)",
        '"a "b',
        "tema:",
        ":tema",
        "anno:[0 TO 9]",
        "norma:l. 241/1990 norma:l. 241/1990",
        "?*?*?*",
        "a AND",
        "OR b",
        '""~5',
        "art. 1-bis-ter-quater-quinquies",
        "legge 0/0",
        "d.lgs. 99999/9999",
    ]
    return [*sql, *search, "a OR " * 40, "NOT " * 45, '"a" ' * 45]


def _numbers() -> list[str]:
    shapes = [
        "1e400",
        "-1e400",
        "0.1e-400",
        "1_000",
        "1,000",
        "1.000,50",
        "+1",
        "--1",
        "0b1",
        "0o7",
        "1L",
        "1f",
        "∞",
        "-∞",
        "१२",
        "一",
        "٠",
        "0" * 300,
        "1" * 300,
        "9" * 30,
        "-" + "9" * 30,
    ]
    edges = [str(sign * 2**power + more) for power in (31, 32, 53, 63, 64) for sign in (1, -1) for more in (-1, 0, 1)]
    days = [
        "0000-00-00",
        "2026-02-30",
        "9999-12-31",
        "10000-01-01",
        "0001-01-01",
        "-1-1-1",
        "2026-13-01",
        "2024-02-29",
        "2026-11-28T25:61",
        "28/11/2026",
        "2026-W53-7",
        "99999999999-01-01",
    ]
    return [*shapes, *edges, *days]


def _whole() -> list[str]:
    deep = ["[" * 200, "{" * 200, '{"a":' * 60, "(" * 200, "<a>" * 100, "&lt;" * 80]
    long = [
        "x" * 4_000,
        "à" * 4_000,
        "😍" * 1_000,
        "a b " * 1_000,
        "\n" * 500,
        "\r\n" * 300,
        " " * 900,
        "a\u0301" * 600,
        "a-" * 900,
        "1/1990 " * 300,
    ]
    return [
        *deep,
        *long,
        "csrf_token",
        "__proto__",
        "constructor",
        "__class__",
        "undefined[]",
        "a[]=b",
        "a=b&c=d",
        "a;b",
        "a\r\nSet-Cookie: x=1",
        "%0d%0aX: 1",
    ]


def _all() -> list[str]:
    made = [
        _MARKUP,
        _QUERIES,
        _NUMBERS,
        _LETTERS,
        _controls(),
        _surrogates(),
        _zalgo(),
        _homoglyphs(),
        _emoji(),
        _markup(),
    ]
    made += [_markdown(), _templates(), _paths(), _queries(), _numbers(), _whole()]
    return list(dict.fromkeys(text for group in made for text in group))


STRINGS = _all()
#: Those that are scripts or markup in one language or another: what a browser might run where a page forgot to quote.
MARKUP = list(dict.fromkeys([*_MARKUP, *_markup()]))
#: What no page may hold: each is the beginning of a line that a browser would run or follow.
RAW = (
    "<script>alert",
    "<img src=x",
    "<svg/onload",
    "<svg><script",
    "<iframe src=//evil",
    "<style>*{",
    "<a href='javascript",
    "<body onload",
    "<body/onload",
    "<details open ontoggle",
    "<input autofocus onfocus",
    "<math><mi",
    "<base href=//evil",
    "<meta http-equiv=refresh",
    'href="javascript:',
    'href="data:text',
)
#: With this in the environment (`make test-long`) every field meets every line; else each a sample of its own.
LONG = bool(os.environ.get("EVERY_LINE"))


def lines_for(field: str, count: int) -> list[str]:
    """The lines a field is tried with: the same at each run, others than the next field's; between them, all."""
    return STRINGS if LONG else random.Random(field).sample(STRINGS, min(count, len(STRINGS)))
