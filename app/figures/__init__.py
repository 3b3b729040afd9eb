# SPDX-License-Identifier: AGPL-3.0-or-later
"""What everybody sees of the whole: who taught whom what, and the figures of the programme."""
