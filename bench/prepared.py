# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of solutions, rendered as the worker does: `python -m bench.prepared`, on the folder `TWINMETRO_DATA`."""

import time

from app import create_app
from app.solutions.chores import PreparedPages


def main() -> None:
    app, pages = create_app(), PreparedPages()
    began, count = time.process_time(), 0
    with app.app_context():
        while done := pages.prepare(app):
            count += done
    took = time.process_time() - began
    print(f"prepared {count} pages in {took:.1f} s of CPU, {took / max(count, 1) * 1000:.1f} ms each")


if __name__ == "__main__":
    main()
