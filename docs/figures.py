"""Draw the figures of README and docs from the shipped tables: ``python docs/figures.py``.

Each figure names in its last line the tables it was drawn from; a test fails where these are not
the shipped ones any more.
"""

from pathlib import Path

from matplotlib.figure import Figure

import exposure as ex

HERE = Path(__file__).parent


def stamp(dataset: ex.Dataset) -> str:
    """Comment that ends a figure drawn from a dataset."""
    return f"<!-- drawn from tables {dataset.version} {dataset.digest} -->\n"


def draw(dataset: ex.Dataset) -> dict[str, Figure]:
    """All figures, by file name."""
    courses = ("licences_continue", "licences_queued", "licences_withheld")
    shown = [ex.assess(dataset, name) for name in courses]
    flow = ex.licensed_flow(dataset, "london_truce")
    # Civil buyers that are not trusted; of their classes the first holds finished goods.
    name = next(n for n in flow["licence_class"] if n.startswith("civil standard"))
    buyers = flow[flow["licence_class"] == name]
    return {
        "ranking.svg": ex.scores_figure(shown),
        "record.svg": ex.record_figure(shown[0]),
        "licences.svg": ex.licences_figure(buyers, ex.calibrate(dataset, elements=True)),
    }


if __name__ == "__main__":
    shipped = ex.read_dataset()
    for file, figure in draw(shipped).items():
        (HERE / file).write_text(ex.svg(figure) + stamp(shipped), encoding="utf-8")
