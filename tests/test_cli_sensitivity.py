"""`exposure sensitivity`: the three forms, and words that are refused."""

import io
import json

import pandas as pd
import pytest

from exposure.cli import main
from exposure.scoring.columns import names_of
from tests.tiny import tiny_records, write_folder

QUICK = ["--draws", "16", "--prior", "--scenario", "full_withhold"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    records = tiny_records()
    for row in records["cover"]:
        if row["quantity"] == "stock_weeks":
            row.update(low=4.0, central=12.0, high=60.0)
    return write_folder(tmp_path_factory.mktemp("tables"), records)


def run(capsys, *words):
    code = main(["sensitivity", *map(str, words)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_text_has_groups_singles_and_both_lists(capsys, folder):
    code, out, err = run(capsys, "missiles", "--data", folder, *QUICK)
    assert (code, err) == (0, "")
    for words in (
        "look-through", "cover: missiles", "total", "Value of better numbers",
        "At which value an order among the first turns", "Certainty of the order",
    ):  # fmt: skip
        assert words in out


def test_json_and_csv_hold_every_row(capsys, folder):
    code, out, _ = run(capsys, "--data", folder, *QUICK, "--format", "json")
    content = json.loads(out)
    assert code == 0
    assert list(content) == [
        "schema_version", "record", "acceptability", "pairs", "draws_needed", "sensitivity",
        "information", "flips",
    ]  # fmt: skip
    assert sum(row["probability"] for row in content["acceptability"]) == pytest.approx(3.0)
    assert [len(content[name]) for name in ("pairs", "draws_needed")] == [3, 3]
    assert list(content["sensitivity"][0]) == list(names_of("sensitivity"))
    _, out, _ = run(capsys, "--data", folder, *QUICK, "--format", "csv")
    table = pd.read_csv(io.StringIO(out))
    assert len(table) == len(content["sensitivity"])
    assert list(table.columns) == [*names_of("sensitivity"), "record_digest"]


def test_an_unknown_sector_is_a_wrong_word(capsys, folder):
    code, _, err = run(capsys, "misiles", "--data", folder, *QUICK)
    assert code == 2
    assert err == "exposure: unknown sector 'misiles'; did you mean 'missiles'?\n"
