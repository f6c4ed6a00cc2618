"""How the code is laid out: what each file must have, and what it may not touch."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from hub.decision.correction_rows import CORRECTION_OPEN_STATES
from hub.decision.known import CURRENT_STATES, OPEN_STATES
from hub.domain.lifecycle import states
from hub.store.queries import queries_of

ROOT = Path(__file__).parents[2]
HUB = ROOT / "hub"
MODULES = sorted(HUB.rglob("*.py"))
FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 60

# Who may read a clock, draw by chance or read the environment, and why. Everyone else is given time and chance.
CLOCK = {
    "hub/agents/matching.py": "how long a page took, to rest in proportion",
    "hub/agents/stage/doing.py": "how long a batch took, the pause between two tries",
    "hub/agents/stage/loop.py": "when a partition was last seen",
    "hub/agents/stage/progress.py": "how long a position has stood still",
    "hub/agents/stage/sentinel.py": "how long a position and an end have been apart; the time of a look, for gauges",
    "hub/kafka/admin.py": "a deadline for the broker's answers",
    "hub/sources/budget.py": "how long all sources of a call may take, which is no part of any verdict on them",
    "hub/sources/reader.py": "how long a child may take, which is no part of any answer",
    "hub/logs.py": "no more than so many lines a second",
}
CLOCK_FOLDERS = {
    "hub/bench/": "measures how long things take",
    "hub/cli/": "the command line says when a person commanded",
    "hub/client/": "waits for receipts with a deadline",
    "hub/connectors/simulating/": "plays a slow system with a wrong clock",
    "hub/connect/": "heartbeats, backs off, waits for persons",
    "hub/local/": "starts, watches and stops real processes",
}
CHANCE = {
    "hub/bench/portal.py": "secrets of the look-up slips that a measurement issues",
    "hub/cli/portal.py": "session names, tokens of forms, codes of shares",
    "hub/local/population/chance.py": "the one seeded stream of synthetic data",
    "hub/local/kafka.py": "id of a new embedded cluster",
    "hub/local/ports.py": "a free port",
    "hub/local/organisations.py": "passwords of the embedded database's roles",
    "hub/local/unprivileged.py": "a mark by which a child is known",
    "hub/local/founding.py": "secrets of newly founded organisations",
    "hub/local/timestamp_authority.py": "serial numbers of development tokens",
    "hub/cli/slip.py": "look-up secrets, drawn where the slip is printed",
    "hub/web/portal/sharing.py": "ids of shares and sessions that nobody can guess",
    "hub/connect/check/seed.py": "the key of whoever runs the conformance kit",
}
ENVIRONMENT = {
    "hub/config.py": "pydantic reads it here, by prefix",
    "hub/local/workers.py": "children inherit it",
}
ENVIRONMENT_FOLDERS = {"hub/local/": "child processes get it with settings of their own"}
SQL_IN_PYTHON = {
    "hub/store/migrate.py": "runs before the named queries' tables exist",
    "hub/local/organisations.py": "makes roles and databases of the embedded server, as its administrator",
}
CLOCK_CALLS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "time.monotonic",
    "time.perf_counter", "time.sleep",
}  # fmt: skip


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree_of(path)))


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


@cache
def uses(path: Path) -> set[str]:
    """Return every dotted name that the module reads, such as "datetime.now"."""
    return {dotted(node) for node in nodes_of(path) if isinstance(node, ast.Attribute)}


@cache
def texts(path: Path) -> tuple[str, ...]:
    """Return every text of the module, f-strings included; docstrings count too, they do not look like SQL."""
    return tuple(n.value for n in nodes_of(path) if isinstance(n, ast.Constant) and isinstance(n.value, str))


def allowed(path: Path, files: dict[str, str], folders: dict[str, str] | None = None) -> bool:
    name = name_of(path)
    return name in files or any(name.startswith(folder) for folder in folders or {})


def test_every_module_says_what_it_is_for() -> None:
    """In its docstring, before anything else."""
    assert [name_of(p) for p in MODULES if not ast.get_docstring(tree_of(p))] == []


def test_every_package_is_a_door() -> None:
    """What it gives out stands in `__all__`; a package that gives nothing out holds nothing."""
    assert [name_of(p) for p in MODULES if p.name == "__init__.py" and not _gives_out(tree_of(p))] == []


def _gives_out(tree: ast.Module) -> bool:
    assigned = {t.id for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}
    return "__all__" in assigned or len(tree.body) == 1


def test_files_and_functions_stay_small() -> None:
    """At 300 and 60 lines they are split along a seam that has a name."""
    long = [name_of(p) for p in MODULES if len(p.read_text(encoding="utf-8").splitlines()) > FILE_LINES_MAX]
    for path in MODULES:
        functions = [n for n in nodes_of(path) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
        too_long = [f for f in functions if (f.end_lineno or 0) - f.lineno + 1 > FUNCTION_LINES_MAX]
        long += [f"{name_of(path)}:{f.lineno} {f.name}" for f in too_long]
    assert long == []


def test_time_comes_in() -> None:
    """Only named adapters read a clock."""
    reading = [name_of(p) for p in MODULES if uses(p) & CLOCK_CALLS and not allowed(p, CLOCK, CLOCK_FOLDERS)]
    assert reading == []


def test_chance_comes_in() -> None:
    """Only named adapters draw anything; types of the standard generator may be named."""
    drawing = []
    for path in MODULES:
        drawn = {u for u in uses(path) if u.split(".")[0] in ("random", "secrets", "uuid")} - {"random.Random"}
        seeds = any(isinstance(n, ast.Call) and dotted(n.func) == "random.Random" for n in nodes_of(path))
        if (drawn or seeds or "os.urandom" in uses(path)) and not allowed(path, CHANCE):
            drawing.append(name_of(path))
    assert drawing == []


def test_environment_is_read_in_one_place() -> None:
    """Settings are one frozen object; only children of our own get the environment handed on."""
    reading = [
        name_of(p)
        for p in MODULES
        if uses(p) & {"os.environ", "os.getenv"} and not allowed(p, ENVIRONMENT, ENVIRONMENT_FOLDERS)
    ]
    assert reading == []


def test_pure_packages_import_no_clock_and_no_chance() -> None:
    """Not even to name them: the law, the proofs and the decisions are the same for ever."""
    banned = {"time", "random", "secrets", "uuid", "os", "asyncio", "logging"}
    for package in ("domain", "trust", "decision", "evidence", "catalogue"):
        for path in (HUB / package).rglob("*.py"):
            imported = {
                (alias.name if isinstance(node, ast.Import) else node.module or "").split(".")[0]
                for node in nodes_of(path)
                if isinstance(node, ast.Import | ast.ImportFrom)
                for alias in node.names
            }
            assert not imported & banned, name_of(path)


_SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|TRUNCATE)\s", flags=0)


def test_sql_lives_in_sql_files() -> None:
    """Named and described there; in Python only where no named query can be."""
    holding = [name_of(p) for p in MODULES if any(_SQL.search(t) for t in texts(p)) and name_of(p) not in SQL_IN_PYTHON]
    assert holding == []


def test_no_sql_is_built_from_parts() -> None:
    """Neither an f-string nor a sum nor a percent sign makes a statement, not even where SQL may stand in Python."""
    for path in MODULES:
        for node in nodes_of(path):
            parts = (
                node.values if isinstance(node, ast.JoinedStr) else [node.left] if isinstance(node, ast.BinOp) else []
            )
            written = [p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)]
            assert not any(_SQL.search(text) for text in written), f"{name_of(path)}:{getattr(node, 'lineno', 0)}"


@pytest.mark.parametrize("folder", ["common", "so", "bo"])
def test_query_has_a_sentence(folder: str) -> None:
    """Whoever reads the name reads what it is for."""
    for name, text in queries_of(folder).items():
        assert text.startswith("-- "), name
        assert text.splitlines()[0].endswith("."), name


def test_every_named_query_is_asked_for() -> None:
    """What nobody runs any more goes; what is run has a name that exists."""
    asked = {text for path in MODULES for text in texts(path)}
    for path in (ROOT / "tests").rglob("*.py"):
        asked |= set(re.findall(r'\["([a-z_]+)"\]', path.read_text(encoding="utf-8")))
    unused = {
        f"{folder}/{name}" for folder in ("common", "so", "bo") for name in queries_of(folder) if name not in asked
    }
    assert sorted(unused - UNUSED_QUERIES.keys()) == []


UNUSED_QUERIES: dict[str, str] = {}  # by name, with the reason


def _checked(table: str, file: str) -> set[str]:
    """Return the states that the CHECK constraint of a table of Sở names."""
    text = (HUB / "store/so" / file).read_text(encoding="utf-8")
    found = re.search(
        rf"CREATE TABLE {table} \(.*?state\s+text\s+NOT NULL CHECK \(state IN \((.*?)\)\)", text, re.DOTALL
    )
    assert found is not None
    return set(re.findall(r"'(\w+)'", found[1]))


@pytest.mark.parametrize(
    ("machine", "file"),
    [
        ("document", "0001_journey.before.sql"),
        ("round", "0001_journey.before.sql"),
        ("correction", "0005_correction.before.sql"),
    ],
)
def test_states_of_the_lifecycle_are_those_of_the_constraints(machine: str, file: str) -> None:
    """One table of transitions, from which everything else follows."""
    assert _checked(machine, file) == set(states(machine))


@pytest.mark.parametrize(
    ("index", "file", "expected"),
    [
        ("document_current", "0015_cost.before.sql", CURRENT_STATES),
        ("document_corrected", "0005_correction.before.sql", OPEN_STATES),
        ("correction_open", "0005_correction.before.sql", CORRECTION_OPEN_STATES),
    ],
)
def test_index_names_the_states_that_stand_once_for_each_record(index: str, file: str, expected: set[str]) -> None:
    """What the decision calls current, or open, the database keeps once; a correction stands beside what is locked."""
    text = (HUB / "store/so" / file).read_text(encoding="utf-8")
    found = re.search(rf"INDEX {index} ON .*?WHERE (.*?);", text, re.DOTALL)
    assert found is not None
    assert set(re.findall(r"'(\w+)'", found[1])) - {"correction"} == expected
