"""The doors and the team's rooms. Of allauth's own pages only these two are open: signing in and signing out."""

from allauth.account.views import login, logout
from django.urls import path

from accounts import views

urlpatterns = [
    path("sign-in/", login, name="account_login"),
    path("sign-in/link/", views.ask_for_link, name="ask_for_link"),
    path("sign-in/<str:person>/<str:token>/", views.sign_in, name="sign_in"),
    path("sign-out/", logout, name="account_logout"),
    path("join/<str:token>/", views.join, name="join"),
    path("profile/", views.profile, name="profile"),
    path("profile/password/", views.change_password, name="account_change_password"),
    path("team/", views.team, name="team"),
    path("team/rename/", views.rename, name="team_rename"),
    path("team/switch/", views.switch, name="team_switch"),
    path("team/invite/", views.invite, name="team_invite"),
    path("team/invitations/<int:invitation>/withdraw/", views.withdraw, name="team_withdraw"),
    path("team/members/<int:member>/role/", views.change_role, name="team_role"),
    path("team/members/<int:member>/caps/", views.set_caps, name="team_caps"),
    path("team/members/<int:member>/let-go/", views.let_go, name="team_let_go"),
    path("team/members/<int:member>/bring-back/", views.bring_back, name="team_bring_back"),
    path("team/statement/", views.statement, name="statement"),
]
