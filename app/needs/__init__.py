# SPDX-License-Identifier: AGPL-3.0-or-later
"""Posted requests, who could answer them, proposals, rounds."""
