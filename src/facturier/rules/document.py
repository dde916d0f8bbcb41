"""The issued document, a value in the vocabulary of EN 16931-1 (business terms BT-n, groups BG-n).

`Draft` is what a person or a batch writes. `Document` is a draft with its number, dates, totals and
legal mentions: what is printed, sent, exported and kept. Everything downstream takes a `Document`
and nothing else. A preview is a `Document` whose number is empty.

The canonical form (`canonical_json`) is UTF-8 JSON with sorted keys and no white space; decimals are
strings, amounts are integers of minor units, dates are ISO 8601. Its SHA-256 identifies the document.
What was added since the first documents is left out where it says nothing (`_LATER`), so that a document
that was issued before reads, and writes, as it did then.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from facturier.rules.money import Exchange, Money

FORMAT = 1
_LATER = {"later": True}  # marks a field that is left out of the canonical form while it has its default


class Kind(StrEnum):
    """What the document is: the UNTDID 1001 codes are 325, 380 and 381."""

    PRO_FORMA = "pro_forma"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class LineKind(StrEnum):
    AMOUNT = "amount"
    TEXT = "text"  # a remark between lines; carries no amount
    SUBTOTAL = "subtotal"  # the sum of the amounts since the subtotal before it


class Nature(StrEnum):
    """What is supplied, as VAT tells it (Directive 2006/112/EC, art. 14 and 24)."""

    GOODS = "goods"
    SERVICES = "services"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A registration or tax number: scheme "siren", "vat", "gst"…, value without blanks."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True)
class Address:
    """Postal address (BG-5, BG-8). `country` is ISO 3166-1 alpha-2."""

    line1: str = ""
    line2: str = ""
    postcode: str = ""
    city: str = ""
    subdivision: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """Seller (BG-4) or buyer (BG-7). `legal_note` is the registration sentence, e.g. form and capital."""

    name: str
    address: Address = Address()
    identifiers: tuple[Identifier, ...] = ()
    legal_note: str = ""
    contact: str = ""
    email: str = ""
    phone: str = ""
    reference: str = ""  # the customer number that the seller gave (BT-46 without a scheme)

    def identifier(self, scheme: str) -> str:
        """Return the number of that scheme, or an empty string."""
        return next((one.value for one in self.identifiers if one.scheme == scheme), "")


@dataclass(frozen=True, slots=True)
class DeliverTo:
    """Where goods go (BG-13, BG-15); without a name, to the buyer."""

    name: str = ""
    address: Address = Address()


@dataclass(frozen=True, slots=True)
class Tax:
    """One component of a tax code, as it stood on the day of the document.

    `scheme` is the tax ("VAT", "GST", "QST"), `category` the EN 16931 code (BT-151), `rate` a percentage,
    `label` its name in the document's language, `account` the GL account that the tax is owed on.
    `exemption_code` is the reason in code (BT-121): a VATEX code, in Italy the Natura.
    """

    scheme: str
    category: str
    rate: Decimal
    label: str
    account: str = ""
    exemption_reason: str = ""
    exemption_code: str = field(default="", metadata=_LATER)


@dataclass(frozen=True, slots=True)
class Line:
    """An invoice line (BG-25), or a text or subtotal between lines.

    `unit` is a UN/ECE Recommendation 20 code. The discount is either a percentage or an amount in
    minor units, off the line (BG-27). `account` is the revenue GL account.
    """

    description: str
    kind: LineKind = LineKind.AMOUNT
    quantity: Decimal = Decimal(0)
    unit: str = ""
    unit_price: Decimal = Decimal(0)
    discount_percent: Decimal = Decimal(0)
    discount_minor: int = 0
    tax_code: str = ""
    taxes: tuple[Tax, ...] = ()
    account: str = ""
    service_start: date | None = None
    service_end: date | None = None
    order_reference: str = ""
    nature: Nature | None = field(default=None, metadata=_LATER)


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A discount (BG-20) or charge (BG-21) on the whole document.

    Either `percent` of the sum of lines or `amount_minor`. Without `taxes` it is spread over the tax codes
    of the lines in proportion to their amounts.
    """

    reason: str
    is_charge: bool = False
    percent: Decimal = Decimal(0)
    amount_minor: int = 0
    taxes: tuple[Tax, ...] | None = None
    account: str = ""


@dataclass(frozen=True, slots=True)
class PaymentMeans:
    """How to pay by transfer (BG-16, BG-17)."""

    account_name: str = ""
    iban: str = ""
    bic: str = ""
    instructions: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What the seller chose of the document's appearance; frozen with it."""

    accent: str = "#17563f"
    footer: str = ""
    message: str = ""
    logo_sha256: str = ""


@dataclass(frozen=True, slots=True)
class TaxLeft:
    """What the credit notes of an invoice have left of one of its taxes, in minor units."""

    scheme: str
    category: str
    rate: Decimal
    base_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that a person decides about a document before it is issued."""

    kind: Kind
    region: str
    currency: str
    language: str
    seller: Party
    buyer: Party
    lines: tuple[Line, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    payment_days: int = 30
    payment: PaymentMeans = PaymentMeans()
    order_reference: str = ""
    subject: str = ""
    note: str = ""
    preceding: tuple[str, ...] = ()  # numbers of the documents that this one corrects (BG-3)
    prepaid_minor: int = 0
    look: Look = Look()
    deliver_to: DeliverTo | None = field(default=None, metadata=_LATER)
    exchange: Exchange | None = field(default=None, metadata=_LATER)
    vat_on_debits: bool = field(default=False, metadata=_LATER)
    preceding_dates: tuple[date, ...] = field(default=(), metadata=_LATER)  # of `preceding` (BT-26)
    taxes_left: tuple[TaxLeft, ...] = field(default=(), metadata=_LATER)


@dataclass(frozen=True, slots=True)
class LineTotal:
    """What one line comes to; zero for text lines, the running sum for subtotals."""

    net: Money
    discount: Money


@dataclass(frozen=True, slots=True)
class AdjustmentTotal:
    """A discount or charge on one tax code of the document."""

    reason: str
    is_charge: bool
    amount: Money
    taxes: tuple[Tax, ...]
    account: str = ""


@dataclass(frozen=True, slots=True)
class TaxTotal:
    """One row of the tax breakdown (BG-23): a tax, category and rate, once per document."""

    tax: Tax
    base: Money
    amount: Money


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a document (BG-22), each in its currency."""

    lines: tuple[LineTotal, ...]
    adjustments: tuple[AdjustmentTotal, ...]
    taxes: tuple[TaxTotal, ...]
    line_net: Money  # BT-106
    allowances: Money  # BT-107
    charges: Money  # BT-108
    net: Money  # BT-109
    tax: Money  # BT-110
    gross: Money  # BT-112
    prepaid: Money  # BT-113
    due: Money  # BT-115
    exchanged_tax_minor: int | None = field(default=None, metadata=_LATER)  # BT-111, see `Draft.exchange`


@dataclass(frozen=True, slots=True)
class Document:
    """A draft with its number, dates, totals and mentions: the value that is issued and kept."""

    content: Draft
    number: str
    issue_date: date
    due_date: date
    totals: Totals
    mentions: tuple[str, ...] = ()
    format: int = field(default=FORMAT)

    @property
    def is_draft(self) -> bool:
        return self.number == ""

    @property
    def exchanged_tax(self) -> Money | None:
        """The tax in the currency that the seller accounts for it in (BT-111), where that is another."""
        minor, exchange = self.totals.exchanged_tax_minor, self.content.exchange
        return None if minor is None or exchange is None else Money(minor, exchange.currency)


# Values that documents of one run share: written once, then looked up.
_SHARED: tuple[type, ...] = (Party, Tax, PaymentMeans, Look, DeliverTo)


def _plain(value: Any) -> Any:
    shape = type(value)
    write = _WRITERS.get(shape)
    if write is None:
        write = _WRITERS[shape] = _writer(shape)
    return write(value)


_WRITERS: dict[type, Callable[[Any], Any]] = {}


def _writer(shape: type) -> Callable[[Any], Any]:
    """Return the function that turns a value of that type into what JSON can carry."""
    if shape is Decimal:
        return _decimal
    if shape is Money:
        return _MINOR
    if shape is tuple:
        return _plain_tuple
    if issubclass(shape, date):
        return date.isoformat
    if is_dataclass(shape):
        write = _dataclass_writer(shape)
        return lru_cache(maxsize=4096)(write) if shape in _SHARED else write
    return _as_it_is


def _dataclass_writer(shape: type) -> Callable[[Any], Any]:
    names = sorted(one.name for one in fields(shape))
    read = attrgetter(*names)
    later = [(one.name, _plain(one.default)) for one in fields(shape) if "later" in one.metadata]

    def write(value: Any) -> Any:
        data = {
            name: part if type(part) in _PLAIN else _plain(part)
            for name, part in zip(names, read(value), strict=True)
        }
        for name, default in later:
            if data[name] == default:
                del data[name]
        return data

    return write


_PLAIN = frozenset({str, int, bool, NoneType})
_MINOR = attrgetter("minor")


def _plain_tuple(values: tuple[Any, ...]) -> list[Any]:
    return [_plain(one) for one in values]


def _as_it_is(value: Any) -> Any:
    return value


def _decimal(value: Decimal) -> str:
    """Write a decimal without exponent and without trailing zeros: 1.500 and 1.5 are one value."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def canonical_json(document: Document) -> str:
    """Write the document in its canonical form: equal values give equal text."""
    return _ENCODE(_plain(document))


_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def sha256(canonical: str) -> str:
    """Return the hexadecimal SHA-256 of a canonical form."""
    return hashlib.sha256(canonical.encode()).hexdigest()


def from_json(text: str) -> Document:
    """Read a canonical form back. Raises ValueError for a format that this version does not know."""
    data = json.loads(text)
    if data.get("format") != FORMAT:
        raise ValueError(f"document format {data.get('format')!r} is not {FORMAT}")
    currency = data["content"]["currency"]
    document = _read(Document, data, currency)
    assert isinstance(document, Document)
    return document


_HINTS: dict[type, dict[str, Any]] = {}


def _read(shape: Any, data: Any, currency: str) -> Any:
    origin = get_origin(shape)
    if origin is UnionType:
        if data is None:
            return None
        return _read(next(one for one in get_args(shape) if one is not NoneType), data, currency)
    if origin is tuple:
        return tuple(_read(get_args(shape)[0], one, currency) for one in data)
    if shape is Money:
        return Money(data, currency)
    if shape is Decimal:
        return Decimal(data)
    if shape is date:
        return date.fromisoformat(data)
    if isinstance(shape, type) and issubclass(shape, StrEnum):
        return shape(data)
    if isinstance(shape, type) and is_dataclass(shape):
        hints = _HINTS.setdefault(shape, get_type_hints(shape))
        return shape(**{name: _read(hints[name], data[name], currency) for name in data})
    return data
