"""What `make bench` measures can be measured; how long it takes is no promise of the tests."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("what", ["command", "relay", "paced", "verify"])
def test_a_round_of_the_bench_ends_with_its_table(what: str) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--rounds", "1", "--only", what],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    ).stdout
    assert "ratio" in told
