"""What the server calls."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhibu.config.settings")

application = get_wsgi_application()

# What the start has made stays until the end: looked through again and again for what is no longer used, it costs
# every few requests a tenth of a second.
gc.collect()
gc.freeze()
