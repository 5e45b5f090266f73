"""What the server calls."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhibu.config.settings")

pages = get_wsgi_application()

from zhibu.web.official_account.door import with_callback  # noqa: E402 - models can be imported once Django is up

application = with_callback(pages)

# The code of all pages is loaded now and not by whoever comes first. It stays until the end: looked through again and
# again for what is no longer used, it would cost every few requests a tenth of a second.
get_resolver().check()
gc.collect()
gc.freeze()
