"""What only a real broker enforces of the client library: the unit tests that need one, run with one."""

import os
import pathlib
import subprocess

import pytest

from support.processes import REPOSITORY
from support.sluice_process import binary

PROGRAMS = [build / "tests/unit/kafka/kafka_broker_test" for build in (pathlib.Path(binary()).parent, REPOSITORY / "build/dev")]


def test_the_unit_tests_that_need_a_broker(kafka):
    program = next((known for known in PROGRAMS if known.exists()), None) or pytest.skip("a build without tests")
    done = subprocess.run([program], env={**os.environ, "SLUICE_TEST_KAFKA": kafka.brokers}, capture_output=True, text=True, timeout=300,
                          check=False)
    assert done.returncode == 0 and "SKIPPED" not in done.stdout, done.stdout[-4000:]
