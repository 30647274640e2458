"""The web's door."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gptstudio.settings")

from gptstudio.arriving import patient

application = patient(get_wsgi_application())
