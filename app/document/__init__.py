# SPDX-License-Identifier: AGPL-3.0-or-later
"""The solution document: front matter and sections, parsed, validated, serialised, compared, rendered. Pure."""
