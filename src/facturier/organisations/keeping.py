"""What people keep of a list: its questions under a name, and the columns that they want to see."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from facturier.audit import operations as audit
from facturier.organisations.access import Actor, operation
from facturier.organisations.models import Membership, Organisation, SavedView
from facturier.rules.refusal import Refused

MOST = 12  # own views, and as many shared ones: each is counted whenever the list is shown
LONGEST_NAME, LONGEST_QUERY, LONGEST_COLUMNS = 40, 1000, 200
NOT_YOURS = _("This belongs to somebody else.")


@operation("lists.keep")
def save_view(
    organisation: Organisation, *, actor: Actor, name: str, query: str, shared: bool = False
) -> SavedView:
    """Keep a question to the list under a name; a view of that name takes the new question.

    `query` is the part of an address after the question mark. A shared one needs *manage settings* and is
    noted in the audit log. Raises Refused for a name or a question that cannot be kept, or one too many.
    """
    name = _named(name)
    owner = None if shared else _member(actor)
    if shared:
        actor.must("organisations.change", organisation)
    if not query:
        raise Refused("Choose filters or an order first, then save them as a view.")
    if len(query) > LONGEST_QUERY:
        raise Refused("These are too many filters for a view.")
    kept = SavedView.objects.filter(membership_id=owner)
    if kept.count() >= MOST and not kept.filter(name=name).exists():
        raise Refused("There are %(most)s views already: delete one first.", values={"most": MOST})
    view, _made = SavedView.objects.update_or_create(
        organisation=organisation, membership_id=owner, name=name, defaults={"query": query}
    )
    if shared:
        audit.record("view.shared", view, name=name)
    return view


@operation("lists.keep")
def rename_view(view: SavedView, *, actor: Actor, name: str) -> SavedView:
    """Give a view another name. Raises Refused where there is one of that name."""
    _must_keep(view, actor)
    before, view.name = view.name, _named(name)
    if view.name == before:
        return view
    try:
        with transaction.atomic():
            view.save(update_fields=["name"])
    except IntegrityError as error:
        raise Refused("There is a view of that name already.", field="name") from error
    if view.is_shared:
        audit.record("view.renamed", view, name=view.name, before=before)
    return view


@operation("lists.keep")
def delete_view(view: SavedView, *, actor: Actor) -> None:
    """Forget a view; the documents that it showed stay as they are."""
    _must_keep(view, actor)
    if view.is_shared:
        audit.record("view.deleted", view, name=view.name)
    view.delete()


@operation("lists.keep")
def choose_columns(membership: Membership, *, actor: Actor, columns: Sequence[str]) -> Membership:
    """Show a member the list of documents with these columns from now on; none stands for all of them."""
    if membership.pk != actor.membership_id:
        raise PermissionDenied(str(NOT_YOURS))
    chosen = ",".join(columns)
    if len(chosen) > LONGEST_COLUMNS:
        raise Refused("These are too many columns.")
    membership.document_columns = chosen
    membership.save(update_fields=["document_columns"])
    return membership


def _named(name: str) -> str:
    name = " ".join(name.replace("\0", "").split())
    if not name:
        raise Refused("Give the view a name.", field="name")
    if len(name) > LONGEST_NAME:
        raise Refused("A name has at most %(most)s characters.", field="name", values={"most": LONGEST_NAME})
    return name


def _member(actor: Actor) -> int:
    if actor.membership_id is None:
        raise PermissionDenied(str(NOT_YOURS))
    return actor.membership_id


def _must_keep(view: SavedView, actor: Actor) -> None:
    """Raise PermissionDenied, with the reason, unless the actor may change this view."""
    if view.is_shared:
        actor.must("organisations.change", view)
    elif view.membership_id != actor.membership_id:
        raise PermissionDenied(str(NOT_YOURS))
