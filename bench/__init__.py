# SPDX-License-Identifier: AGPL-3.0-or-later
"""Benchmarks of speed and quality, each beside its reference in the same run."""
