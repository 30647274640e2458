"""The doors and the team's rooms, each a function that reads a request and draws a page."""

from accounts.views.doors import ask_for_link, join, sign_in
from accounts.views.person import change_password, profile
from accounts.views.team import (
    bring_back,
    change_role,
    invite,
    let_go,
    rename,
    set_caps,
    statement,
    switch,
    team,
    withdraw,
)

__all__ = [
    "ask_for_link",
    "bring_back",
    "change_password",
    "change_role",
    "invite",
    "join",
    "let_go",
    "profile",
    "rename",
    "set_caps",
    "sign_in",
    "statement",
    "switch",
    "team",
    "withdraw",
]
