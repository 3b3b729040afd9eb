# SPDX-License-Identifier: AGPL-3.0-or-later
"""A reference to an act: its identity, and from it the URN, the slug, the labels and the official address."""

import datetime as dt
import re
from dataclasses import dataclass, field

from app.text.acts_known import ANNEXES, DAYS, KINDS, MONTHS, ONE_ARTICLE

NORMATTIVA = "https://www.normattiva.it/uri-res/N2Ls?"
EURLEX = "https://eur-lex.europa.eu/eli/"
ELI = "http://data.europa.eu/eli/"
EU_KINDS = frozenset({"regolamento-ue", "direttiva-ue", "decisione-ue"})


@dataclass(frozen=True, slots=True)
class LegalReference:
    """An act, and the place in it a citation names. Two references with one slug mean the same act."""

    kind: str
    number: int | None
    year: int
    date: dt.date | None = None
    region: str = ""
    articles: tuple[str, ...] = ()
    commas: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    #: Set on "artt. 14 e ss.": the citation goes on after its last article.
    onwards: bool = False
    #: The name it was cited by ("TUEL"), where it was cited without a number.
    name: str = field(default="", compare=False)
    #: "reg_del" and the like: the part of an ELI address an EU act of a special sort has.
    eli: str = field(default="", compare=False)

    @property
    def urn(self) -> str:
        """The identifier of the whole act: a URN of the Italian standard, an ELI for acts of the Union."""
        if self.kind in EU_KINDS:
            return f"{ELI}{self._eli_path()}/oj"
        if self.kind == "costituzione":
            return "urn:nir:stato:costituzione"
        return f"urn:nir:{self._authority()}:{self._when()}" + (f";{self.number}" if self.number else "")

    @property
    def place_urn(self) -> str:
        """The identifier of the place cited: of the whole act when no article is."""
        article = self._article()
        if not article:
            return self.urn
        if self.kind in EU_KINDS:
            return f"{ELI}{self._eli_path()}/art_{article}/oj"
        parts = [f"art{article}"]
        parts += [f"com{_plain(comma)}" for comma in self.commas[:1]]
        parts += [f"let{_plain(letter)}" for letter in self.letters[:1]]
        return f"{self.urn}{self._annex()}~{'-'.join(parts)}"

    @property
    def places(self) -> tuple[str, ...]:
        """Each article cited as `art15`, and where one alone is, each comma of it as `art1com44`."""
        articles = [_plain(article) for article in self.articles] or list(filter(None, [self._article()]))
        commas = [f"art{articles[0]}com{_plain(comma)}" for comma in self.commas] if len(articles) == 1 else []
        return tuple([*(f"art{article}" for article in articles), *commas])

    @property
    def url(self) -> str | None:
        """The official text of the whole act; None where there is no stable national address."""
        if self.kind in EU_KINDS:
            return f"{EURLEX}{self._eli_path()}/oj"
        return NORMATTIVA + self.urn if self._on_normattiva() else None

    @property
    def place_url(self) -> str | None:
        """The official text, opened at the article cited where the site can do that."""
        article = self._article()
        if self.kind in EU_KINDS or not self._on_normattiva() or not article:
            return self.url
        return f"{NORMATTIVA}{self.urn}{self._annex()}~art{article}"

    @property
    def slug(self) -> str:
        """The act in an address; the same whether or not the day is cited."""
        kind = KINDS[self.kind].slug
        if self.kind == "costituzione":
            return kind
        if self.kind in EU_KINDS:
            return f"{kind}-{self.year}-{self.number}"
        if self.region:
            kind = f"{kind}-{_hyphens(self.region)}"
        return f"{kind}-{self.number}-{self.year}" if self.number else f"{kind}-{self._when()}"

    @property
    def label(self) -> str:
        """The short Italian citation of the whole act."""
        short = KINDS[self.kind].short
        if self.kind == "costituzione":
            return short
        if self.kind in EU_KINDS:
            return f"{short} {self._eu_number()}"
        short = f"{short} {self.region}" if self.region else short
        return f"{short} {self.number}/{self.year}" if self.number else f"{short} {self._day_words()}"

    @property
    def long_label(self) -> str:
        """The full Italian citation of the whole act, with its day where known."""
        full = KINDS[self.kind].full
        if self.kind == "costituzione":
            return full
        if self.kind in EU_KINDS:
            return f"{full} {self._eu_number()}"
        full = f"{full} {self.region}" if self.region else full
        if self.date is None and self.number:
            return f"{full} n. {self.number} del {self.year}"
        return f"{full} {self._day_words()}" + (f", n. {self.number}" if self.number else "")

    def _authority(self) -> str:
        if self.region:
            return f"regione.{_hyphens(self.region).replace('-', '.')}:legge"
        return KINDS[self.kind].urn

    def _when(self) -> str:
        return self.date.isoformat() if self.date else str(self.year)

    def _day_words(self) -> str:
        if self.date is None:
            return str(self.year)
        day = "1º" if self.date.day == 1 else str(self.date.day)
        return f"{day} {MONTHS[self.date.month - 1]} {self.date.year}"

    def _on_normattiva(self) -> bool:
        if self.kind in ("legge-regionale", "decreto-ministeriale"):
            return False
        return self.number is not None or self.kind == "costituzione"

    def _annex(self) -> str:
        annex = ANNEXES.get((self.kind, self.number or 0, self.year))
        return f":{annex}" if annex else ""

    def _article(self) -> str:
        if self.articles:
            return _plain(self.articles[0])
        return "1" if self.commas and (self.kind, self.number, self.year) in ONE_ARTICLE else ""

    def _eli_path(self) -> str:
        return f"{self.eli or KINDS[self.kind].urn}/{self.year}/{self.number}"

    def _eu_number(self) -> str:
        # The Community became the Union in December 2009; numbers put the year first since 2015, in directives always.
        body = "CEE" if self.year <= 1993 else "CE" if self.year <= 2009 else "UE"
        if self.year >= 2015:
            return f"({body}) {self.year}/{self.number}"
        if self.kind == "regolamento-ue":
            return f"({body}) n. {self.number}/{self.year}"
        shown = self.year % 100 if self.year <= 1998 else self.year
        return f"{shown}/{self.number}/{body}"


def known_day(kind: str, number: int | None, year: int, cited: dt.date | None) -> dt.date | None:
    """The day of an act: of a well-known act the true one, else the one cited."""
    iso = DAYS.get((kind, number, year)) if number else None
    return dt.date.fromisoformat(iso) if iso else cited


def _plain(part: str) -> str:
    return re.sub(r"[^\w]", "", part)


def _hyphens(name: str) -> str:
    return re.sub(r"[^a-z]+", "-", name.lower())
