"""Suggestions: for misspelt words, never from one real name to another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exposure.places import COUNTRIES, PLACES
from exposure.spelling import MOST_LISTED, RARE_EARTHS, did_you_mean, distance, list_words, near
from exposure.wording import place_cure

WORDS = st.text("abcd_", max_size=8)


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("kitten", "sitting", 3),
        ("smco_magnets", "smco_magnet", 1),
        ("terbium", "ytterbium", 2),
        ("ca", "abc", 3),
        ("abcd", "acbd", 1),
        ("", "abc", 3),
    ],
)
def test_slips_counted_by_hand(one: str, other: str, slips: int):
    assert distance(one, other) == distance(other, one) == slips


@given(WORDS, WORDS)
def test_slips_are_symmetric_and_at_most_the_longer_word(one: str, other: str):
    assert distance(one, other) == distance(other, one) <= max(len(one), len(other))
    assert (distance(one, other) == 0) == (one == other)


@given(st.text(), st.sets(st.text(min_size=1), min_size=1))
def test_a_suggestion_is_a_known_word_two_slips_away_at_most(found: str, known: set[str]):
    for word in near(found, known):
        assert word in known
        plain = [w.strip().casefold().replace(" ", "_").replace("-", "_") for w in (found, word)]
        assert distance(*plain) <= 2


@pytest.mark.parametrize("name", RARE_EARTHS)
def test_the_name_of_an_element_never_suggests_another_element(name: str):
    others = [other for other in RARE_EARTHS if other != name]
    symbols = [symbol for other, symbol in RARE_EARTHS.items() if other != name]
    assert near(name, others) == near(RARE_EARTHS[name], symbols) == []
    assert near(name, RARE_EARTHS.values()) == [RARE_EARTHS[name]]


def test_the_code_of_a_place_never_suggests_another_place():
    for code in PLACES:
        others = {other for other in PLACES if other != code}
        assert near(code, others) == [], code
        cure = place_cure(code, others)
        assert cure == "write an ISO 3166-1 alpha-3 code, such as USA, JPN or DEU", code


@pytest.mark.parametrize(
    ("found", "cure"),
    [
        ("PRC", "write 'CHN' (China)"),
        ("cn", "write 'CHN' (China)"),
        ("China", "write 'CHN' (China)"),
        ("UK", "write 'GBR' (United Kingdom)"),
        ("jpn", "write 'JPN' (Japan)"),
        ("USE", "did you mean 'PSE' (Palestine) or 'USA' (United States)?"),
        ("EUU", "write an ISO 3166-1 alpha-3 code, such as USA, JPN or DEU"),
        ("X", "write an ISO 3166-1 alpha-3 code, such as USA, JPN or DEU"),
    ],
)
def test_a_place_by_another_name_is_named_by_its_code(found: str, cure: str):
    assert place_cure(found, COUNTRIES) == cure


def test_there_are_249_countries_with_hong_kong_and_macao_and_three_regions():
    assert len(COUNTRIES) == 249
    assert {"CHN", "HKG", "MAC", "TWN"} <= set(COUNTRIES)
    assert set(PLACES) - set(COUNTRIES) == {"EUU", "ROW", "WLD"}
    assert list(COUNTRIES) == sorted(COUNTRIES)


def test_words_equally_near_are_all_named_and_a_long_list_is_cut():
    assert did_you_mean("magnot", ["magnet", "magnit"]) == "did you mean 'magnet' or 'magnit'?"
    many = [f"word_{number:03}" for number in range(100)]
    assert list_words(many) == (
        "write one of: " + ", ".join(many[:MOST_LISTED]) + ", ... (100 in all)"
    )
