"""What the book is made of: versions, schemas, locks, licences, materials."""

import copy
import json
import re
import shutil
import tomllib

import frictionless
import jsonschema
import pytest
import yaml
from livingbook.project.project import Project
from livingbook.release import archive, audit
from livingbook.system.errors import BuildError
from small_project import ROOT

CITATION = yaml.load((ROOT / "CITATION.cff").read_text("utf-8"), Loader=yaml.BaseLoader)  # dates stay text
CFF = json.loads((ROOT / "tests" / "schemas" / "cff-1.2.0.json").read_text("utf-8"))
PACKAGE = json.loads((ROOT / "data" / "datapackage.json").read_text("utf-8"))


def wrong_citation(citation: dict) -> list[str]:
    return [
        error.message for error in jsonschema.Draft7Validator(CFF, format_checker=jsonschema.FormatChecker()).iter_errors(citation)
    ]


def wrong_package(package: dict) -> list[str]:
    try:
        frictionless.Package.from_descriptor(package)
    except frictionless.FrictionlessException as error:
        return [str(error), *(each.note for each in error.reasons)]
    return []


def test_the_citation_keeps_to_its_schema():
    assert wrong_citation(CITATION) == []


@pytest.mark.parametrize(
    "broken", [{"authors": []}, {"cff-version": "0.1"}, {"title": None}, {"licence": "MIT"}, {"date-released": "June"}]
)
def test_a_broken_citation_does_not(broken):
    changed = {key: value for key, value in {**CITATION, **broken}.items() if value is not None}
    assert wrong_citation(changed)


def test_the_contract_of_the_tables_keeps_to_its_schema():
    assert wrong_package(PACKAGE) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda package: package.update(resources="all"),
        lambda package: package["resources"][0].update(path=5),
        lambda package: package["resources"][0]["schema"].update(fields={}),
        lambda package: package["resources"][0]["schema"]["fields"][0].update(type=7),
    ],
    ids=["resources", "path", "fields", "type"],
)
def test_a_broken_contract_does_not(spoil):
    broken = copy.deepcopy(PACKAGE)
    spoil(broken)
    assert wrong_package(broken)


def test_there_is_one_version(tmp_path):
    version = archive.one_version(ROOT)
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "CITATION.cff").write_text(
        (ROOT / "CITATION.cff").read_text("utf-8").replace(f"version: {version}", "version: 9.9.9"), "utf-8"
    )
    with pytest.raises(BuildError, match=f"pyproject.toml says version {version}, CITATION.cff 9.9.9"):
        archive.one_version(tmp_path)


def test_one_version_of_python_is_asked_for_everywhere():
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"].removeprefix(">=")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert f"Python {asked} or later is needed" in makefile and f"sys.version_info < ({asked.replace('.', ', ')})" in makefile
    assert set(re.findall(r"--python-version (\S+)", makefile)) == {asked}
    assert f"Python {asked} or later" in (ROOT / "README.md").read_text("utf-8")


def test_every_locked_package_is_held_to_a_hash(tmp_path):
    assert audit.unhashed(ROOT) == []
    for lock in audit.LOCKS:
        text = (ROOT / lock).read_text("utf-8")
        assert len(audit.pins(ROOT / lock)) == len(re.findall(r"^\S+==", text, re.M)) > 90
        (tmp_path / lock).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / lock).write_text(re.sub(r"^(jinja2==\S+) \\\n( +--hash.*\n)+", r"\1\n", text, flags=re.M), "utf-8")
    assert audit.unhashed(tmp_path) == [
        f"{lock}: jinja2 {version} has no hash"
        for lock in audit.LOCKS
        for name, version, _ in audit.pins(ROOT / lock)
        if name == "jinja2"
    ]


@pytest.fixture(scope="module")
def found():
    return audit.licences(ROOT)


def test_every_locked_package_stands_under_an_accepted_licence(found):
    assert set(found) == {name for lock in audit.LOCKS for name, _, _ in audit.pins(ROOT / lock)}
    assert audit.refused(ROOT, found) == []
    assert found["jinja2"][1] == "BSD-3-Clause"


@pytest.mark.parametrize("licence", ["UNKNOWN", "AGPL-3.0-only", "MIT AND GPL-3.0-only", "Proprietary"])
def test_a_package_under_another_licence_is_named(found, licence):
    assert audit.refused(ROOT, {**found, "mine": ("1.0", licence)}) == [f"mine 1.0: {licence}"]


@pytest.mark.parametrize(
    ("metadata", "licence"),
    [
        ({"License-Expression": "MIT OR Apache-2.0", "License-Classifier": "x"}, "MIT OR Apache-2.0"),
        ({"License-Classifier": "BSD License; MIT License"}, "BSD-3-Clause AND MIT"),
        ({"License-Classifier": "UNKNOWN", "License-Metadata": "Apache 2.0"}, "Apache-2.0"),
        ({}, "UNKNOWN"),
    ],
)
def test_a_licence_is_read_from_what_is_clearest(metadata, licence):
    assert audit.licence(metadata) == licence


def test_the_list_of_materials_holds_the_lock_is_valid_and_has_no_time_in_it(found):
    text = audit.sbom(ROOT, found)
    body = json.loads(text)
    assert {(each["name"], each["version"]) for each in body["components"]} == {
        (name, version) for name, version, _ in audit.pins(ROOT / "requirements.txt")
    }
    assert all(each["licenses"][0]["expression"] and each["externalReferences"][0]["hashes"] for each in body["components"])
    assert "timestamp" not in body["metadata"] and "serialNumber" not in body and str(ROOT) not in text
    assert body["metadata"]["component"]["version"] == archive.one_version(ROOT)
    assert audit.invalid(text.replace('"specVersion": "1.6"', '"specVersion": 1.6')) and audit.invalid(
        text.replace('"type": "library"', '"type": "thing"')
    )


PACKAGES = [
    {"name": "a", "version": "1", "vulns": []},
    {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]},
]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"dependencies": PACKAGES}, ["b 2: PYSEC-1, mended in 3"]),
        (
            {"dependencies": [PACKAGES[0], {"name": "c", "skip_reason": "not found on PyPI"}]},
            ["1 of 2 packages could not be asked about: c (not found on PyPI)", "Nothing is known"],
        ),
        ({"dependencies": []}, ["0 of 0 packages"]),
    ],
)
def test_what_is_known_of_a_package_is_said_and_so_is_what_is_not(answer, words):
    said = " ".join(audit.findings(json.dumps(answer)))
    assert all(each in said for each in words)


def test_only_a_full_answer_without_findings_is_none():
    assert audit.findings(json.dumps({"dependencies": PACKAGES[:1]})) == []
    assert "could not be asked (no route to host)" in audit.findings("", "Traceback\nno route to host\n")[0]


@pytest.mark.parametrize(("answer", "code"), [([], 0), (["a 1.0: PYSEC-1"], 1)])
def test_an_audit_ends_well_only_if_all_is(tmp_path, monkeypatch, capsys, answer, code):
    for name, says in {
        "licences": {"a": ("1.0", "MIT")},
        "sbom": "{}",
        "unhashed": [],
        "refused": [],
        "vulnerabilities": answer,
        "pins": {"a": "1.0"},
    }.items():
        monkeypatch.setattr(audit, name, lambda *_, says=says: says)
    assert audit.run(Project.at(tmp_path)) == code
    said = capsys.readouterr().out
    assert "hashes: all well\nlicences: all well\n" in said and ("vulnerabilities: all well" in said) == (code == 0)
    assert all(each in said for each in answer) and (tmp_path / "_build" / "audit" / "licences.txt").read_text() == "a 1.0: MIT\n"


def test_a_tool_that_is_not_installed_is_named():
    with pytest.raises(BuildError, match="no_such_tool is not installed; `make audit` installs it"):
        audit.tool("no_such_tool")
