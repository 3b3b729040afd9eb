# SPDX-License-Identifier: AGPL-3.0-or-later
"""Italian administrative text: folding, words, stems, citations of acts, names of bodies. Pure."""
