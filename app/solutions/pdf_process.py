# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads a page on standard input, writes a PDF/UA on standard output; fetches nothing but built assets."""

import sys
from typing import Any

from app.solutions.pdf import LIBRARIES_MISSING
from app.web.assets import PREFIX, STATIC

try:
    from weasyprint import HTML, default_url_fetcher
except OSError as error:
    print(f"WeasyPrint cannot load its system libraries (Pango, HarfBuzz): {error}", file=sys.stderr)
    sys.exit(LIBRARIES_MISSING)

ROOT_URL = "file:///"


def main() -> None:
    page = sys.stdin.buffer.read().decode("utf-8")
    html = HTML(string=page, base_url=ROOT_URL, url_fetcher=fetch)
    sys.stdout.buffer.write(html.write_pdf(pdf_variant="pdf/ua-1"))


def fetch(address: str, *rest: Any, **options: Any) -> Any:
    """Only files of the built front end, whatever the page asks for."""
    path = (STATIC / address.removeprefix(f"{ROOT_URL}{PREFIX}/")).resolve()
    if not address.startswith(f"{ROOT_URL}{PREFIX}/") or not path.is_relative_to(STATIC.resolve()):
        raise ValueError(f"not a file of the site: {address}")
    return default_url_fetcher(path.as_uri())


if __name__ == "__main__":
    main()
