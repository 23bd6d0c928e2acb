"""The house rules that a machine can hold us to."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "whence"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "demo/project" not in path.as_posix())
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
LONGEST = 450


def module_id(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=module_id)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", MODULES, ids=module_id)
def test_a_module_is_one_room_and_not_a_drawer(path: Path) -> None:
    assert path.stem not in FORBIDDEN_NAMES
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_a_module_has_its_test_where_one_looks() -> None:
    tests = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    untested = [
        module_id(path)
        for path in MODULES
        if path.name != "__init__.py"
        and f"test_{path.stem}" not in tests
        and not module_id(path).startswith(tuple(TESTED_TOGETHER))
    ]
    assert untested == []


def test_what_tests_modules_together_is_there() -> None:
    for test in TESTED_TOGETHER.values():
        assert (ROOT / "tests" / test).exists(), test


TESTED_TOGETHER = {
    "__main__.py": "journeys/test_main_job.py",
    "capture/agent/frameworks/": "capture/frameworks",
    "capture/agent/inside/": "capture/agent",
    "capture/again.py": "reproduction/test_studio.py",
    "capture/course.py": "capture/test_observe.py",
    "capture/interface.py": "capture/tracers/test_contract.py",
    "capture/parts/": "capture/test_parts.py",
    "capture/semantics/": "capture/semantics/test_understanding.py",
    "capture/stated.py": "capture/test_observe.py",
    "capture/tracers/": "capture/tracers/test_contract.py",
    "captured.py": "journeys/test_undisturbed.py",
    "cli/administering.py": "journeys/test_access.py",
    "cli/asking.py": "journeys/test_bad_input.py",
    "cli/commands/": "journeys/test_main_job.py",
    "cli/words.py": "journeys/test_registry.py",
    "cli/render/register.py": "journeys/test_registry.py",
    "cli/render/systems.py": "journeys/test_registry.py",
    "cli/console.py": "journeys/test_bad_input.py",
    "cli/render/deployments.py": "journeys/test_serving.py",
    "cli/render/columns.py": "query/test_columns.py",
    "cli/render/likely.py": "cli/render/test_diff.py",
    "cli/lineageverb.py": "journeys/test_main_job.py",
    "cli/render/plan.py": "journeys/test_reproduce.py",
    "cli/render/repeated.py": "journeys/test_reproduce.py",
    "cli/render/travelled.py": "journeys/test_team.py",
    "cli/render/verdict.py": "journeys/test_reproduce.py",
    "cli/deciding.py": "journeys/test_gates.py",
    "cli/gating.py": "journeys/test_gates.py",
    "cli/person.py": "journeys/test_gates.py",
    "cli/served.py": "server/test_governance.py",
    "cli/policyfile.py": "journeys/test_gates.py",
    "cli/render/approvals.py": "journeys/test_gates.py",
    "cli/render/rules.py": "journeys/test_gates.py",
    "cli/render/ruling.py": "journeys/test_gates.py",
    "cli/progress.py": "journeys/test_attribute.py",
    "cli/signing.py": "journeys/test_sign_in.py",
    "cli/verb.py": "journeys/test_bad_input.py",
    "demo/": "../.ci/run",
    "errors.py": "journeys/test_bad_input.py",
    "governance/rules/": "governance/test_rules.py",
    "governance/": "governance/test_evaluating.py",
    "exporters/openlineage/": "exporters/openlineage/test_mapping.py",
    "homecoming/": "homecoming/test_sessions.py",
    "importers/openlineage/": "importers/openlineage/test_composing.py",
    "model/": "model/test_model.py",
    "notebook.py": "clients/notebooks",
    "query/": "query/test_lineage.py",
    "reproduction/attributed.py": "journeys/test_attribute.py",
    "reproduction/bisected.py": "journeys/test_bisect.py",
    "reproduction/attribution/": "reproduction/attribution/test_attribute.py",
    "reproduction/comparers/": "reproduction/comparers",
    "reproduction/": "reproduction/test_studio.py",
    "cli/commands/receipts.py": "journeys/test_serving.py",
    "cli/deploying.py": "journeys/test_serving.py",
    "cli/predictions.py": "journeys/test_serving.py",
    "cli/render/receipts.py": "journeys/test_serving.py",
    "receipts/": "receipts/test_recorder.py",
    "recording/compose.py": "recording/test_recorder.py",
    "recording/holding.py": "journeys/test_clearing.py",
    "recording/observation.py": "recording/test_recorder.py",
    "recording/timelines.py": "importers/openlineage/test_composing.py",
    "recording/secrets.py": "recording/test_redact.py",
    "server/": "server/test_app.py",
    "server/predictions.py": "server/test_receipts.py",
    "store/": "store/test_sqlite.py",
    "sync/": "sync/test_exchange.py",
    "testing/": "store/test_sqlite.py",
    "wire/schema.py": "wire/test_schemas.py",
}
"""Modules, or rooms, that are tested as one through a public seam → by what."""


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


THIRD_PARTY = {
    "backports",
    "duckdb",
    "yaml",
    "rich",
    "sqlglot",
    "numpy",
    "pandas",
    "pyarrow",
    "scipy",
}


def test_importing_whence_loads_next_to_nothing() -> None:
    loaded = loaded_by("import whence")
    assert not loaded & THIRD_PARTY
    assert not {name for name in loaded if name.startswith("whence.")}
    assert not loaded & {"argparse", "sqlite3", "json", "asyncio", "typing"}


@pytest.mark.parametrize(
    "module", ["whence.captured", "whence.declared", "whence.cli.commands.run"]
)
def test_what_stands_beside_a_training_loads_no_third_party_package(module: str) -> None:
    assert not loaded_by(f"import {module}") & THIRD_PARTY


def test_no_file_names_where_it_was_made_or_where_packages_come_from() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.split("\0")
    # Written so that this file does not find itself.
    forbidden = re.compile(
        "|".join(["/wo" + "rk/", 'https?://[^ "]*/sim' + "ple/", "files.python" + "hosted"])
    )
    guilty = [
        name
        for name in listed
        if name
        and (ROOT / name).is_file()
        and forbidden.search((ROOT / name).read_text(errors="replace"))
    ]
    assert guilty == []
