"""What a run came to: ratios and goals, a Markdown table, a plot."""

from __future__ import annotations

from math import log10
from typing import Any, Final
from xml.sax.saxutils import escape

LABELS: Final = {
    "ours_uncached": "ours, uncached",
    "pgbench": "pgbench, same functions",
    "tipg_pruned": "tipg, web mercator, pruned",
    "tipg_plain": "tipg, plain tables",
    "tipg_ours": "tipg, our generalised tables",
    "ours_cached": "ours, cached",
    "ours_behind_nginx": "ours, cached behind nginx",
    "nginx_static": "nginx, static files",
}
_COLUMNS: Final = (
    ("req/s", "per_s", 0),
    ("p50 ms", "p50_ms", 2),
    ("p99 ms", "p99_ms", 2),
    ("bytes", "bytes", 0),
    ("CPU ms", "cpu_ms", 3),
)
_GOALS: Final = {
    "uncached_to_tipg": ("ours_uncached", "tipg_pruned", 7.0),
    "uncached_to_tipg_plain": ("ours_uncached", "tipg_plain", 7.0),
    "uncached_to_tipg_over_ours": ("ours_uncached", "tipg_ours", 7.0),
    "uncached_to_pgbench": ("ours_uncached", "pgbench", 0.7),
    "behind_nginx_to_static": ("ours_behind_nginx", "nginx_static", 0.8),
}
_BAR: Final = 22
_LEFT: Final = 210
_WIDTH: Final = 760


def ratios(outcomes: dict[str, dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Return each goal's ratio of answers per second, and what it should be at least."""
    return {
        name: {
            "ratio": round(outcomes[over]["per_s"] / outcomes[under]["per_s"], 2),
            "goal": goal,
        }
        for name, (over, under, goal) in _GOALS.items()
    }


def table(measured: dict[str, Any], found: dict[str, dict[str, float]]) -> str:
    """Return a Markdown table of one run."""
    lines = [
        "| who | " + " | ".join(title for title, _, _ in _COLUMNS) + " |",
        "|---|" + "---:|" * len(_COLUMNS),
    ]
    for name, outcome in measured["outcomes"].items():
        cells = [
            f"{outcome[key]:,.{digits}f}" if outcome[key] else "" for _, key, digits in _COLUMNS
        ]
        lines.append(f"| {LABELS[name]} | " + " | ".join(cells) + " |")
    lines += ["", "| ratio of req/s | measured | goal |", "|---|---:|---:|"]
    for name, one in found.items():
        over, under, _ = _GOALS[name]
        said = f"{LABELS[over]} : {LABELS[under]}"
        lines.append(f"| {said} | {one['ratio']:.2f} | ≥ {one['goal']:.1f} |")
    for name in ("edits_under_load", "edits_beside_stalled_clients", "freshness"):
        told = {key: one for key, one in measured.get(name, {}).items() if key != "kinds"}
        if told:
            lines += ["", f"| {name.replace('_', ' ')} | |", "|---|---:|"]
            lines += [f"| {key.replace('_', ' ')} | {one:,} |" for key, one in told.items()]
    return "\n".join(lines) + "\n"


def plot(outcomes: dict[str, dict[str, Any]]) -> str:
    """Return a bar chart of answers per second as SVG; the axis is logarithmic."""
    most = max(len(f"{one['per_s']:.0f}") for one in outcomes.values())
    scale = (_WIDTH - _LEFT - 90) / most
    bars = []
    for row, (name, outcome) in enumerate(outcomes.items()):
        top = 40 + row * (_BAR + 8)
        width = _logarithm(outcome["per_s"]) * scale
        colour = "#0072B2" if name.startswith("ours") else "#999999"
        bars.append(
            f'<text x="{_LEFT - 8}" y="{top + 16}" text-anchor="end">{escape(LABELS[name])}</text>'
            f'<rect x="{_LEFT}" y="{top}" width="{width:.1f}" height="{_BAR}" fill="{colour}"/>'
            f'<text x="{_LEFT + width + 6:.1f}" y="{top + 16}">{outcome["per_s"]:,.0f}</text>'
        )
    height = 50 + len(outcomes) * (_BAR + 8)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
        ' font-family="sans-serif" font-size="13">'
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>'
        '<text x="12" y="22" font-weight="bold">Tiles per second, one run, logarithmic</text>'
        f"{''.join(bars)}</svg>\n"
    )


def _logarithm(value: float) -> float:
    return log10(value) if value > 1 else 0.0
