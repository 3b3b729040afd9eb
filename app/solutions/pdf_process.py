# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads a page on standard input, writes a PDF/UA on standard output; fetches nothing but built assets and pictures.

The folder of uploaded files is its argument.
"""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from app.files.store import Store
from app.solutions.pdf import LIBRARIES_MISSING, PICTURES
from app.web.assets import PREFIX, STATIC

try:
    from weasyprint import HTML, URLFetcher
except OSError as error:
    print(f"WeasyPrint cannot load its system libraries (Pango, HarfBuzz): {error}", file=sys.stderr)
    sys.exit(LIBRARIES_MISSING)

ROOT_URL = "file:///"


class OwnFiles(URLFetcher):  # type: ignore[misc]
    """Hands out files of the built front end and pictures of kits only, whatever the page asks for."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        asked = Path(unquote(urlsplit(url).path))
        if asked.is_relative_to(PICTURES):
            return super().fetch(Store(Path(sys.argv[1])).path(asked.name).as_uri(), headers)
        inside = STATIC / asked.relative_to(f"/{PREFIX}") if asked.is_relative_to(f"/{PREFIX}") else asked
        path = inside.resolve()
        if not path.is_relative_to(STATIC.resolve()):
            raise ValueError(f"not a file of the site: {url}")
        return super().fetch(path.as_uri(), headers)


def main() -> None:
    page = sys.stdin.buffer.read().decode("utf-8")
    html = HTML(string=page, base_url=ROOT_URL, url_fetcher=OwnFiles(allowed_protocols={"file"}))
    sys.stdout.buffer.write(html.write_pdf(pdf_variant="pdf/ua-1"))


if __name__ == "__main__":
    main()
