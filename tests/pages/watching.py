# SPDX-License-Identifier: AGPL-3.0-or-later
"""A browser page that notes errors of the console and of scripts, refusals of the policy, requests to other hosts."""

from playwright.sync_api import ConsoleMessage, Page, Request


class Watch:
    """Follows one page for as long as it is open."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.complaints: list[str] = []
        page.on("console", self._logged)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("request", self._asked)

    def open(self, path: str, status: int = 200) -> None:
        """Go to a path of the site and wait until all it needs is there."""
        answer = self.page.goto(self.site + path, wait_until="load")
        assert answer is not None
        assert answer.status == status, f"{path} answered {answer.status}"
        if status >= 400:
            # The browser reports a page that was asked for and is missing; that is not a fault of the page.
            self.complaints = [text for text in self.complaints if "Failed to load resource" not in text]

    def _logged(self, message: ConsoleMessage) -> None:
        # A refusal by the Content-Security-Policy arrives here as an error as well.
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text} at {self.page.url}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.site, "data:", "blob:")):
            self.complaints.append(f"other host: {request.url} from {self.page.url}")
