"""Where the studio's rooms are."""

from django.urls import path

from generations import views

urlpatterns = [
    path("", views.create, name="create"),
    path("composer/", views.redraw, name="composer"),
    path("composer/call/", views.composer_call, name="composer_call"),
    path("quote/", views.quote, name="quote"),
    path("references/", views.add_reference, name="references"),
    path("pulse/", views.pulse, name="pulse"),
    path("library/", views.library, name="library"),
    path("i/<uuid:pk>/", views.picture, name="picture"),
    path("i/<uuid:pk>/call/", views.picture_call, name="picture_call"),
    path("g/<uuid:pk>/", views.generation, name="generation"),
    path("g/<uuid:pk>/cancel/", views.cancel, name="cancel"),
    path("g/<uuid:pk>/retry/", views.retry, name="retry"),
    path("jobs/<uuid:pk>/cancel/", views.cancel_all, name="cancel_all"),
    path("team/keys/", views.keys, name="keys"),
    path("team/keys/<uuid:pk>/revoke/", views.revoke_key, name="revoke_key"),
    path("team/keys/<uuid:pk>/caps/", views.key_caps, name="key_caps"),
    path("status/", views.status, name="status"),
    path("team/webhooks/", views.webhooks, name="webhooks"),
    path("team/webhooks/add/", views.webhook_add, name="webhook_add"),
    path("team/webhooks/<uuid:pk>/", views.webhook, name="webhook"),
    path("team/webhooks/<uuid:pk>/secret/", views.webhook_rotate, name="webhook_rotate"),
    path("team/webhooks/<uuid:pk>/switch/", views.webhook_switch, name="webhook_switch"),
    path("team/webhooks/<uuid:pk>/test/", views.webhook_test, name="webhook_test"),
    path("team/webhooks/<uuid:pk>/remove/", views.webhook_remove, name="webhook_remove"),
    path("team/deliveries/<uuid:pk>/replay/", views.webhook_replay, name="webhook_replay"),
    path("docs/", views.docs, name="docs"),
    path("docs/webhooks/", views.docs_webhooks, name="docs_webhooks"),
    path("docs/<slug:dialect>/", views.docs_page, name="docs_page"),
    path("theme/", views.theme, name="theme"),
]
