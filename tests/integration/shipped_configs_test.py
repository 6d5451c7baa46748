"""Every file under config/ is valid, and starts against real servers."""

import http.server
import json
import subprocess
import threading

import pytest

from support import device_table, own_postgres
from support.own_cassandra import CassandraServer
from support.processes import REPOSITORY
from support.shipped_config import ShippedConfig, shipped_configs
from support.sluice_process import Sluice, binary


@pytest.fixture(scope="module")
def api():
    """The URL of an API that knows nothing."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def postgres():
    """Its URL; it has the tables that the files name."""
    if own_postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with own_postgres.PostgresServer() as server:
        device_table.create(server)
        yield server.url()


@pytest.fixture(scope="module")
def cassandra():
    """Its contact points; it has the tables of the recorded cases."""
    with CassandraServer() as server:
        for path in sorted((REPOSITORY / "tests/parity/cases").glob("*/*/case.json")):
            for statement in json.loads(path.read_text(encoding="utf-8")).get("cql", {}).get("tables", ()):
                server.execute(statement)
        yield ",".join(server.contact_points)


@pytest.mark.parametrize("path", sorted((REPOSITORY / "config").glob("*.yaml")), ids=lambda path: path.stem)
def test_it_is_valid(path):
    done = subprocess.run([binary(), "validate", path], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", shipped_configs())
def test_it_starts_and_stops(name, kafka, redis, api, request):
    config = ShippedConfig(name)
    prefix = f"shipped-{name}."
    written = config.outputs() - (config.between() if config.fused else set())
    kafka.create_topics(sorted(prefix + topic for topic in config.inputs() | written))
    settings = {"topic_prefix": prefix, "source.kafka.group": prefix + "group", "source.kafka.brokers": kafka.brokers}
    environment = config.redis_environment(redis.url, redis.url) | config.api_environment(api)
    if config.postgres_variables():
        environment |= dict.fromkeys(config.postgres_variables(), request.getfixturevalue("postgres"))
    if config.cassandra_variables():
        environment |= dict.fromkeys(config.cassandra_variables(), request.getfixturevalue("cassandra"))
    with Sluice(config.path, settings, environment, name=name) as sluice:
        sluice.wait_ready()
        assert sluice.terminate() == 0, sluice.log_tail()
