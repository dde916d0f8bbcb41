"""Write jobs."""

from __future__ import annotations

from facturier.audit import operations as audit
from facturier.organisations.access import Actor, operation
from facturier.organisations.models import Organisation
from facturier.rules.refusal import Refused
from facturier.work.models import Job
from facturier.work.values import NewJob, check_price, tidy


@operation("work.change")
def add(organisation: Organisation, *, actor: Actor, job: NewJob) -> Job:
    """Open a job. Raises Refused naming the field to mend, and when its number is taken."""
    title = tidy(job.title, field="title", longest=200, needed=Refused("Name the job.", field="title"))
    check_price(job.unit_price, field="unit_price")
    if not job.quantity.is_finite() or not 0 < job.quantity < 10**11:
        raise Refused("A job orders more than nothing.", field="quantity")
    number = tidy(job.number, field="number", longest=20) or _next_number()
    if Job.objects.filter(number=number).exists():
        raise Refused(
            "There is a job with the number “%(number)s” already.", field="number", values={"number": number}
        )
    row = Job.objects.create(
        organisation=organisation,
        customer=job.customer,
        number=number,
        title=title,
        order_reference=tidy(job.order_reference, field="order_reference", longest=100),
        quantity=job.quantity,
        unit=job.unit,
        unit_price=job.unit_price,
        account_id=job.account_id,
        tax_code_id=job.tax_code_id,
        status=job.status,
        opened_on=job.opened_on,
    )
    audit.record("job.opened", row, number=number)
    return row


def _next_number() -> str:
    """Count on from the job that was opened last: D0001, D0002, …"""
    last = Job.objects.order_by("-pk").values_list("number", flat=True).first()
    digits = "".join(letter for letter in last or "" if letter.isdecimal())
    return f"D{int(digits or 0) + 1:04d}"
