"""Admin > Settings: what the seller states, checked, written once, and printed on new documents only."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image, ImageCms

from facturier.audit.queries import timeline
from facturier.delivery import papers
from facturier.delivery.pdf.logo import logo_svg
from facturier.invoices.models import Invoice
from facturier.organisations import logos
from facturier.organisations.models import Logo, Organisation
from facturier.organisations.tenancy import scope
from facturier.organisations.versions import version
from facturier.rules.refusal import Refused
from tests.delivery.post import issue
from tests.support.cast import Cast
from tests.support.documents import drafts

HERE = "/lumen/admin/settings/"


@pytest.fixture
def ada(cast: Cast, client: Client) -> Client:
    client.force_login(cast.users["ada"])
    cast.users["ada"].language = "en"
    cast.users["ada"].save(update_fields=["language"])
    return client


def typed(organisation: Organisation, **changed: Any) -> dict[str, Any]:
    """The form as it was shown, with some fields typed over."""
    names = ("name", "legal_name", "legal_note", "email", "phone", "line1", "line2", "postcode", "city",
             "subdivision", "country", "account_name", "iban", "bic", "payment_instructions", "payment_days",
             "currency", "language", "accent", "message", "footer")  # fmt: skip
    own = {name: getattr(organisation, name) for name in names}
    own |= {f"identifiers-{scheme}": value for scheme, value in organisation.identifiers.items()}
    return {**own, "seen": version(organisation), **changed}


def events(cast: Cast) -> list[Any]:
    with scope(cast.lumen.pk):
        return timeline(cast.lumen.pk, "organisation", cast.lumen.pk)


def picture(
    mode: str = "RGB", size: tuple[int, int] = (60, 30), format_: str = "PNG", **options: Any
) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, *options.pop("fill", ())).save(file, format_, **options)
    return file.getvalue()


def upload(client: Client, content: bytes) -> Any:
    return client.post(f"{HERE}logo/", {"logo": SimpleUploadedFile("logo.png", content, "image/png")})


def test_what_somebody_else_saved_meanwhile_is_not_undone(ada: Client, cast: Cast) -> None:
    stale = typed(cast.lumen, footer="Mine")
    assert ada.post(HERE, typed(cast.lumen, phone="04 78 11 11 11", footer="Theirs")).status_code == 302
    answer = ada.post(HERE, stale)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Somebody else changed these settings meanwhile" in page
    assert "Somebody else has set this to “Theirs”." in page
    assert "Somebody else has set this to “04 78 11 11 11”." in page
    assert {*answer.context["form"].errors} == {"__all__", "footer", "phone"}
    row = Organisation.objects.get(pk=cast.lumen.pk)
    assert (row.phone, row.footer) == ("04 78 11 11 11", "Theirs")
    again = ada.post(HERE, {**stale, "seen": answer.context["seen"]})  # now it is known, and wanted
    row.refresh_from_db()
    assert (again.status_code, row.footer, row.phone) == (302, "Mine", cast.lumen.phone)


def test_what_two_people_set_alike_is_no_conflict(ada: Client, cast: Cast) -> None:
    stale = typed(cast.lumen, footer="Same")
    assert ada.post(HERE, typed(cast.lumen, footer="Same")).status_code == 302
    assert ada.post(HERE, stale).status_code == 302


@pytest.mark.parametrize("seen", ["", "nonsense", "footer:0123"])
def test_control_a_form_that_saw_nothing_changes_nothing(ada: Client, cast: Cast, seen: str) -> None:
    assert ada.post(HERE, typed(cast.lumen, footer="Mine", seen=seen)).status_code == 422
    assert Organisation.objects.get(pk=cast.lumen.pk).footer == cast.lumen.footer


def test_what_is_saved_is_tidied_and_noted(ada: Client, cast: Cast) -> None:
    before = len(events(cast))
    answer = ada.post(
        HERE,
        typed(
            cast.lumen,
            phone="  04 78  00 00 00 ",
            iban="DE89 3704 0044 0532 0130 00",
            bic="cobadeff",
            message="Merci.\n\n À bientôt. ",
            **{"identifiers-ape": "62.02a"},
        ),
    )
    assert (answer.status_code, answer["Location"]) == (302, HERE)
    row = Organisation.objects.get(pk=cast.lumen.pk)
    assert (row.phone, row.iban, row.bic) == ("04 78 00 00 00", "DE89370400440532013000", "COBADEFF")
    assert row.message == "Merci.\n\nÀ bientôt."
    assert row.identifiers == {**cast.lumen.identifiers, "ape": "6202A"}
    latest, *rest = events(cast)
    assert (latest.name, latest.actor_name) == ("organisation.changed", "Ada")
    assert latest.data == {"fields": ["bic", "iban", "identifiers.ape", "message", "phone"]}
    assert len(rest) == before


def test_what_is_saved_unchanged_leaves_no_trace(ada: Client, cast: Cast) -> None:
    before = events(cast)
    assert ada.post(HERE, typed(cast.lumen)).status_code == 302
    assert events(cast) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("iban", "FR7630006000011234567890188"),
        ("bic", "BNP"),
        ("identifiers-siren", "123456789"),
        ("identifiers-vat", "DE136695976"),
        ("email", "ana@"),
        ("accent", "green"),
        ("country", "XX"),
        ("currency", "EURO"),
        ("payment_days", "366"),
        ("legal_name", "  "),
        ("name", ""),
        ("footer", "x" * 301),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_saved(
    ada: Client, cast: Cast, field: str, value: str
) -> None:
    before = events(cast)
    answer = ada.post(HERE, typed(cast.lumen, phone="1", **{field: value}))
    body = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="{field}_error"' in body
    assert body.count("_error") == 2 * body.count('aria-invalid="true"'), "one field, one error, one pointer"
    assert events(cast) == before
    assert Organisation.objects.get(pk=cast.lumen.pk).phone == cast.lumen.phone


def test_several_errors_are_told_at_once(ada: Client, cast: Cast) -> None:
    body = ada.post(HERE, typed(cast.lumen, iban="1", **{"identifiers-siren": "2"})).content.decode()
    assert 'id="iban_error"' in body
    assert 'id="identifiers-siren_error"' in body


def test_who_may_only_read_sees_it_and_why_it_is_not_theirs(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["carol"])
    cast.users["carol"].language = "en"
    cast.users["carol"].save(update_fields=["language"])
    body = client.get(HERE).content.decode()
    assert "You need the permission “manage settings”." in body
    assert cast.lumen.legal_name in body
    assert 'type="file"' not in body
    inputs = (
        body.split('<form method="post" class="form settings"')[1].split("</form>")[0].split("<input ")[1:]
    )
    assert len(inputs) > 15
    assert all("disabled" in one or "csrfmiddlewaretoken" in one for one in inputs)
    for address in (HERE, f"{HERE}logo/"):
        answer = client.post(address, typed(cast.lumen, phone="1"))
        assert answer.status_code == 403
        assert "manage settings" in answer.content.decode()
    assert Organisation.objects.get(pk=cast.lumen.pk).phone == cast.lumen.phone


def test_issued_documents_keep_what_they_said(ada: Client, cast: Cast) -> None:
    (invoice,) = issue(cast.lumen, [cast.bellecour])
    upload(ada, picture(fill=("red",)))
    ada.post(HERE, typed(cast.lumen, legal_name="Lumen & Cie", city="Vienne"))
    (later,) = issue(Organisation.objects.get(pk=cast.lumen.pk), [cast.bellecour])
    with scope(cast.lumen.pk):
        old, new = (Invoice.objects.get(pk=one.pk).issued.as_document() for one in (invoice, later))
    assert (old.content.seller.name, old.content.look.logo_sha256) == (cast.lumen.legal_name, "")
    assert (new.content.seller.name, new.content.seller.address.city) == ("Lumen & Cie", "Vienne")
    assert len(new.content.look.logo_sha256) == 64


def test_a_document_shows_the_logo_it_was_issued_with_although_another_came_since(
    ada: Client, cast: Cast
) -> None:
    upload(ada, picture(fill=("red",)))
    first, second = issue(Organisation.objects.get(pk=cast.lumen.pk), [cast.bellecour] * 2)
    with_logo = images(papers.pdf_of(first, now=timezone.now()).content)
    upload(ada, picture(fill=("blue",)))
    ada.post(f"{HERE}logo/", {"remove": "1"})
    with scope(cast.lumen.pk):
        second = Invoice.objects.get(pk=second.pk)
    assert images(papers.pdf_of(second, now=timezone.now()).content) == with_logo
    assert with_logo != []
    (without,) = issue(Organisation.objects.get(pk=cast.lumen.pk), [cast.bellecour])
    assert images(papers.pdf_of(without, now=timezone.now()).content) == [], "the control"


def images(pdf: Any) -> list[bytes]:
    """The pictures in a PDF."""
    with pikepdf.open(io.BytesIO(bytes(pdf))) as file:
        return [
            one.read_bytes()
            for one in file.objects
            if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"
        ]


def test_a_logo_is_kept_shown_and_removed(ada: Client, cast: Cast) -> None:
    assert upload(ada, picture("CMYK", format_="JPEG")).status_code == 302
    row = Organisation.objects.get(pk=cast.lumen.pk)
    shown = ada.get(f"{HERE}logo/{row.logo_sha256}.png")
    assert (shown["Content-Type"], hashlib.sha256(shown.content).hexdigest()) == (
        "image/png",
        row.logo_sha256,
    )
    assert f"{row.logo_sha256}.png" in ada.get(HERE).content.decode()
    assert ada.get(f"{HERE}logo/{'0' * 64}.png").status_code == 404
    upload(ada, picture("CMYK", format_="JPEG"))
    ada.post(f"{HERE}logo/", {"remove": "1"})
    assert Organisation.objects.get(pk=cast.lumen.pk).logo_sha256 == ""
    named = [one.name for one in events(cast) if "logo" in one.name]
    assert named == ["organisation.logo_removed", "organisation.logo_set"], (
        "set once: the second was the same"
    )


def test_a_kept_logo_is_never_changed(ada: Client, cast: Cast) -> None:
    upload(ada, picture())
    with scope(cast.lumen.pk):
        for change in (lambda: Logo.objects.update(content=b"x"), lambda: Logo.objects.all().delete()):
            with pytest.raises(DatabaseError, match="kept_frozen"), transaction.atomic():
                change()


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"<svg/>", picture()[:60], picture("RGB", format_="BMP")]
)
def test_what_is_no_picture_is_refused_beside_the_field(ada: Client, cast: Cast, content: bytes) -> None:
    answer = upload(ada, content)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert Organisation.objects.get(pk=cast.lumen.pk).logo_sha256 == ""


def test_without_a_file_nothing_is_removed(ada: Client, cast: Cast) -> None:
    upload(ada, picture())
    assert ada.post(f"{HERE}logo/").status_code == 422
    assert Organisation.objects.get(pk=cast.lumen.pk).logo_sha256


def test_pictures_that_are_too_big_are_refused_before_they_take_memory() -> None:
    with pytest.raises(Refused, match="5 MB"):
        logos.to_png(b"x" * (logos.MOST_BYTES + 1))
    with pytest.raises(Refused, match="50 million"):
        logos.to_png(picture("1", (10_000, 6_000)))
    with pytest.raises(Refused, match="50 million"):
        logos.to_png(picture("1", (20_000, 10_000)))  # Pillow itself takes this for a bomb


@pytest.mark.parametrize(
    ("mode", "format_"),
    [
        *((mode, "PNG") for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        *((mode, "JPEG") for mode in ("L", "RGB", "CMYK")),
        *((mode, "WEBP") for mode in ("RGB", "RGBA")),
        ("P", "GIF"),
    ],
)
def test_every_kind_of_picture_becomes_one_that_paper_takes(mode: str, format_: str) -> None:
    png = logos.to_png(picture(mode, format_=format_))
    assert logo_svg(png.content)
    with Image.open(io.BytesIO(png.content)) as kept:
        assert (kept.format, kept.size) == ("PNG", (60, 30))
        assert kept.mode in ("RGB", "RGBA")
        assert not set(kept.info) - {"transparency"}


def test_colours_transparency_and_rotation_stay() -> None:
    def pixel(content: bytes, place: tuple[int, int] = (0, 0)) -> Any:
        with Image.open(io.BytesIO(logos.to_png(content).content)) as kept:
            return kept.getpixel(place)

    assert pixel(picture("RGBA", fill=((200, 10, 20, 0),)))[3] == 0
    assert pixel(picture("I;16", fill=(0x8000,))) == (128, 128, 128)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    with Image.open(io.BytesIO(logos.to_png(picture(exif=exif)).content)) as turned:
        assert turned.size == (30, 60)


def test_a_colour_profile_is_applied_and_one_that_is_broken_left_out() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # In this space red light is blue, and blue red: its pure red is our pure blue.
    swapped = srgb.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    for profile, wanted in ((swapped, (0, 0, 255)), (srgb, (255, 0, 0)), (b"no profile", (255, 0, 0))):
        content = picture(fill=((255, 0, 0),), icc_profile=profile)
        with Image.open(io.BytesIO(logos.to_png(content).content)) as kept:
            found = kept.getpixel((0, 0))
            assert isinstance(found, tuple)
            assert max(abs(one - other) for one, other in zip(found, wanted, strict=True)) <= 3
            assert "icc_profile" not in kept.info


def test_big_logos_are_made_smaller() -> None:
    with Image.open(io.BytesIO(logos.to_png(picture(size=(4000, 1000))).content)) as kept:
        assert kept.size == (1600, 400)


def test_the_logo_of_another_seller_is_not_shown(ada: Client, cast: Cast) -> None:
    upload(ada, picture())
    sha256 = Organisation.objects.get(pk=cast.lumen.pk).logo_sha256
    ada.force_login(cast.users["bob"])
    assert ada.get(f"/cap/admin/settings/logo/{sha256}.png").status_code == 404


def test_missing_mentions_lead_to_their_place(ada: Client, cast: Cast) -> None:
    bare = {"line1": "", "identifiers": {}, "legal_note": ""}
    Organisation.objects.filter(pk=cast.lumen.pk).update(**bare)
    (pk,) = drafts(cast.lumen, cast.bellecour)
    page = ada.get(f"/lumen/documents/{pk}/").content.decode()
    settings = ada.get(HERE).content.decode()
    places = [part.split('"')[0] for part in page.split(f'href="{HERE}#')[1:]]
    assert {"identifiers-siren", "line1"} <= set(places)
    for place in places:
        assert f' id="{place}"' in settings


def test_the_first_page_of_admin_is_the_settings(ada: Client, cast: Cast) -> None:
    assert ada.get("/lumen/admin/")["Location"] == HERE
    rail = ada.get(HERE).content.decode().split("<main")[0]
    assert f'href="{HERE}"' in rail


def test_the_page_asks_the_database_little(ada: Client, cast: Cast) -> None:
    ada.get(HERE)
    with CaptureQueriesContext(connection) as captured:
        ada.get(HERE)
    assert len(captured) <= 8
