"""The arrows between the apps are those of docs/architecture.md, and no other."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "lessons": {"config"},  # config.environment only: typed reading of the environment
    "progress": {"lessons", "config"},
    "comments": {"lessons", "config"},
    "feedback": {"lessons", "comments", "config"},
    "config": {"lessons"},
}


def imports(folder: Path) -> set[tuple[str, str]]:
    """(file, top-level package) of every import below a folder, inside functions too."""
    found = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            found |= {(str(file.relative_to(ROOT)), name.partition(".")[0]) for name in names}
    return found


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_an_app_imports_only_what_its_arrows_allow(app):
    wrong = {
        (file, name)
        for file, name in imports(ROOT / app)
        if name in MAY_IMPORT and name != app and name not in MAY_IMPORT[app]
    }
    assert wrong == set()


def test_the_pure_parts_know_no_database_and_no_request():
    pure = [*(ROOT / "lessons/content").glob("*.py"), *(ROOT / "lessons/markup").glob("*.py")]
    wrong = [
        str(file.relative_to(ROOT))
        for file in pure
        if any(
            name == "django"
            for _, name in {
                (f, n) for f, n in imports(file.parent) if f == str(file.relative_to(ROOT))
            }
        )
    ]
    assert wrong == []
