# SPDX-License-Identifier: AGPL-3.0-or-later
"""One archive that holds an installation: written while the site works, proved, and brought back on an empty folder."""
