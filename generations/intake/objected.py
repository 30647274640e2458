"""What intake says to a wish that cannot be taken."""

from generations.catalog import Objection


class Objected(Exception):
    """The wish cannot be taken as it stands. Nothing was held and nothing was kept of it."""

    def __init__(self, *wrong: Objection) -> None:
        super().__init__(", ".join(f"{each.field}: {each.code}" for each in wrong))
        self.objections = list(wrong)
