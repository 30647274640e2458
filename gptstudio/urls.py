"""Every door of the studio."""

from django.contrib import admin
from django.urls import include, path

from generations import media
from gptstudio import api, health

urlpatterns = [
    *api.urlpatterns,
    path("", include("generations.urls")),
    path("", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("media/<str:token>/", media.serve, name="media"),
    path("p/<str:token>/", media.serve_public, name="public-media"),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
]
