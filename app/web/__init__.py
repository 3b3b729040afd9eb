# SPDX-License-Identifier: AGPL-3.0-or-later
"""What all pages share: the gate, sessions, languages, assets, formats, headers, errors. Knows no feature."""
