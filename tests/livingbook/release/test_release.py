"""What is deposited: the archive, the crate of the runs."""

import json
import re
import shutil
import tarfile
from pathlib import Path

import pytest
from livingbook.project.project import Project
from livingbook.release import archive as release
from livingbook.release import audit, crate
from livingbook.runs import up_to_date
from livingbook.runs.present import Present
from livingbook.runs.runs import Runs
from livingbook.site import manifest
from livingbook.system.errors import BuildError
from small_project import ROOT, lay_out


def settled(project):
    """Its runs, as a build leaves them; those that it made."""
    runs = Runs(project, Present())
    runs.settle_all(project.editions)
    up_to_date.built(
        project, "latest", Present(), {edition.name: {"small": runs.settle(edition, "small").key} for edition in project.editions}
    )
    return runs


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A small project as a build leaves it, with one real run."""
    root = tmp_path_factory.mktemp("release")
    lay_out(root)
    for name in (
        "CITATION.cff",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "Makefile",
        "requirements.in",
        "_config.yml",
        "_toc.yml",
    ):
        shutil.copy(ROOT / name, root)
    project = Project.at(root)
    settled(project)
    files = {
        "book/index.md": "# B",
        "tests/test_a.py": "",
        "_build/counting-the-500s.pdf": "%PDF",
        "_build/counting-the-500s.epub": "PK",
        "_build/html/book/index.html": "<p>",
        "_build/html/results.json": "{}",
        "_build/html/claims.json": "{}",
        "_build/stage/CITATION.cff": (ROOT / "CITATION.cff").read_text("utf-8"),
        "_build/stage/published/editions.json": json.dumps({"own": "latest", "editions": {"latest": {}, "article": {}}}),
        "_build/stage/published/settings.json": json.dumps({"latest": {"evidence_to": "2026-08-08"}}),
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    (root / "_build/html" / manifest.NAME).write_text(manifest.as_text(manifest.of_folder(root / "_build/html")))
    return project


@pytest.fixture(scope="module")
def packed(built):
    """The archive of the small project; its list of materials has a test of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "licences", lambda root: {})
        patch.setattr(audit, "sbom", lambda root, found: "{}\n")
        first = release.make(built, "latest").read_bytes()
        archive = release.make(built, "latest")
        assert archive.read_bytes() == first  # the same inputs give the same archive
        yield archive


def test_a_release_holds_every_part(packed):
    with tarfile.open(packed) as archive:
        names = {member.name.partition("/")[2] for member in archive}
        assert {(member.uid, member.gid, member.uname, member.mtime) for member in archive} == {(0, 0, "", release.MOMENT)}
    for patterns in release.PARTS.values():
        assert all(any(release.matches(name, pattern) for name in names) for pattern in patterns)
    assert "executed/article/small.ipynb" in names and not any("__pycache__" in name for name in names)


@pytest.mark.parametrize("pattern", [pattern for patterns in release.PARTS.values() for pattern in patterns])
def test_a_release_without_a_part_is_refused(built, packed, pattern):
    names = {*manifest.read(packed.with_name(packed.name.removesuffix(".tar.gz"))).files, manifest.NAME}
    release.require_whole(names, built, built.built_for("latest"))
    with pytest.raises(BuildError, match=re.escape(pattern)):
        release.require_whole({name for name in names if not release.matches(name, pattern)}, built, built.built_for("latest"))


def test_an_executed_notebook_or_a_page_that_is_missing_is_named(built, packed):
    names = {*manifest.read(packed.with_name(packed.name.removesuffix(".tar.gz"))).files, manifest.NAME}
    for lost in ("executed/article/small.ipynb", "html/claims.json"):
        with pytest.raises(BuildError, match=lost):
            release.require_whole(names - {lost}, built, built.built_for("latest"))


def test_an_archive_that_is_not_what_was_laid_out_is_found_out(packed, tmp_path):
    folder = packed.with_name(packed.name.removesuffix(".tar.gz"))
    copied = Path(shutil.copytree(folder, tmp_path / folder.name))
    release.require_archive(packed, copied)
    listed = manifest.read(copied)
    (copied / manifest.NAME).write_text(
        manifest.as_text(manifest.Manifest(listed.about, {**listed.files, "README.md": "0" * 64, "more": "1" * 64}))
    )
    with pytest.raises(BuildError, match=r"README\.md: differs\nmore: only in the manifest"):
        release.require_archive(packed, copied)


def test_a_release_without_its_pdf_is_refused_before_anything_is_made(built, packed):
    pdf = built.build / "counting-the-500s.pdf"
    pdf.rename(pdf.with_suffix(".away"))
    try:
        with pytest.raises(BuildError, match=r"counting-the-500s\.pdf: `make pdf` makes it"):
            release.make(built, "latest")
    finally:
        pdf.with_suffix(".away").rename(pdf)


def test_a_data_folder_elsewhere_is_not_named_in_what_is_published(built, tmp_path):
    elsewhere = Project.at(built.root, str(shutil.copytree(built.data, tmp_path / "of-somebody")))
    runs, latest = settled(elsewhere), elsewhere.edition("latest")
    assert set(runs.made.values()) == {"reused"}
    notebook = runs.settle(latest, "small").notebook(runs.asked(latest, "small").told)
    assert "data = '../data'" in notebook and "of-somebody" not in notebook
    settled(built)


def graph(packed: Path) -> dict[str, dict]:
    text = (packed.with_name(packed.name.removesuffix(".tar.gz")) / crate.NAME).read_text("utf-8")
    return {each["@id"]: each for each in json.loads(text)["@graph"]}


def test_the_crate_says_of_each_run_with_what_it_was_made_and_on_which_rows(built, packed):
    entities = graph(packed)
    assert [each["@id"] for each in entities["./"]["mentions"]] == ["#run-latest-small", "#run-article-small"]
    run = entities["#run-latest-small"]
    assert (
        run["@type"] == "CreateAction"
        and run["identifier"] == up_to_date.runs_of_book(built)["latest"]["small"].folder.name
        and run["instrument"] == {"@id": "notebooks/small.ipynb"}
    )
    used, made = ([entities[each["@id"]] for each in run[key]] for key in ("object", "result"))
    assert {each["name"]: each["value"] for each in used if "parameter" in each["@id"]} == {
        "as_of": "latest",
        "data": "../data",
        "strength": 200000,
    }
    rows = next(each for each in used if each["@id"] == "#rows-latest-small-observations")
    assert "istories-merged-49000-censor" in rows["value"] and "list_istories_merged" in rows["description"]
    assert "data/observations.csv" in {each["@id"] for each in used}
    assert "executed/latest/small.ipynb" in {each["@id"] for each in made}
    assert "listed: at least 49,000 persons" in next(each["value"] for each in made if each["@id"] == "#results-latest-small")
    assert all(entities[f"notebooks/{name}/"]["identifier"].startswith("sha256:") for name in ("livingbook", "desertion"))
    assert entities["notebooks/livingbook/"]["version"] == release.one_version(ROOT)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda entities: entities["#run-latest-small"].pop("instrument"), "instrument"),
        (lambda entities: entities["./"].pop("license"), "licen"),
        (lambda entities: entities["./"].update(conformsTo=[]), "profile"),
    ],
    ids=["no instrument", "no licence", "no profile"],
)
def test_a_crate_that_does_not_keep_to_its_profile_is_found_out(packed, tmp_path, spoil, words):
    folder = packed.with_name(packed.name.removesuffix(".tar.gz"))
    copied = Path(shutil.copytree(folder, tmp_path / folder.name))
    body = json.loads((copied / crate.NAME).read_text("utf-8"))
    spoil({each["@id"]: each for each in body["@graph"]})
    (copied / crate.NAME).write_text(json.dumps(body))
    assert any(words in each for each in crate.faults(copied))
