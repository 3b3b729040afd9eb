# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each figure beside what was aimed at, with the word that says whether it was reached."""

#: Stands at the start of every such line, so that whoever runs all benchmarks finds them.
MARK = "aim: "
REACHED, MISSED = "reached", "missed"


def at_least(what: str, value: float, aim: float, unit: str = "") -> bool:
    """Say whether a figure is as high as it was meant to be."""
    return _said(what, value, f"at least {_short(aim)}{unit}", unit, value >= aim)


def at_most(what: str, value: float, aim: float, unit: str = "") -> bool:
    """Say whether a figure is as low as it was meant to be."""
    return _said(what, value, f"at most {_short(aim)}{unit}", unit, value <= aim)


def _said(what: str, value: float, aim: str, unit: str, reached: bool) -> bool:
    print(f"{MARK}{what:52}{_short(value) + unit:>12}  {aim:22}{REACHED if reached else MISSED}")
    return reached


def _short(value: float) -> str:
    """Three decimals for a share, one for ten and more, none for a hundred."""
    digits = 3 if abs(value) < 1 else 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
