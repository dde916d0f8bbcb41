"""Read the arguments of `facturier`, start Django, run one command, say what was refused."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

OK, REFUSED, USAGE = 0, 1, 2


class _Parser(argparse.ArgumentParser):
    """Says how the command is used before what was wrong, and ends with code 2."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"facturier: {message}\n")


def parser() -> argparse.ArgumentParser:
    """State every command. Needs no Django, so that --help and wrong usage answer at once."""
    from facturier.cli import billing, documents, importing, people, serving, taxes, trust

    whole = _Parser(
        prog="facturier",
        description="Billing for service businesses: work goes in, valid invoices come out.",
        epilog="Settings come from variables that start with FACTURIER_; see docs/operating.md.",
    )
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for topic in (serving, people, taxes, importing, billing, documents, trust):
        topic.add_to(commands)
    return whole


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and leave with its code."""
    chosen = parser().parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "facturier.config.settings")
    if getattr(chosen, "as_owner", False):
        os.environ["FACTURIER_AS_OWNER"] = "1"
    sys.exit(_run(chosen))


def _run(chosen: argparse.Namespace) -> int:
    from django.db import OperationalError, ProgrammingError
    from pydantic import ValidationError

    from facturier.rules.refusal import Refused, RefusedTogether

    try:
        import django

        django.setup()
        code = chosen.run(chosen)
    except RefusedTogether as refusals:
        for refusal in refusals.refusals:
            print(f"facturier: {refusal}", file=sys.stderr)
        return REFUSED
    except Refused as refusal:
        print(f"facturier: {refusal}", file=sys.stderr)
        return REFUSED
    except (OperationalError, ProgrammingError) as error:
        print(f"facturier: the database does not answer as expected: {error}".strip(), file=sys.stderr)
        print("Is it running, and did `facturier migrate` run after the last update?", file=sys.stderr)
        return REFUSED
    except (ValidationError, ValueError, OSError) as error:
        print(f"facturier: {error}", file=sys.stderr)
        return REFUSED
    except BrokenPipeError:
        return OK
    return code or OK
