# SPDX-License-Identifier: AGPL-3.0-or-later
"""Home, help, information, accessibility, privacy, sitemap and the other pages of the house."""
