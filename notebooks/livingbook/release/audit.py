"""``make audit``: known vulnerabilities of the locked packages, their licences, and a list of all of them.

pip-audit asks for known vulnerabilities, pip-licenses reads the licences, cyclonedx-py writes the list of materials (SBOM). Which
licences are accepted, and what is stated of packages that do not say it clearly, is in ``pyproject.toml``.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from livingbook.project.project import Project
from livingbook.system.errors import BuildError
from livingbook.system.files import as_json, write
from livingbook.system.readers import toml_of

LOCKS = ("requirements.txt", "book/print/requirements.txt", "lab/requirements.txt", "tests/requirements.txt")
SBOM = "sbom.cdx.json"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)[^\n]*?((?:\\\n\s+--hash=\S+ ?)*)$", re.M)
UNKNOWN = "UNKNOWN"
# What packages call a licence → its SPDX identifier. "BSD" may mean that with two clauses too, which permits the same.
MEANT = {
    "MIT License": "MIT",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "2-clause BSD": "BSD-2-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "ISC license": "ISC",
    "ISC License": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "Public Domain": "LicenseRef-Public-Domain",
}


def run(project: Project) -> int:
    """Makes all checks, writes the lists and prints the outcome; returns 0 only if everything could be checked and all is well."""
    folder, root = project.build / "audit", project.root
    found = licences(root)
    write(folder / "licences.txt", "".join(f"{name} {version}: {licence}\n" for name, (version, licence) in sorted(found.items())))
    write(folder / SBOM, sbom(root, found))
    checks = {"hashes": unhashed(root), "licences": refused(root, found), "vulnerabilities": vulnerabilities(root / LOCKS[0])}
    print(
        f"Licences of {len(found)} locked packages: {folder / 'licences.txt'}\n"
        f"CycloneDX SBOM of {len(pins(root / LOCKS[0]))} packages: {folder / SBOM}"
    )
    for name, faults in checks.items():
        print(f"{name}: {'all well' if not faults else ''}", *faults, sep="\n  " if faults else "")
    return int(any(checks.values()))


def pins(lock: Path) -> list[tuple[str, str, int]]:
    """(Name, version, number of hashes) of each package of a lock. A package may be there twice, for several versions of Python."""
    return [(normal(name), version, hashes.count("--hash=")) for name, version, hashes in PIN.findall(lock.read_text("utf-8"))]


def normal(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def unhashed(root: Path) -> list[str]:
    """The packages for which a lock has no hash."""
    return [f"{lock}: {name} {version} has no hash" for lock in LOCKS for name, version, count in pins(root / lock) if not count]


def vulnerabilities(lock: Path) -> list[str]:
    """Known vulnerabilities of the packages of a lock, in words; or that they could not be looked up."""
    done = tool(
        "pip_audit",
        "--requirement",
        str(lock),
        "--require-hashes",
        "--disable-pip",
        "--format",
        "json",
        "--progress-spinner",
        "off",
    )
    return findings(done.stdout, done.stderr)


def findings(answer: str, complaint: str = "") -> list[str]:
    """The findings in pip-audit's answer. A package that pip-audit could not look up is a finding too."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError):
        last = (complaint.strip().splitlines() or ["no answer"])[-1]
        return [
            f"not checked: the database could not be asked ({last})",
            "Nothing is known about vulnerabilities. A network is needed.",
        ]
    found = [
        f"{each['name']} {each['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no version yet'}"
        for each in packages
        for fault in each.get("vulns", [])
    ]
    skipped = [each for each in packages if "skip_reason" in each]
    if skipped or not packages:
        names = ", ".join(each["name"] for each in skipped[:5]) + (", …" if len(skipped) > 5 else "")
        reason = f" ({skipped[0]['skip_reason']})" if skipped else ""
        found.append(f"not checked: {len(skipped)} of {len(packages)} packages could not be asked about: {names}{reason}")
        found.append("Nothing is known about their vulnerabilities. A network is needed.")
    return found


def licences(root: Path) -> dict[str, tuple[str, str]]:
    """Package → version and licence, for all locked packages; "UNKNOWN" for one that is not installed here and not stated."""
    installed = {
        normal(each["Name"]): each
        for each in json.loads(
            tool("piplicenses", "--format=json", "--from=all", "--with-system", "--python", sys.executable).stdout or "[]"
        )
    }
    stated = rules(root)["stated"]
    locked: dict[str, list[str]] = {}
    for name, version, _ in (pin for lock in LOCKS for pin in pins(root / lock)):
        locked.setdefault(name, []).append(version)
    return {
        name: (", ".join(dict.fromkeys(versions)), stated.get(name) or licence(installed.get(name, {})))
        for name, versions in sorted(locked.items())
    }


def licence(package: Mapping[str, str]) -> str:
    """The licence that a package's metadata state, as an SPDX expression where they are clear; else as they have it."""
    for kind in ("License-Expression", "License-Classifier", "License-Metadata"):
        text = package.get(kind, UNKNOWN)
        if text != UNKNOWN:
            return " AND ".join(MEANT.get(part, part) for part in text.split("; ")) if kind != "License-Expression" else text
    return UNKNOWN


def rules(root: Path) -> dict[str, Any]:
    """Which licences are accepted, and what is stated of packages whose metadata are not clear."""
    return toml_of(root / "pyproject.toml")["tool"]["licences"]


def refused(root: Path, found: Mapping[str, tuple[str, str]]) -> list[str]:
    """Packages under a licence that is not accepted."""
    accepted = set(rules(root)["accepted"])
    return [f"{name} {version}: {text[:80]}" for name, (version, text) in sorted(found.items()) if not is_accepted(text, accepted)]


def is_accepted(expression: str, accepted: Iterable[str]) -> bool:
    """Whether an expression of licences joined by AND and OR can be met by accepted ones."""
    return any(all(part.strip(" ()") in accepted for part in option.split(" AND ")) for option in expression.split(" OR "))


def sbom(root: Path, found: Mapping[str, tuple[str, str]]) -> str:
    """The list of materials of the book's lock, in CycloneDX: the same lock gives the same bytes.

    Raises ``BuildError`` if it is not valid.
    """
    made = tool(
        "cyclonedx_py",
        "requirements",
        str(root / LOCKS[0]),
        "--pyproject",
        str(root / "pyproject.toml"),
        "--output-reproducible",
        "--output-format",
        "JSON",
        "--spec-version",
        "1.6",
    )
    try:
        body = json.loads(made.stdout)
    except ValueError:
        raise BuildError(f"cyclonedx-py wrote no list of materials: {made.stderr[-500:]}") from None
    for component in body["components"]:
        component.pop("description", None)  # the line of the lock
        component["bom-ref"] = component["purl"]
        text = found[normal(component["name"])][1]
        component["licenses"] = [{"expression": text} if text != UNKNOWN else {"license": {"name": UNKNOWN}}]
    references = sorted(component["bom-ref"] for component in body["components"])
    top = body["metadata"]["component"]["bom-ref"]
    body["dependencies"] = [{"ref": top, "dependsOn": references}, *({"ref": each} for each in references)]
    text = as_json(body)
    if fault := invalid(text):
        raise BuildError(f"the list of materials is not valid CycloneDX: {fault}")
    return text


def invalid(text: str) -> str:
    """What is wrong with a CycloneDX document by its schema; "" if nothing."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    return str(fault.data if hasattr(fault, "data") else fault)[:500] if fault else ""


def tool(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a tool of the tests' lock. Raises ``BuildError`` if it is not installed."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, encoding="utf-8", check=False)
    if "No module named" in done.stderr and module in done.stderr:
        raise BuildError(f"{module} is not installed; `make audit` installs it")
    return done
