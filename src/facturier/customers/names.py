"""Names as they are compared, sorted and searched: case, blanks and, for people who search, accents aside."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

from django.db import models


@lru_cache(maxsize=65_536)
def name_key(name: str) -> str:
    """Return what two writings of a name have in common: case, width and blanks do not count."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def folded(text: str) -> str:
    """Return the text as lists sort and find it, on both databases alike: École as ecole."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(one for one in apart if not unicodedata.combining(one)).split())


class FoldedField(models.CharField):
    """Another field of the row, folded; written whenever the row is saved whole or created in bulk."""

    def __init__(self, source: str = "", **given: Any) -> None:
        self.source = source
        super().__init__(**{"max_length": 400, "editable": False, **given})

    def deconstruct(self) -> Any:
        name, path, args, given = super().deconstruct()
        return name, path, args, {**given, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = folded(getattr(model_instance, self.source))[: self.max_length]
        setattr(model_instance, self.attname, value)
        return value
