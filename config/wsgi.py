"""The WSGI application: kept pages in front, Django behind."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

django_application = get_wsgi_application()

from lessons.kept_wsgi import KeptPages  # noqa: E402  (needs the settings)

application = KeptPages(django_application)
