"""What only a real broker enforces of the client library: the unit tests that need one, run with one."""

import os
import pathlib
import subprocess

import pytest

from support.sluice_process import binary

PROGRAM = pathlib.Path(binary()).parent / "tests/unit/kafka/kafka_broker_test"


@pytest.mark.skipif(not PROGRAM.exists(), reason="a build without tests")
def test_the_unit_tests_that_need_a_broker(kafka):
    done = subprocess.run([PROGRAM], env={**os.environ, "SLUICE_TEST_KAFKA": kafka.brokers}, capture_output=True, text=True, timeout=300,
                          check=False)
    assert done.returncode == 0 and "SKIPPED" not in done.stdout, done.stdout[-4000:]
