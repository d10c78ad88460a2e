"""Broken files of every kind are taken or refused in words; `fugai bench hostile` reads 10,000."""

from __future__ import annotations

from scripts.benchmarks.hostile import measure


def test_no_broken_file_is_a_fault_of_ours() -> None:
    figures = measure(250)
    assert figures["faults_told"] == []
    assert sum(figures["outcomes"].values()) == 250
    assert len(figures["outcomes"]) > 8
    assert figures["outcomes"]["taken"] < 150
