"""Concentration and import reliance, on published figures and on their properties."""

import numpy as np
import pandas as pd
import pytest

import exposure as ex
from exposure.methods.concentration import (
    effective_suppliers,
    governance_weighted,
    herfindahl_hirschman,
    import_reliance,
    stage_concentration,
)

GOVERNANCE = pd.Series(
    {
        "AUS": 1.8748, "BDI": 7.8355, "BRA": 5.3773, "CAN": 1.7431, "CHN": 5.7207, "IND": 5.2662,
        "KAZ": 5.7192, "MMR": 6.7978, "MYS": 4.2478, "NOR": 1.4338, "PHL": 5.6676, "RUS": 6.3006,
        "THA": 5.5354, "UKR": 6.3478, "USA": 2.5495, "VNM": 5.6782,
    }
)  # fmt: skip
"""2 (2.5 - mean of the six Worldwide Governance Indicators, 2016-19): higher is worse."""


def shares_of(element: str, **shares: float) -> pd.Series:
    index = pd.MultiIndex.from_product([[element], list(shares)], names=["element", "country"])
    return pd.Series(list(shares.values()), index=index)


def of_tonnes(**tonnes: float) -> float:
    total = sum(tonnes.values())
    shares = shares_of("all", **{c: t / total for c, t in tonnes.items()})
    return float(herfindahl_hirschman(shares)["all"])


def test_hhi_of_four_suppliers_worked_by_hand() -> None:
    # 0.30^2 + 0.30^2 + 0.20^2 + 0.20^2 = 0.26
    shares = shares_of("Dy", AAA=0.30, BBB=0.30, CCC=0.20, DDD=0.20)
    assert herfindahl_hirschman(shares)["Dy"] == pytest.approx(0.26)


def test_hhi_of_rare_earth_mining_2022_as_published() -> None:
    # Koyamparambath et al. (2024), Resources, Conservation and Recycling 209, 107801: the
    # worked example of their package for rare-earth oxides.
    found = of_tonnes(
        CHN=210_000, USA=42_499, AUS=17_660, MMR=17_550, IND=2_600, MDG=2_600, RUS=2_038,
        BRA=1_580, MYS=310, BDI=0,
    )  # fmt: skip
    assert found == pytest.approx(0.5282617688739127, rel=1e-12)


def test_hhi_of_manganese_mining_2022_as_published() -> None:
    # The same paper's test workbook, manganese; countries numbered, as only tonnes matter.
    tonnes = [
        7_113_500, 4_529_000, 3_082_850, 919_800, 872_600, 819_000, 529_664, 372_800, 371_900,
        312_720, 220_745, 207_100, 160_000, 155_000, 136_600, 105_800, 69_490, 65_800, 61_200,
        36_900, 32_400, 24_500, 23_100, 16_500, 13_370, 10_600, 5_900, 5_380, 5_000, 3_000,
        1_169, 420, 320, 200, 160,
    ]  # fmt: skip
    found = of_tonnes(**{f"c{i}": float(t) for i, t in enumerate(tonnes)})
    assert found == pytest.approx(0.2035183372902862, rel=1e-12)


@pytest.mark.parametrize(
    ("element", "stage", "expected"),
    [
        ("Dy", "separation", 5.721), ("Gd", "separation", 5.721), ("Pr", "mining", 2.750),
        ("Nd", "separation", 4.175), ("Sc", "separation", 2.755),
    ],
)  # fmt: skip
def test_weighted_hhi_of_the_eu_study_of_2023(element: str, stage: str, expected: float) -> None:
    # Shares of the study, which are the outturn rows of 2020; with these the study's supply
    # risks of dysprosium (5.6), gadolinium (3.3) and scandium (2.4) come out.
    table = ex.read_dataset().table("stage_shares")
    rows = table[
        (table["year"] == 2020) & (table["element"] == element) & (table["stage"] == stage)
    ]
    shares = rows.set_index(["element", "country"])["central"]
    found = governance_weighted(shares, GOVERNANCE)[element]
    assert found == pytest.approx(expected, abs=0.0015)


def test_a_country_without_a_weight_is_named() -> None:
    with pytest.raises(KeyError, match="no weight for ROW"):
        governance_weighted(shares_of("Dy", CHN=0.9, ROW=0.1), GOVERNANCE)


@pytest.mark.parametrize("seed", range(10))
def test_hhi_rises_when_two_suppliers_merge(seed: int) -> None:
    a, b, c, d = np.random.default_rng(seed).dirichlet(np.ones(4))
    apart = shares_of("Dy", AAA=a, BBB=b, CCC=c, DDD=d)
    merged = shares_of("Dy", AAA=a + b, CCC=c, DDD=d)
    assert herfindahl_hirschman(merged)["Dy"] > herfindahl_hirschman(apart)["Dy"]


@pytest.mark.parametrize("number", [1, 2, 5])
def test_equal_suppliers_are_as_many_as_they_are(number: int) -> None:
    shares = shares_of("Dy", **{f"c{i}": 1 / number for i in range(number)})
    assert effective_suppliers(herfindahl_hirschman(shares))["Dy"] == pytest.approx(number)


def test_the_order_of_rows_does_not_matter() -> None:
    table = ex.read_dataset().table("stage_shares")
    shuffled = table.sample(frac=1.0, random_state=1)
    pd.testing.assert_frame_equal(
        stage_concentration(table, year=2025), stage_concentration(shuffled, year=2025)
    )


def test_import_reliance_counts_stocks_and_net_exporters() -> None:
    assert import_reliance(imports=50, exports=0, production=50) == pytest.approx(0.5)
    assert import_reliance(imports=40, exports=0, production=50, stock_release=10) == 0.5
    assert import_reliance(imports=0, exports=10, production=50) < 0


def test_the_rest_of_the_world_widens_the_index_and_is_never_the_largest() -> None:
    found = stage_concentration(ex.read_dataset().table("stage_shares"), year=2025)
    assert (found["hhi_low"] <= found["hhi_high"] + 1e-12).all()
    assert (found["largest"] != "ROW").all()
    assert found["stated"].between(0.98, 1.02).all()


def test_forecasts_and_later_years_are_left_out() -> None:
    table = ex.read_dataset().table("stage_shares")
    assert (stage_concentration(table, year=2023)["year"] <= 2023).all()
    assert (stage_concentration(table, year=2040)["year"] <= 2025).all()
