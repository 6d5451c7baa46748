"""A Cassandra of our own: one or several nodes on addresses of the loopback range."""

import concurrent.futures
import logging
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import warnings

from support.kafka_node import java
from support.processes import REPOSITORY, ChildProcess, accepts_connections, free_port, lasting_port, wait_until

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Debian's driver uses what later Pythons do without
    from cassandra import ConsistencyLevel
    from cassandra.auth import PlainTextAuthProvider
    from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile, NoHostAvailable
    from cassandra.policies import WhiteListRoundRobinPolicy
    from cassandra.query import SimpleStatement, dict_factory

logging.getLogger("cassandra").setLevel(logging.CRITICAL)  # it complains of nodes that a test takes away

_STARTS_WITHIN = 240  # seconds: ten on an idle machine
_USER, _PASSWORD = "cassandra", "cassandra"
# What Java 17 asks for before Cassandra may look into it.
_OPEN = {
    "java.base": "java.lang java.lang.module java.lang.reflect java.io java.nio java.net java.util java.util.concurrent "
                 "java.util.concurrent.atomic java.util.concurrent.locks java.math sun.nio.ch jdk.internal.loader "
                 "jdk.internal.ref jdk.internal.reflect jdk.internal.math jdk.internal.module jdk.internal.util "
                 "jdk.internal.util.jar jdk.internal.misc jdk.internal.vm",
    "java.management": "com.sun.jmx.mbeanserver",
    "jdk.management": "com.sun.management.internal",
    "java.rmi": "sun.rmi.registry sun.rmi.server sun.rmi.transport sun.rmi.transport.tcp",
    "java.management.rmi": "com.sun.jmx.remote.internal.rmi",
    "java.sql": "java.sql",
}
_LOGBACK = """<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%date{ISO8601} %level %logger{0} %msg%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="out"/></root>
</configuration>
"""


def jars():
    """The folder of Cassandra's jars, fetched where it is not there yet."""
    done = subprocess.run([REPOSITORY / "scripts/install-cassandra"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return pathlib.Path(done.stdout.strip())


class _Node:
    def __init__(self, number, folder):
        self.address = f"127.0.0.{number}"
        self.folder = folder / f"node-{number}"
        self.process = None


class CassandraServer:
    """Starts, stops, kills, pauses and restarts nodes; rows by statements. Data survives a kill.

    `auth`: users have to log in, the first one is cassandra/cassandra. `tls`: (key, certificate, ca) in PEM files for
    the clients' port; `client_certificates` asks for theirs. `settings` are those of cassandra.yaml.
    """

    def __init__(self, nodes=1, auth=False, tls=None, client_certificates=False, settings=None, heap="384m"):
        self.port = lasting_port()
        self._storage_port = lasting_port()
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-cassandra-"))
        self._nodes = [_Node(number, self._folder) for number in range(1, nodes + 1)]
        self._auth = auth
        self._tls = tls
        self._client_certificates = client_certificates
        self._settings = settings or {}
        self._heap = heap
        self._jars = jars()
        self._clusters = []
        self._session = None

    @property
    def needs_login(self):
        return self._auth

    @property
    def contact_points(self):
        """As the field `contact_points` of a store takes them."""
        return [f"{node.address}:{self.port}" for node in self._nodes]

    # Servers

    def start(self):
        # The first one is the seed; the others find the ring through it, together.
        self.start_node(1)
        for node in self._nodes[1:]:
            self._launch(node)
        for node in self._nodes[1:]:
            self._wait_for(node)
        if len(self._nodes) > 1:
            self.wait_for_all()
        return self

    def start_node(self, number=1):
        self._session = None  # its connections may lead to a node that is gone, and are long in coming back
        node = self._node(number)
        self._launch(node)
        self._wait_for(node)

    def stop_node(self, number=1):
        """Ends it in order."""
        self._node(number).process.terminate(timeout=60)

    def kill_node(self, number=1):
        self._node(number).process.kill()

    def pause_node(self, number=1):
        """It takes connections and requests, and answers nothing until resume_node()."""
        self._node(number).process.signal(signal.SIGSTOP)

    def resume_node(self, number=1):
        self._node(number).process.signal(signal.SIGCONT)

    def kill(self):
        """All nodes, as kill_node(); pause() and resume() likewise."""
        for node in self._nodes:
            node.process.kill()

    def pause(self):
        for node in self._nodes:
            node.process.signal(signal.SIGSTOP)

    def resume(self):
        for node in self._nodes:
            node.process.signal(signal.SIGCONT)

    def running(self, number=1):
        process = self._node(number).process
        return process is not None and process.running()

    def pid(self, number=1):
        return self._node(number).process.pid

    def log(self, number=1):
        return self._node(number).process.log()

    def close(self):
        for cluster in self._clusters:
            cluster.shutdown()
        for node in self._nodes:
            if node.process and node.process.running():
                node.process.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    # Rows

    def session(self, user=_USER, password=_PASSWORD, node=None):
        """A session of the Python driver, whose rows are maps. It asks the node of that number, or any."""
        nodes = self._nodes if node is None else [self._node(node)]
        addresses = [each.address for each in nodes if each.process and each.process.running()]
        profile = ExecutionProfile(load_balancing_policy=WhiteListRoundRobinPolicy(addresses), row_factory=dict_factory,
                                   consistency_level=ConsistencyLevel.QUORUM, request_timeout=30)
        cluster = Cluster(addresses, port=self.port, protocol_version=4, compression=False, connect_timeout=20,
                          control_connection_timeout=20, execution_profiles={EXEC_PROFILE_DEFAULT: profile},
                          auth_provider=PlainTextAuthProvider(user, password) if self._auth else None,
                          ssl_context=self._ssl_context())
        self._clusters.append(cluster)
        return cluster.connect()

    def execute(self, statement, values=None):
        """The rows, as maps, of one statement; its parameters are %s."""
        if self._session is None:
            self._session = self.session()
        return list(self._session.execute(statement, values))

    def make_keyspaces(self, *names):
        for name in names:
            self.execute(f"CREATE KEYSPACE IF NOT EXISTS {name} WITH replication = "
                         f"{{'class': 'SimpleStrategy', 'replication_factor': {min(3, len(self._nodes))}}}")

    def wait_for_all(self):
        """Returns when every node takes part, as each of them sees it."""
        self._session = None
        self.make_keyspaces("sluice_ready")
        self.execute("CREATE TABLE IF NOT EXISTS sluice_ready.t (k int PRIMARY KEY)")
        statement = SimpleStatement("INSERT INTO sluice_ready.t (k) VALUES (1)", consistency_level=ConsistencyLevel.ALL)

        def sees_all(number):
            session = self.session(node=number)
            deadline = time.monotonic() + _STARTS_WITHIN
            while True:
                try:
                    return session.execute(statement)
                except Exception:  # pylint: disable=broad-except
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.2)

        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(sees_all, range(1, len(self._nodes) + 1)))

    # Files and processes

    def _node(self, number):
        return self._nodes[number - 1]

    def _launch(self, node):
        if not node.folder.exists():
            node.folder.mkdir(parents=True)
            (node.folder / "logback.xml").write_text(_LOGBACK, encoding="ascii")
            self._write_settings(node)
        agent = sorted(self._jars.glob("jamm-*.jar"))
        opened = [f"--add-{what}={module}/{package}=ALL-UNNAMED" for module, packages in _OPEN.items()
                  for package in packages.split() for what in ("opens", "exports")]
        flags = {"cassandra.config": f"file://{node.folder}/cassandra.yaml", "cassandra.storagedir": node.folder,
                 "cassandra-foreground": "yes", "cassandra.jmx.local.port": free_port(), "cassandra.ring_delay_ms": 500,
                 "cassandra.skip_wait_for_gossip_to_settle": 0, "cassandra.superuser_setup_delay_ms": 0,
                 "cassandra.disable_tcactive_openssl": "true", "io.netty.tryReflectionSetAccessible": "true",
                 "java.security.manager": "allow", "jdk.attach.allowAttachSelf": "true"}
        command = [java(), "-Xms128m", f"-Xmx{self._heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k",
                   *(f"-javaagent:{path}" for path in agent), *opened, *(f"-D{name}={value}" for name, value in flags.items()),
                   "-cp", f"{node.folder}:{self._jars}/*", "org.apache.cassandra.service.CassandraDaemon"]
        node.process = ChildProcess(command, node.folder / "log", folder=node.folder)

    def _wait_for(self, node):
        wait_until(lambda: self._takes_statements(node), _STARTS_WITHIN,
                   lambda: f"Cassandra answers at {node.address}:{self.port}\n{node.process.log_tail()}", interval=0.2)

    def _takes_statements(self, node):
        if not node.process.running():
            raise RuntimeError(f"Cassandra ended:\n{node.process.log_tail()}")
        if not accepts_connections(self.port, node.address):
            return False
        if not self._auth:
            return True
        # The first user is made some time after the port is open.
        try:
            self.session(node=self._nodes.index(node) + 1)
            return True
        except NoHostAvailable:
            self._clusters.pop().shutdown()
            return False

    def _write_settings(self, node):
        index = self._nodes.index(node)
        settings = {
            "cluster_name": "sluice-tests",
            "num_tokens": 1,
            "initial_token": -2**63 + index * 2**64 // len(self._nodes),
            "auto_bootstrap": "false",
            "partitioner": "org.apache.cassandra.dht.Murmur3Partitioner",
            "endpoint_snitch": "SimpleSnitch",
            "seed_provider": "[{class_name: org.apache.cassandra.locator.SimpleSeedProvider, "
                             f'parameters: [{{seeds: "{self._nodes[0].address}:{self._storage_port}"}}]}}]',
            "listen_address": node.address,
            "rpc_address": node.address,
            "start_native_transport": "true",
            "native_transport_port": self.port,
            "storage_port": self._storage_port,
            "data_file_directories": f"[{node.folder}/data]",
            "commitlog_directory": node.folder / "commitlog",
            "saved_caches_directory": node.folder / "saved",
            "hints_directory": node.folder / "hints",
            "cdc_raw_directory": node.folder / "cdc",
            "commitlog_sync": "group",
            "commitlog_sync_group_window": "10ms",
            "commitlog_segment_size": "8MiB",
            "memtable_heap_space": "32MiB",
            "memtable_offheap_space": "32MiB",
            "key_cache_size": "4MiB",
            "file_cache_size": "32MiB",
            "concurrent_reads": 8,
            "concurrent_writes": 32,
            "concurrent_counter_writes": 4,
            # A busy machine is no reason to fail; tests that want time-outs say so.
            "read_request_timeout": "20s",
            "write_request_timeout": "20s",
            "request_timeout": "20s",
            "auto_snapshot": "false",
            "disk_failure_policy": "die",
            "commit_failure_policy": "die",
        }
        if self._auth:
            settings |= {"authenticator": "PasswordAuthenticator", "authorizer": "CassandraAuthorizer",
                         "permissions_validity": "100ms", "roles_validity": "100ms", "credentials_validity": "100ms"}
        if self._tls:
            settings["client_encryption_options"] = self._tls_options(node)
        settings |= self._settings
        (node.folder / "cassandra.yaml").write_text("".join(f"{name}: {value}\n" for name, value in settings.items() if value is not None),
                                                    encoding="utf-8")

    def _tls_options(self, node):
        key, certificate, authority = self._tls
        subprocess.run(["openssl", "pkcs12", "-export", "-inkey", key, "-in", certificate, "-name", "node",
                        "-out", node.folder / "keys.p12", "-passout", "pass:secret"], check=True, capture_output=True)
        home = pathlib.Path(shutil.which(java())).resolve().parent
        subprocess.run([home / "keytool", "-importcert", "-noprompt", "-alias", "ca", "-file", authority, "-keystore",
                        node.folder / "trust.p12", "-storetype", "PKCS12", "-storepass", "secret"],
                       check=True, capture_output=True)
        asked = "true" if self._client_certificates else "false"
        return (f"{{enabled: true, optional: false, keystore: {node.folder}/keys.p12, keystore_password: secret, "
                f"truststore: {node.folder}/trust.p12, truststore_password: secret, require_client_auth: {asked}, "
                "store_type: PKCS12}")

    def _ssl_context(self):
        if not self._tls:
            return None
        import ssl  # pylint: disable=import-outside-toplevel
        key, certificate, authority = self._tls
        context = ssl.create_default_context(cafile=authority)
        context.check_hostname = False
        if self._client_certificates:
            context.load_cert_chain(certificate, key)
        return context
