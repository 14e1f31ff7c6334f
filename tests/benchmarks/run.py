"""``make bench``: what things cost, measured now on this machine. Never a pass or a fail.

Loading is measured in a process of its own each. The guest's page is measured
beside a bare WSGI application that returns the same bytes, behind the same
gunicorn, in turns, so that a machine that slows down slows both.
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.trees import write_many

ROOT = Path(__file__).resolve().parents[2]
LESSON = "/en/generative-media-foundations/how-generation-works/what-generative-means/"
ROUNDS, REQUESTS = 7, 2000


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="dotori-bench-") as folder:
        base = Path(folder)
        table("Loading content (seconds, whole process)", loading(base))
        table(
            "A guest's lesson page, beside a bare WSGI application with the same bytes", pages(base)
        )
        table("A first visit to a lesson, in Chromium", first_visit(base))
    print("\nA discussion of 10 and of 100,000 comments, in turns")
    subprocess.run([sys.executable, "-m", "tests.benchmarks.discussion"], cwd=ROOT, check=True)


def table(title: str, rows: list[tuple[str, str]]) -> None:
    print(f"\n{title}")
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"  {name.ljust(width)}  {value}")
    sys.stdout.flush()


def environment(base: Path, name: str, **extra: str) -> dict[str, str]:
    return {
        **os.environ,
        "DATA_DIR": str(base / name),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOG_LEVEL": "ERROR",
        "MAIL_WORKER": "0",
        **extra,
    }


def manage(env: dict[str, str], *arguments: str) -> float:
    """Seconds of the clock for one command; what it says is shown when it fails."""
    start = time.perf_counter()
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return time.perf_counter() - start


def loading(base: Path) -> list[tuple[str, str]]:
    rows = []
    for count in (100, 1_000, 10_000):
        tree = write_many(base / f"tree-{count}", count)
        env = environment(base, f"data-{count}", CONTENT_DIR=str(tree))
        (base / f"data-{count}").mkdir()
        manage(env, "migrate", "--verbosity", "0")
        rows.append((f"{count:,} lessons, cold", f"{manage(env, 'load_content'):.1f}"))
        rows.append((f"{count:,} lessons, nothing changed", f"{manage(env, 'load_content'):.1f}"))
        lesson = tree / "quest-0/track-0/lesson-0.md"
        lesson.write_text(lesson.read_text() + "\nOne more sentence.\n")
        rows.append((f"{count:,} lessons, one edit", f"{manage(env, 'load_content'):.1f}"))
    return rows


class Server:
    """gunicorn with one worker, so that its processor time is the application's."""

    def __init__(self, application: str, env: dict[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "-w",
            "1",
            "--threads",
            "4",
            "--keep-alive",
            "15",
            "--log-level",
            "error",
            "--no-control-socket",
            "-b",
            f"127.0.0.1:{self.port}",
            application,
        ]
        self.process = subprocess.Popen(command, cwd=ROOT, env=env)
        for _ in range(200):
            try:
                self.connection = socket.create_connection(("127.0.0.1", self.port))
                break
            except OSError:
                time.sleep(0.05)

    def get(self, path: str) -> bytes:
        """One request on a kept connection; the whole answer."""
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: br\r\n\r\n"
        self.connection.sendall(request.encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.connection.recv(65536)
        head, _, body = answer.partition(b"\r\n\r\n")
        length = next(
            int(h[15:]) for h in head.lower().split(b"\r\n") if h.startswith(b"content-length:")
        )
        while len(body) < length:
            body += self.connection.recv(65536)
        return head + b"\r\n\r\n" + body

    def cost(self, path: str, count: int) -> tuple[float, float]:
        """Seconds of the clock, and of the worker's processor, a request."""
        before, start = self._processor(), time.perf_counter()
        for _ in range(count):
            self.get(path)
        return (time.perf_counter() - start) / count, (self._processor() - before) / count

    def _processor(self) -> float:
        total = 0
        children = (
            Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        )
        for pid in children:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.wait(timeout=10)


def pages(base: Path) -> list[tuple[str, str]]:
    env = environment(base, "site")
    manage(env, "prepare")
    site = Server("config.wsgi:application", env)
    kept = site.get(LESSON)
    assert kept.startswith(b"HTTP/1.1 200"), kept[:300]
    (base / "answer").write_bytes(kept)
    bare = Server("tests.benchmarks.bare:application", {**env, "BARE_ANSWER": str(base / "answer")})
    assert bare.get(LESSON).partition(b"\r\n\r\n")[2] == kept.partition(b"\r\n\r\n")[2]
    clock: list[float] = []
    processor: list[float] = []
    costs: dict[str, list[float]] = {"kept": [], "bare": []}
    try:
        for _ in range(ROUNDS):
            bare_clock, bare_cpu = bare.cost(LESSON, REQUESTS)
            kept_clock, kept_cpu = site.cost(LESSON, REQUESTS)
            clock.append(bare_clock / kept_clock)
            processor.append(bare_cpu / kept_cpu)
            costs["bare"].append(bare_cpu * 1e6)
            costs["kept"].append(kept_cpu * 1e6)
    finally:
        site.stop()
        bare.stop()
    return [
        ("requests a second, kept : bare", spread(clock)),
        ("requests a processor second, kept : bare", spread(processor)),
        ("processor time a request, kept", f"{statistics.median(costs['kept']):.0f} µs"),
        ("processor time a request, bare", f"{statistics.median(costs['bare']):.0f} µs"),
        ("bytes of the answer (brotli)", f"{len(kept):,}"),
    ]


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f}  (of {len(values)} rounds: {min(values):.2f} to {max(values):.2f})"


def first_visit(base: Path) -> list[tuple[str, str]]:
    chromium = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if chromium is None:
        return [("left out", "there is no Chromium")]
    from playwright.sync_api import sync_playwright

    from tests.e2e.conftest import FLAGS

    env = environment(base, "site")
    server = Server("config.wsgi:application", env)
    sizes: list[tuple[str, int]] = []
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            page = browser.new_page()
            page.on(
                "requestfinished",
                lambda r: sizes.append(
                    (
                        r.resource_type,
                        sum(r.sizes()[k] for k in ("responseBodySize", "responseHeadersSize")),
                    )
                ),
            )
            page.goto(f"http://127.0.0.1:{server.port}{LESSON}", wait_until="networkidle")
            browser.close()
    finally:
        server.stop()
    rows = [
        (
            kind,
            f"{sum(1 for k, _ in sizes if k == kind)} requests, {sum(s for k, s in sizes if k == kind):,} bytes",
        )
        for kind in dict(sizes)
    ]
    return [*rows, ("in all", f"{len(sizes)} requests, {sum(size for _, size in sizes):,} bytes")]


if __name__ == "__main__":
    main()
