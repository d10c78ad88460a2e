"""What the OGC interface declares is what tests prove: neither more nor less."""

from __future__ import annotations

import ast

from server.api.ogc.conformance import CONFORMS_TO
from tests.contracts.files import nodes
from tests.server.ogc.conformance import PROOFS


def test_every_declared_class_is_proved_and_nothing_else_is():
    assert set(PROOFS) == set(CONFORMS_TO)
    assert len(CONFORMS_TO) == len(set(CONFORMS_TO))
    assert [name for name, tests in PROOFS.items() if not tests] == []


def test_every_proof_is_a_test_that_runs():
    """No test that a class rests on may be gone, skipped, or expected to fail."""
    there = set()
    for _, node in nodes("tests"):
        if isinstance(node, ast.FunctionDef):
            marks = " ".join(ast.unparse(one) for one in node.decorator_list)
            if "mark.skip" not in marks and "mark.xfail" not in marks:
                there.add(node.name)
    assert {name for tests in PROOFS.values() for name in tests} - there == set()
