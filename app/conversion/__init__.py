# SPDX-License-Identifier: AGPL-3.0-or-later
"""Office documents into solution documents and back: pandoc in bounded processes, what is lost is said."""
