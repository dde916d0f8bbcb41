"""The one way in which a rule says no."""

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """An expected refusal, worded for the person who asked.

    `message` is an English sentence with `%(name)s` places; the doors translate it and fill in
    `values`. `field` names the input to mend, in the vocabulary of the form or file at hand.
    `link` names the place where it is mended: a key that the web maps to a page.
    """

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        values: Mapping[str, Any] | None = None,
        link: str | None = None,
    ) -> None:
        self.message = message
        self.field = field
        self.values = dict(values or {})
        self.link = link
        super().__init__(message)

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


class RefusedTogether(Refused):
    """Several refusals at once, so that a person mends them in one go."""

    def __init__(self, refusals: "list[Refused]") -> None:
        if not refusals:
            raise ValueError("RefusedTogether needs at least one refusal")
        self.refusals = refusals
        super().__init__(" ".join(str(refusal) for refusal in refusals).replace("%", "%%"))

    def __str__(self) -> str:
        return " ".join(str(refusal) for refusal in self.refusals)


def refuse_all(refusals: "list[Refused]") -> None:
    """Raise what was collected: nothing, the one, or all together."""
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        raise RefusedTogether(refusals)
