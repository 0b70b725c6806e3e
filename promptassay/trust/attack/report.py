"""What an attack found, for people and as JSON; no key stands in either."""

import textwrap
from dataclasses import dataclass
from typing import Any, Final

from promptassay.trust.attack.kit import Finding, Tally

EXIT_HELD: Final = 0
EXIT_THROUGH: Final = 1
EXIT_UNKNOWN: Final = 2
_SHOWN: Final = 40


@dataclass(frozen=True)
class Report:
    """One attack. `stopped` says why it ended early, if it did: then what held says less."""

    url: str
    began: str
    seconds: float
    requests: int
    tallies: dict[str, Tally]
    findings: list[Finding]
    stopped: str = ""

    @property
    def exit_code(self) -> int:
        """0 nothing came through, 1 something did, 2 it could not be tried whole."""
        if self.findings:
            return EXIT_THROUGH
        return EXIT_UNKNOWN if self.stopped else EXIT_HELD


def as_json(report: Report) -> dict[str, Any]:
    """The report as plain values."""
    return {
        "url": report.url,
        "began": report.began,
        "seconds": round(report.seconds, 1),
        "requests": report.requests,
        "verdict": ("nothing came through", "something came through", "not tried whole")[report.exit_code],
        "stopped": report.stopped,
        "attacks": [
            {
                "attack": name,
                "title": each.title,
                "tried": each.tried,
                "through": each.through,
                "left_out": each.left_out,
            }
            for name, each in report.tallies.items()
        ],
        "findings": [{"attack": each.attack, "request": each.request, "what": each.what} for each in report.findings],
    }


def in_words(report: Report) -> str:
    """The report as a table, findings below it."""
    width = max((len(each.title) for each in report.tallies.values()), default=0)
    lines = [f"Attacked {report.url}: {report.requests} requests in {report.seconds:.0f} s.", ""]
    lines.append(f"  {'attack':<{width}}  tried  came through")
    for each in report.tallies.values():
        mark = "●" if not each.through else "▼"
        lines.append(f"{mark} {each.title:<{width}}  {each.tried:>5}  {each.through:>12}")
        lines += [f"    left out: {reason}" for reason in each.left_out]
    lines.append("")
    if report.findings:
        lines.append(f"▼ {len(report.findings)} came through:")
        for finding in report.findings[:_SHOWN]:
            lines += [
                f"  {finding.what}",
                *textwrap.wrap(finding.request, 110, initial_indent="    ", subsequent_indent="    "),
            ]
        if len(report.findings) > _SHOWN:
            lines.append(f"  and {len(report.findings) - _SHOWN} more: see the JSON report.")
        lines += ["", "Please report it: the instance's /.well-known/security.txt, or docs/attack-us.md."]
    elif not report.stopped:
        lines.append("● Nothing came through.")
    if report.stopped:
        lines.append(f"◆ Not tried whole: {report.stopped}")
    return "\n".join(lines) + "\n"
