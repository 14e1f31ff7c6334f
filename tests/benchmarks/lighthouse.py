"""``make lighthouse``: Lighthouse's four grades of home and a lesson, on mobile and desktop.

Needs node with npx, and Chromium. Lighthouse comes from npm, of the version named below.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.run import LESSON, Server, environment, manage  # noqa: E402

VERSION = "12"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
FLAGS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"


def main() -> int:
    chromium = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if chromium is None or shutil.which("npx") is None:
        print(
            "Lighthouse needs node (npx) and Chromium. On Debian: apt install nodejs npm chromium"
        )
        return 2
    worst = 100
    with tempfile.TemporaryDirectory(prefix="dotori-lighthouse-") as folder:
        env = environment(Path(folder), "site")
        manage(env, "prepare")
        server = Server("config.wsgi:application", env)
        try:
            for path in ("/en/", "/ko/", LESSON, LESSON.replace("/en/", "/ko/")):
                for form in ("mobile", "desktop"):
                    grades = grade(
                        f"http://127.0.0.1:{server.port}{path}", form, chromium, Path(folder)
                    )
                    worst = min(worst, *grades.values())
                    print(
                        f"{form:8}",
                        "  ".join(f"{k} {v}" for k, v in grades.items()),
                        path,
                        flush=True,
                    )
        finally:
            server.stop()
    return 0 if worst == 100 else 1


def grade(url: str, form: str, chromium: str, folder: Path) -> dict[str, int]:
    """The grades of one page, 0 to 100; what costs points is printed."""
    report = folder / "report.json"
    command = [
        "npx",
        "--yes",
        f"lighthouse@{VERSION}",
        url,
        "--quiet",
        "--output=json",
        f"--output-path={report}",
        f"--chrome-flags={FLAGS}",
    ]
    if form == "desktop":
        command.append("--preset=desktop")
    subprocess.run(
        command, check=True, env={**os.environ, "CHROME_PATH": chromium}, stdout=subprocess.DEVNULL
    )
    found = json.loads(report.read_text())
    for category in CATEGORIES:
        for reference in found["categories"][category]["auditRefs"]:
            audit = found["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                print(
                    f"  {category}: {audit['title']} ({audit.get('displayValue') or audit['score']})"
                )
    return {
        category: round(found["categories"][category]["score"] * 100) for category in CATEGORIES
    }


if __name__ == "__main__":
    sys.exit(main())
