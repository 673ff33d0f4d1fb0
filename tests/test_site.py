"""Pages of the site that are generated from the package."""

import sys
import tomllib
from pathlib import Path

import exposure as ex

DOCS = Path(__file__).parents[1] / "docs"
sys.path.insert(0, str(DOCS))

import check_links  # noqa: E402 - scripts of docs, which is no package
import generated_pages  # noqa: E402


def test_every_public_name_is_on_the_reference_page_once():
    named = [name for names in generated_pages.GROUPS.values() for name in names]
    assert sorted(named) == sorted(set(ex.__all__) - {"__version__"})


def test_every_folder_of_example_tables_is_shown():
    folders = {path.name for path in DOCS.glob("own_tables*") if path.is_dir()}
    assert folders == {name.split("/")[0] for name in generated_pages.EXAMPLES}
    page = generated_pages.examples_page()
    for name in generated_pages.EXAMPLES:
        for table in (DOCS / name).glob("*.csv"):
            assert table.read_text("utf-8").strip() in page


def test_the_glossary_has_every_element_and_every_setting():
    page = generated_pages.glossary_page()
    for element in ex.read_dataset().table("elements")["element"]:
        assert f"\n`{element}`\n: " in page
    for setting in ex.Settings.model_fields:
        assert f"\n`{setting}`\n: " in page


CONDA_NAMES = {"matplotlib": "matplotlib-base", "xxhash": "python-xxhash"}
"""Names of packages that conda-forge calls otherwise."""


def test_citation_and_recipe_have_the_version_of_the_package():
    citation = (DOCS.parent / "CITATION.cff").read_text("utf-8")
    recipe = (DOCS / "conda" / "recipe.yaml").read_text("utf-8")
    assert f"\nversion: {ex.__version__}\n" in citation
    assert f'  version: "{ex.__version__}"\n' in recipe


def test_the_recipe_asks_for_the_versions_of_the_package():
    project = tomllib.loads((DOCS.parent / "pyproject.toml").read_text("utf-8"))["project"]
    recipe = (DOCS / "conda" / "recipe.yaml").read_text("utf-8")
    extra = project["optional-dependencies"]["fast"]
    for line in (*project["dependencies"], *extra):
        name, _, bound = line.partition(";")[0].partition(">=")
        if name != "numpy":  # the recipe takes the higher of two bounds
            assert f"    - {CONDA_NAMES.get(name, name)} >={bound}\n" in recipe


def test_the_recipe_has_the_command_the_python_and_the_builder_of_the_package():
    whole = tomllib.loads((DOCS.parent / "pyproject.toml").read_text("utf-8"))
    project = whole["project"]
    recipe = (DOCS / "conda" / "recipe.yaml").read_text("utf-8")
    host, _, run = recipe.partition("requirements:")[2].partition("  run:")
    assert f"\n  name: {project['name']}\n" in recipe
    assert f"\n  license: {project['license']}\n" in recipe
    assert [line.strip() for line in recipe.splitlines() if " = " in line] == [
        f"- {command} = {function}" for command, function in project["scripts"].items()
    ]
    for part in (host, run):
        assert f"    - python {project['requires-python']}\n" in part
    (builder,) = whole["build-system"]["requires"]
    assert f"    - {builder.replace('>=', ' >=')}\n" in host


def test_the_recipe_needs_nothing_that_the_package_does_not():
    project = tomllib.loads((DOCS.parent / "pyproject.toml").read_text("utf-8"))["project"]
    recipe = (DOCS / "conda" / "recipe.yaml").read_text("utf-8")
    run = recipe.partition("  run:\n")[2].partition("\n\n")[0]
    lines = (*project["dependencies"], *project["optional-dependencies"]["fast"])
    names = {line.partition(">=")[0] for line in lines} | {"python"}
    needed = [line.split()[1] for line in run.splitlines()]
    assert sorted(needed) == sorted(CONDA_NAMES.get(name, name) for name in names)


def test_broken_links_of_a_site_are_listed(tmp_path, capsys):
    (tmp_path / "sub").mkdir()
    (tmp_path / "figure.svg").write_text("<svg/>", "utf-8")
    (tmp_path / "sub" / "page.html").write_text(
        '<h2 id="one">1</h2><a href="../index.html#top">up</a><img src="../gone.svg">', "utf-8"
    )
    (tmp_path / "index.html").write_text(
        '<a href="sub/page.html#one">1</a><a href="sub/page.html#two">2</a><a href="#">here</a>'
        '<img src="figure.svg"><a href="https://example.org/gone">elsewhere</a>'
        '<a href="mailto:desk@example.org">mail</a>',
        "utf-8",
    )
    assert check_links.main(tmp_path) == 1
    assert capsys.readouterr().out == (
        "index.html: sub/page.html#two\nsub/page.html: ../gone.svg\n6 internal links, 2 broken\n"
    )


def test_a_site_without_links_is_not_a_site_without_faults(tmp_path):
    assert check_links.main(tmp_path) == 1
