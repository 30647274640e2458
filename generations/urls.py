"""Where the studio's rooms are."""

from django.urls import path

from generations import views

urlpatterns = [
    path("", views.create, name="create"),
    path("composer/", views.redraw, name="composer"),
    path("quote/", views.quote, name="quote"),
    path("references/", views.add_reference, name="references"),
    path("pulse/", views.pulse, name="pulse"),
    path("library/", views.library, name="library"),
    path("i/<uuid:pk>/", views.picture, name="picture"),
    path("g/<uuid:pk>/", views.generation, name="generation"),
    path("g/<uuid:pk>/cancel/", views.cancel, name="cancel"),
    path("g/<uuid:pk>/retry/", views.retry, name="retry"),
    path("jobs/<uuid:pk>/cancel/", views.cancel_all, name="cancel_all"),
    path("status/", views.status, name="status"),
    path("theme/", views.theme, name="theme"),
]
