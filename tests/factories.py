"""Rows of people, teams and their pools. Credits are never made here: they come from `accounts.credits`."""

import factory
from factory.django import DjangoModelFactory

from accounts.models import Member, Role, Team, User, Wallet

PASSWORD = "seven quiet herons"


class UserFactory(DjangoModelFactory[User]):
    """A person. `UserFactory(password=PASSWORD)` may sign in with it; without one, only by a link."""

    class Meta:
        model = User

    email = factory.Sequence("person-{}@example.com".format)
    password = None

    @classmethod
    def _create(cls, model_class: type[User], *args: object, **kwargs: object) -> User:
        return model_class.objects.create_user(*args, **kwargs)


class TeamFactory(DjangoModelFactory[Team]):
    """A team with an empty pool."""

    class Meta:
        model = Team
        skip_postgeneration_save = True

    name = factory.Sequence("Team {}".format)
    wallet = factory.RelatedFactory("tests.factories.WalletFactory", factory_related_name="team")


class WalletFactory(DjangoModelFactory[Wallet]):
    class Meta:
        model = Wallet

    team = factory.SubFactory(TeamFactory, wallet=None)


class MemberFactory(DjangoModelFactory[Member]):
    class Meta:
        model = Member

    team = factory.SubFactory(TeamFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.MEMBER
