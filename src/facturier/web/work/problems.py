"""The problems of a file in the reader's language."""

from django.utils.translation import gettext

from facturier.work.importers import Problem


def told(problem: Problem) -> str:
    """Return the sentence of a problem, translated, its values filled in."""
    sentence = gettext(problem.message)
    return sentence % dict(problem.values) if problem.values else sentence
