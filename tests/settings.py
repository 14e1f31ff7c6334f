"""Settings of the tests: the site's own, with a cheap password hasher and a place of their own."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="dotori-tests-"))
os.environ.setdefault("SITE_URL", "http://testserver")

from config.settings import *  # noqa: F403
from config.settings import DATA_DIR, DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Static files are collected as in production, once, and anew only when one of them changed.
STATIC_ROOT = Path(os.environ.get("TEST_STATIC_ROOT", DATA_DIR / "static"))
# In memory, because a cache is cleared before each test, with a database or without. The table of
# the real one is made too; the tests of the limits use it.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "database": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "site_cache",
    },
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file and not memory, so that the live server and raw connections see the same data.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(DATA_DIR) / "test.sqlite3")}
