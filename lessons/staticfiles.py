"""Static files: one style sheet from many, hashed names, compressed at collection."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage


def stylesheet_names(static: Path) -> list[str]:
    """The parts of the site's style sheet, the one that declares the layers first."""
    return sorted(
        f"css/{file.name}" for file in (static / "css").glob("*.css") if file.name != "site.css"
    )


class SiteStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Joins ``css/*.css`` into ``css/site.css``, so that a page waits for one file.

    The parts stay small files for those who write them; the order between them
    does not matter, because every rule is in a layer and the first file orders the layers.
    """

    support_js_module_import_aggregation = True

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        parts = sorted(
            name
            for name in paths
            if name.startswith("css/") and name.endswith(".css") and name.count("/") == 1
        )
        if parts and not dry_run:
            texts = []
            for name in parts:
                storage, path = paths[name]
                with storage.open(path) as file:
                    texts.append(file.read().decode())
            if self.exists("css/site.css"):
                self.delete("css/site.css")
            self._save("css/site.css", ContentFile("\n".join(texts).encode()))
            paths["css/site.css"] = (self, "css/site.css")
        yield from super().post_process(paths, dry_run, **options)
