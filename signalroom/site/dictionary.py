"""The metric dictionary: every mart and column that dbt's manifest has, none is named here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Node = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """A column with what is promised of it."""

    name: str
    type: str
    description: str
    tests: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Mart:
    """A mart with what is promised of it, and what it is made of."""

    id: str
    name: str
    subject: str
    description: str
    sql: str
    columns: list[Column]
    grain: list[str]
    tests: list[str]
    checks: list[str]
    unit_tests: int
    parents: list[tuple[str, str, str]]  # kind, name, id


def read_marts(manifest: Node) -> list[Mart]:
    """The marts by subject and name."""
    by_model: defaultdict[str, list[Node]] = defaultdict(list)
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test":
            attached = node.get("attached_node")
            for model in [attached] if attached else node["depends_on"]["nodes"]:
                by_model[model].append(node)
    marts = [
        _mart(node, by_model[node["unique_id"]], manifest)
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and "marts" in node["fqn"][1:-1]
    ]
    return sorted(marts, key=lambda mart: (mart.subject, mart.name))


def by_subject(marts: Iterable[Mart]) -> dict[str, list[Mart]]:
    """The marts under the folders they stand in."""
    subjects: dict[str, list[Mart]] = {}
    for mart in marts:
        subjects.setdefault(mart.subject, []).append(mart)
    return subjects


def _mart(node: Node, tests: list[Node], manifest: Node) -> Mart:
    generic = [test for test in tests if test.get("test_metadata")]
    of_columns: defaultdict[str, list[str]] = defaultdict(list)
    of_all: list[str] = []
    grain: list[str] = []
    for test in generic:
        name, arguments = test["test_metadata"]["name"], test["test_metadata"]["kwargs"]
        if name in {"unique_combination", "unique_combination_of_columns"}:
            grain = arguments.get("columns") or arguments.get("combination_of_columns") or []
        elif test.get("column_name"):
            of_columns[test["column_name"]].append(_promise(name, arguments))
        else:
            of_all.append(_promise(name, arguments))
    for column in node["columns"].values():
        for constraint in column.get("constraints") or []:
            if constraint["type"] == "not_null":
                of_columns[column["name"]].insert(0, "never null")
    return Mart(
        id=node["unique_id"],
        name=node["name"],
        subject=node["fqn"][-2],
        description=node["description"],
        sql=f"dbt_project/{node['original_file_path']}",
        columns=[
            Column(
                column["name"],
                column.get("data_type") or "",
                column["description"],
                list(dict.fromkeys(of_columns[column["name"]])),
            )
            for column in node["columns"].values()
        ],
        grain=grain,
        tests=sorted(of_all),
        checks=sorted(test["name"] for test in tests if not test.get("test_metadata")),
        unit_tests=sum(
            node["unique_id"] in unit["depends_on"]["nodes"]
            for unit in manifest.get("unit_tests", {}).values()
        ),
        parents=[_parent(id) for id in sorted(node["depends_on"]["nodes"])],
    )


def _parent(id: str) -> tuple[str, str, str]:
    """What a mart is made of: kind, name, id."""
    kind, _, *names = id.split(".")
    return kind, ".".join(names), id


def _promise(name: str, arguments: Node) -> str:
    """What a generic test promises, in words."""
    if name == "not_null":
        return "never null"
    if name == "accepted_values":
        return "one of " + ", ".join(str(value) for value in arguments["values"])
    if name in {"relationships", "foreign_key"}:
        columns = arguments.get("columns") or [arguments.get("column_name", "")]
        to = str(arguments["to"]).removeprefix("ref('").removesuffix("')")
        return f"{', '.join(columns)} is in {to}"
    if name == "expression_is_true":
        return str(arguments["expression"])
    return name.replace("_", " ")
