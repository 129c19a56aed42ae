"""A place in a list that nothing fills yet, so that the order of the lists is already the final one."""

from backoffice.services.checkout.work import Work


class Place:
    """An action that has nothing to do in this store: there is nothing it could act on."""

    def __init__(self, name: str, because: str) -> None:
        """Name the place and say why it is empty."""
        self.name = name
        self.because = because

    def execute(self, work: Work) -> None:
        """Do nothing."""

    def undo(self, work: Work) -> None:
        """Take nothing back."""
