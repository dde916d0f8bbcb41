"""Every number is checked by its digits; a wrong one is refused in a sentence."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facturier.rules import identifiers

VALID = [
    (identifiers.check_siren, "732 829 320", "732829320"),
    (identifiers.check_siret, "732 829 320 00074", "73282932000074"),
    (identifiers.check_siret, "356 000 000 49837", "35600000049837"),  # La Poste
    (identifiers.check_ape, "62.02a", "6202A"),
    (identifiers.check_french_vat, "FR 44 732829320", "FR44732829320"),
    (identifiers.check_french_vat, "44732829320", "FR44732829320"),
    (identifiers.check_german_vat, "DE 136.695.976", "DE136695976"),
    (identifiers.check_italian_vat, "it 007 4311 0157", "IT00743110157"),
    (identifiers.check_italian_vat, "00743110157", "IT00743110157"),
    (identifiers.check_fiscal_code, "rcc mnl 83s18 d969h", "RCCMNL83S18D969H"),
    (identifiers.check_fiscal_code, "00743110157", "00743110157"),
    (identifiers.check_rea, "mi 1234567", "MI-1234567"),
    (identifiers.check_italian_regime, "rf 19", "RF19"),
    (identifiers.check_sdi_code, "abc1234", "ABC1234"),
    (identifiers.check_vat, "it 00743110157", "IT00743110157"),
    (identifiers.check_vat, "FR44732829320", "FR44732829320"),
    (identifiers.check_vat, "ATU57194903", "ATU57194903"),
    (identifiers.check_vat, "EL 094259216", "EL094259216"),
    (identifiers.check_vat, "BE 0428.759.497", "BE0428759497"),
    (identifiers.check_vat, "GB 980 7806 84", "GB980780684"),
    (identifiers.check_vat, "XI 980780684", "XI980780684"),
    (identifiers.check_vat, "CHE-100.155.212 MWST", "CHE100155212MWST"),
    (identifiers.check_vat, "NO 995 525 828 MVA", "NO995525828MVA"),
    (identifiers.check_german_tax_number, "181/815/08155", "18181508155"),
    (identifiers.check_german_register, "München HRB 123456", "München HRB 123456"),
    (identifiers.check_german_register, "HRA 11223 Aachen", "Aachen HRA 11223"),
    (identifiers.check_gst, "12302 6635 RT 0001", "123026635RT0001"),
    (identifiers.check_qst, "1227494057 tq 0001", "1227494057TQ0001"),
    (identifiers.check_neq, "11 4241 8970", "1142418970"),
    (identifiers.check_business_number, "12302 6635", "123026635"),
    (identifiers.check_british_vat, "980 7806 84", "GB980780684"),
    (identifiers.check_british_vat, "gb980780684", "GB980780684"),
    (identifiers.check_company_number, "sc 123456", "SC123456"),
    (identifiers.check_company_number, "1234567", "01234567"),
    (identifiers.check_ein, "123456789", "12-3456789"),
    (identifiers.check_any_number, " PST  1234-5678 ", "PST 1234-5678"),
    (identifiers.check_iban, "FR14 2004 1010 0505 0001 3M02 606", "FR1420041010050500013M02606"),
    (identifiers.check_bic, "agrifrpp882", "AGRIFRPP882"),
]

INVALID = [
    (identifiers.check_siren, "732829321"),
    (identifiers.check_siren, "73282932"),
    (identifiers.check_siren, "73282932A"),
    (identifiers.check_siret, "73282932000075"),
    (identifiers.check_siret, "732829320"),
    (identifiers.check_ape, "620A"),
    (identifiers.check_french_vat, "FR45732829320"),
    (identifiers.check_french_vat, "DE136695976"),
    (identifiers.check_german_vat, "DE136695978"),
    (identifiers.check_german_vat, "FR44732829320"),
    (identifiers.check_italian_vat, "IT00743110158"),
    (identifiers.check_italian_vat, "FR44732829320"),
    (identifiers.check_fiscal_code, "RCCMNL83S18D969I"),
    (identifiers.check_fiscal_code, "RCCMNL83S18"),
    (identifiers.check_rea, "1234567"),
    (identifiers.check_italian_regime, "RF03"),
    (identifiers.check_italian_regime, "RF21"),
    (identifiers.check_sdi_code, "ABC12"),
    (identifiers.check_vat, "IT00743110158"),
    (identifiers.check_vat, "00743110157"),
    (identifiers.check_vat, "US123456789"),
    (identifiers.check_vat, "GB980780685"),
    (identifiers.check_vat, "CHE-100.155.213"),
    (identifiers.check_vat, "NO995525829MVA"),
    (identifiers.check_german_tax_number, "136695978"),
    (identifiers.check_german_tax_number, "181/815/0815X"),
    (identifiers.check_german_register, "HRB 123456"),
    (identifiers.check_german_register, "Atlantis HRB 123456"),
    (identifiers.check_business_number, "123026636"),
    (identifiers.check_british_vat, "GB980780685"),
    (identifiers.check_company_number, "SC12345"),
    (identifiers.check_company_number, "123456789"),
    (identifiers.check_ein, "12345678"),
    (identifiers.check_ein, "073456789"),
    (identifiers.check_any_number, "<1>"),
    (identifiers.check_any_number, "1" * 41),
    (identifiers.check_gst, "123026636RT0001"),
    (identifiers.check_gst, "123026635"),
    (identifiers.check_gst, "123026635RC0001"),
    (identifiers.check_qst, "122749405TQ0001"),
    (identifiers.check_qst, "1227494057"),
    (identifiers.check_neq, "4442418970"),
    (identifiers.check_iban, "FR1420041010050500013M02607"),
    (identifiers.check_iban, "FR14"),
    (identifiers.check_bic, "AGRIFRPP8"),
]

CHECKS = sorted({check for check, *_ in VALID}, key=lambda check: check.__name__)


@pytest.mark.parametrize(("check", "typed", "compact"), VALID)
def test_a_right_number_becomes_compact(check, typed, compact):
    assert check(typed) == compact
    assert check(compact) == compact


@pytest.mark.parametrize(("check", "typed"), INVALID)
def test_a_wrong_number_is_refused_in_a_sentence(check, typed):
    with pytest.raises(ValueError) as refusal:
        check(typed)
    sentence = str(refusal.value)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert " " in sentence


def test_a_wrong_digit_and_a_wrong_length_are_told_apart():
    with pytest.raises(ValueError, match="check digit"):
        identifiers.check_siren("732829321")
    with pytest.raises(ValueError, match="9 digits"):
        identifiers.check_siren("7328293")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_every_check_has_samples_of_both_kinds(check):
    assert check in {one for one, *_ in VALID}
    assert check in {one for one, *_ in INVALID}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@given(typed=st.text(max_size=20))
def test_whatever_is_typed_only_value_errors_come_back(check, typed):
    with suppress(ValueError):  # any other exception would reach the person as a bug
        assert check(typed)


def test_a_transposition_of_two_digits_is_found():
    for position in range(8):
        number = list("732829320")
        number[position], number[position + 1] = number[position + 1], number[position]
        if "".join(number) == "732829320":
            continue
        with pytest.raises(ValueError):
            identifiers.check_siren("".join(number))
