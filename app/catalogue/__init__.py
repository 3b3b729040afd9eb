# SPDX-License-Identifier: AGPL-3.0-or-later
"""The open data of the site: what each list holds, in which files, for people and for catalogues of catalogues."""
