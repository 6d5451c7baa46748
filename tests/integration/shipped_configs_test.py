"""Every file under config/ is valid, and starts against real servers."""

import subprocess

import pytest

from support.processes import REPOSITORY
from support.shipped_config import ShippedConfig, shipped_configs
from support.sluice_process import Sluice, binary


@pytest.mark.parametrize("path", sorted((REPOSITORY / "config").glob("*.yaml")), ids=lambda path: path.stem)
def test_it_is_valid(path):
    done = subprocess.run([binary(), "validate", path], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", shipped_configs())
def test_it_starts_and_stops(name, kafka, redis):
    config = ShippedConfig(name)
    prefix = f"shipped-{name}."
    written = config.outputs() - (config.between() if config.fused else set())
    kafka.create_topics(sorted(prefix + topic for topic in config.inputs() | written))
    settings = {"topic_prefix": prefix, "source.kafka.group": prefix + "group", "source.kafka.brokers": kafka.brokers}
    with Sluice(config.path, settings, config.redis_environment(redis.url, redis.url), name=name) as sluice:
        sluice.wait_ready()
        assert sluice.terminate() == 0, sluice.log_tail()
