"""Settings: the defaults, accepted values, and the errors of wrong ones."""

import math
from datetime import date

import pytest
from pydantic import ValidationError

from exposure.errors import SettingsError
from exposure.settings import Settings

PLACES = "the code of a country outside China (ISO 3166-1 alpha-3), or EUU, or all"
CASES: list[tuple[str, dict, str]] = [
    ("no draws", {"draws": 0}, "draws: found 0; expected at least 1; correct it"),
    (
        "too many draws",
        {"draws": 10_000_000},
        "draws: found 10000000; expected at most 1000000; correct it",
    ),
    ("half a draw", {"draws": 1.5}, "draws: found 1.5; expected a whole number; correct it"),
    (
        "draws in words",
        {"draws": "many"},
        "draws: found 'many'; expected a whole number; correct it",
    ),
    ("a negative seed", {"seed": -1}, "seed: found -1; expected at least 0; correct it"),
    (
        "no horizon",
        {"horizon_weeks": 0},
        "horizon_weeks: found 0; expected at least 1; correct it",
    ),
    (
        "a weight in percent",
        {"tail_weight": "50%"},
        "tail_weight: found '50%'; expected a finite number; shares are fractions, write 0.92 "
        "for 92 %",
    ),
    (
        "a level above 1",
        {"tail_level": 1.5},
        "tail_level: found 1.5; expected at most 1; correct it",
    ),
    (
        "not a number",
        {"tail_weight": math.nan},
        "tail_weight: found nan; expected a finite number; correct it",
    ),
    (
        "a half-life of nothing",
        {"half_life_weeks": 0},
        "half_life_weeks: found 0; expected more than 0; correct it",
    ),
    (
        "a threshold of everything",
        {"impact_threshold": 1},
        "impact_threshold: found 1; expected less than 1; correct it",
    ),
    (
        "no number at all",
        {"draws": None},
        "draws: found nothing; expected a whole number; fill it in",
    ),
    ("a list", {"seed": [1, 2]}, "seed: found a list; expected a whole number; correct it"),
    (
        "a day in words",
        {"as_of": "soon"},
        "as_of: found 'soon'; expected a day, YYYY-MM-DD; correct it",
    ),
    (
        "a place in small letters",
        {"destination": "usa"},
        f"destination: found 'usa'; expected {PLACES}; write 'USA' (United States)",
    ),
    (
        "all in capitals",
        {"destination": "All"},
        f"destination: found 'All'; expected {PLACES}; did you mean 'all'?",
    ),
    (
        "a place by name",
        {"destination": "Japan"},
        f"destination: found 'Japan'; expected {PLACES}; write 'JPN' (Japan)",
    ),
    (
        "a misspelt method",
        {"supply_method": "mixtures"},
        "supply_method: found 'mixtures'; expected a known supply method; did you mean 'mixture'?",
    ),
    (
        "an unknown coupling",
        {"coupling": "x"},
        "coupling: found 'x'; expected a known coupling; write one of: independent, line_stop",
    ),
    (
        "a misspelt setting",
        {"drawss": 3},
        "drawss: found an unknown setting; expected a known one; did you mean 'draws'?",
    ),
]


@pytest.mark.parametrize(("values", "message"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_wrong_setting_is_refused_with_what_is_wrong(values: dict, message: str):
    with pytest.raises(SettingsError) as error:
        Settings(**values)
    assert str(error.value) == message


def test_all_wrong_settings_come_in_one_message_a_line_each():
    with pytest.raises(SettingsError) as error:
        Settings(draws=0, seed=-1, coupling="line-stop", horizon=52)
    assert str(error.value) == (
        "draws: found 0; expected at least 1; correct it\n"
        "seed: found -1; expected at least 0; correct it\n"
        "coupling: found 'line-stop'; expected a known coupling; did you mean 'line_stop'?\n"
        "horizon: found an unknown setting; expected a known one; write one of: as_of, coupling, "
        "destination, draws, half_life_weeks, horizon_weeks, impact_threshold, prior, seed, "
        "supply_method, tail_level, tail_weight"
    )


@pytest.mark.parametrize(
    "values",
    [
        {"seed": 0},
        {"draws": 1, "horizon_weeks": 1},
        {"tail_weight": 0, "tail_level": 1, "impact_threshold": 0},
        {"as_of": "2025-06-11"},
        {"destination": "all"},
        {"destination": "EUU"},
        {"coupling": "line_stop", "supply_method": "worst_stage"},
    ],
)
def test_the_ends_of_a_range_are_accepted(values: dict):
    dumped = Settings(**values).model_dump(mode="json")
    assert {name: dumped[name] for name in values} == values


def test_the_defaults():
    settings = Settings()
    assert (settings.draws, settings.seed, settings.horizon_weeks, settings.as_of) == (
        1024,
        7,
        104,
        None,
    )
    assert Settings(as_of="2025-06-11").as_of == date(2025, 6, 11)


def test_settings_are_frozen_and_equal_by_value():
    settings = Settings(draws=16)
    with pytest.raises(ValidationError):
        settings.draws = 32  # type: ignore[misc]
    assert settings == Settings(draws=16) != Settings(draws=17)
    assert len({settings, Settings(draws=16)}) == 1
