"""A Kafka cluster of our own (KRaft, one or several nodes) on free loopback ports."""

import base64
import collections
import concurrent.futures
import dataclasses
import pathlib
import shutil
import signal
import subprocess
import tempfile
import uuid

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic

from support.kafka_commands import KafkaCommands
from support.kafka_node import Node, jars, java_command
from support.processes import ChildProcess, accepts_connections, lasting_port, wait_until

MIB = 1024 * 1024
_PASSING = {"NOT_COORDINATOR", "COORDINATOR_NOT_AVAILABLE", "COORDINATOR_LOAD_IN_PROGRESS", "_WAIT_COORD", "_TRANSPORT",
            "_TIMED_OUT", "UNSTABLE_OFFSET_COMMIT", "NOT_LEADER_FOR_PARTITION", "LEADER_NOT_AVAILABLE"}
_OUT_OF_SIGHT = 60  # seconds that a call to a healthy cluster may take


@dataclasses.dataclass(slots=True)
class Record:
    """One record as a reader sees it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: dict

    @property
    def position(self):
        """The `sluice-position` header, or None."""
        return self.headers.get("sluice-position")


class KafkaCluster(KafkaCommands):
    """Starts, stops, kills and restarts nodes; makes topics, writes records and reads them back."""

    def __init__(self, nodes=1, settings=None):
        super().__init__(jars())
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-kafka-"))
        self._settings = settings or {}
        # An id that begins with a dash would be taken for an option.
        self._cluster_id = "A" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
        self._nodes = [Node(number, lasting_port(), lasting_port(), self._folder / f"node-{number}")
                       for number in range(1, nodes + 1)]
        self._admin = None
        self._readers = {}

    @property
    def brokers(self):
        return ",".join(f"127.0.0.1:{node.port}" for node in self._nodes)

    # Servers

    def start(self):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(self._format, self._nodes))
        for node in self._nodes:
            self._launch(node)
        for node in self._nodes:
            self._wait_for(node)
        self._admin = AdminClient({"bootstrap.servers": self.brokers, "log_level": 0})
        wait_until(self._all_registered, _OUT_OF_SIGHT, "all Kafka nodes are in the cluster")
        return self

    def pid(self, number=1):
        return self._node(number).process.pid

    def data_folder(self, number=1):
        """Where the node keeps its records: a folder per partition, "topic-0"."""
        return self._node(number).folder / "data"

    def partition_folders(self, topic, partition):
        """The folders of a partition's copies."""
        return [folder for node in self._nodes if (folder := node.folder / "data" / f"{topic}-{partition}").is_dir()]

    def stop_node(self, number=1):
        """Ends it in order (its partitions move first where they can)."""
        self._readers.clear()
        self._node(number).process.terminate(timeout=60)

    def kill_node(self, number=1):
        self._readers.clear()
        self._node(number).process.kill()

    def pause_node(self, number=1):
        self._node(number).process.signal(signal.SIGSTOP)

    def resume_node(self, number=1):
        self._node(number).process.signal(signal.SIGCONT)

    def start_node(self, number=1):
        node = self._node(number)
        self._launch(node)
        self._wait_for(node)
        wait_until(self._all_registered, _OUT_OF_SIGHT, f"Kafka node {number} is back in the cluster")

    def restart_node(self, number=1):
        self.stop_node(number)
        self.start_node(number)

    def close(self):
        self._readers.clear()
        for node in self._nodes:
            if node.process and node.process.running():
                node.process.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    def _node(self, number):
        return self._nodes[number - 1]

    def _format(self, node):
        node.folder.mkdir(parents=True)
        (node.folder / "server.properties").write_text(
            "".join(f"{name}={value}\n" for name, value in self._properties(node).items()))
        subprocess.run([*java_command(self._jars, "-Xmx128m"), "kafka.tools.StorageTool", "format", "-t", self._cluster_id,
                        "-c", node.folder / "server.properties", *self._format_options()],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _format_options(self):
        """What the storage is formatted with, besides the properties."""
        return []

    def _properties(self, node):
        copies = min(3, len(self._nodes))
        return {
            "process.roles": "broker,controller",
            "node.id": node.number,
            "listeners": f"PLAINTEXT://127.0.0.1:{node.port},CONTROLLER://127.0.0.1:{node.controller_port}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{node.port}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "controller.quorum.voters": ",".join(f"{n.number}@127.0.0.1:{n.controller_port}" for n in self._nodes),
            "log.dirs": node.folder / "data",
            "auto.create.topics.enable": "false",
            "default.replication.factor": copies,
            "min.insync.replicas": max(1, copies - 1),
            "offsets.topic.replication.factor": copies,
            "offsets.topic.num.partitions": 4,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": max(1, copies - 1),
            "transaction.state.log.num.partitions": 4,
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 500,
            "group.initial.rebalance.delay.ms": 0,
            "transaction.abort.timed.out.transaction.cleanup.interval.ms": 1000,
            "group.min.session.timeout.ms": 1000,
            "replica.fetch.max.bytes": 32 * MIB,
            "log.retention.ms": -1,
            **self._settings,
        }

    def _launch(self, node):
        memory = ["-Xmx1g"] if len(self._nodes) == 1 else ["-Xmx384m"]
        node.process = ChildProcess(
            [*java_command(self._jars, *memory, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"), "kafka.Kafka",
             node.folder / "server.properties"], node.folder / "log")

    def _wait_for(self, node):
        def up():
            if not node.process.running():
                raise RuntimeError(f"Kafka node {node.number} ended:\n{node.process.log_tail()}")
            return accepts_connections(node.port)
        wait_until(up, _OUT_OF_SIGHT, lambda: f"Kafka node {node.number} takes connections\n{node.process.log_tail()}")

    def _all_registered(self):
        try:
            return len(self._admin.list_topics(timeout=5).brokers) == sum(n.process.running() for n in self._nodes)
        except KafkaException:
            return False

    # Topics

    def create_topics(self, names, partitions=1, **settings):
        """Settings are topic settings with _ for the dot: max_message_bytes=10485760."""
        config = {name.replace("_", "."): str(value) for name, value in settings.items()}
        copies = min(3, len(self._nodes))
        wanted = [NewTopic(name, partitions, copies, config=config) for name in names]
        for created in self._admin.create_topics(wanted, request_timeout=_OUT_OF_SIGHT).values():
            created.result()
        wait_until(lambda: self._lead(names), _OUT_OF_SIGHT, f"the topics {', '.join(names)} have leaders")

    def _lead(self, names):
        known = self._admin.list_topics(timeout=_OUT_OF_SIGHT).topics
        return all(name in known and known[name].error is None and
                   all(p.leader > 0 for p in known[name].partitions.values()) for name in names)

    def delete_topics(self, names):
        for deleted in self._admin.delete_topics(list(names), request_timeout=_OUT_OF_SIGHT).values():
            deleted.result()

    def topics(self):
        """Name -> partition numbers, internal topics left out."""
        known = self._admin.list_topics(timeout=_OUT_OF_SIGHT).topics
        return {name: sorted(t.partitions) for name, t in known.items() if not name.startswith("__")}

    def topic_partitions(self, name):
        """Partition numbers of a topic, which may be internal."""
        return sorted(self._admin.list_topics(timeout=_OUT_OF_SIGHT).topics[name].partitions)

    def stored_bytes(self, names):
        """Bytes of the records of these topics on the disks of all nodes."""
        wanted = set(names)
        return sum(path.stat().st_size for path in self._folder.rglob("*.log")
                   if path.parent.name.rsplit("-", 1)[0] in wanted)

    def add_partitions(self, name, total):
        from confluent_kafka.admin import NewPartitions  # pylint: disable=import-outside-toplevel
        for grown in self._admin.create_partitions([NewPartitions(name, total)]).values():
            grown.result()

    def change_topic(self, name, **settings):
        """Replaces the topic's settings by these."""
        config = {key.replace("_", "."): str(value) for key, value in settings.items()}
        for changed in self._admin.alter_configs([ConfigResource(ConfigResource.Type.TOPIC, name, set_config=config)]).values():
            changed.result()

    # Writing

    def producer(self, **settings):
        """For settings, _ stands for the dot."""
        return Producer({"bootstrap.servers": self.brokers, "log_level": 0, "message.max.bytes": 64 * MIB,
                         "enable.idempotence": True,  # a broker that dies must not make us write twice
                         "linger.ms": 5, "queue.buffering.max.kbytes": MIB,
                         **{name.replace("_", "."): value for name, value in settings.items()}})

    def produce(self, topic, records, partition=0):
        """Writes values, or (key, value) pairs, in their order; returns when all are written."""
        self.produce_all((topic, partition, *(record if isinstance(record, tuple) else (None, record)))
                         for record in records)

    def produce_all(self, records):
        """Writes (topic, partition, key, value) in their order; returns when all are written."""
        failures = []

        def report(error, _):
            if error:
                failures.append(error)

        producer = self.producer()
        for topic, partition, key, value in records:
            while True:
                try:
                    producer.produce(topic, value=value, key=key, partition=partition, on_delivery=report)
                    break
                except BufferError:
                    producer.poll(0.1)
            producer.poll(0)
        if producer.flush(_OUT_OF_SIGHT):
            raise TimeoutError("not all records were written")
        if failures:
            raise KafkaException(failures[0])

    # Reading

    def _reader(self, group="sluice-tests", isolation="read_committed"):
        """Closing a consumer takes time, so one per group and isolation is kept."""
        if (group, isolation) not in self._readers:
            self._readers[group, isolation] = Consumer({
                "bootstrap.servers": self.brokers, "group.id": group, "isolation.level": isolation, "log_level": 0,
                "enable.auto.commit": False, "enable.partition.eof": True, "auto.offset.reset": "earliest",
                "fetch.wait.max.ms": 10, "fetch.message.max.bytes": 64 * MIB, "receive.message.max.bytes": 512 * MIB,
                "fetch.max.bytes": 64 * MIB, "fetch.error.backoff.ms": 10})
        return self._readers[group, isolation]

    def partitions(self, topics):
        """Those of the topics, each with a leader that is alive: librdkafka waits for ever for a dead one."""
        if not topics:
            return []
        alive = {node.number for node in self._nodes if node.process.running()}
        if not alive:
            raise RuntimeError("no Kafka node runs")

        def led():
            known = self._admin.list_topics(timeout=_OUT_OF_SIGHT).topics
            found = [(topic, p) for topic in topics for p in known[topic].partitions.values()]
            return [(topic, p.id) for topic, p in found] if all(p.leader in alive for _, p in found) else []

        return [TopicPartition(*place) for place in wait_until(led, _OUT_OF_SIGHT, "all partitions have a leader")]

    def end_offsets(self, topics, isolation="read_uncommitted"):
        """{(topic, partition): end}; with read_committed, where the first open transaction begins."""
        reader = self._reader(isolation=isolation)
        return {(p.topic, p.partition): self._watermarks(reader, p)[1] for p in self.partitions(topics)}

    def start_offsets(self, topics):
        reader = self._reader()
        return {(p.topic, p.partition): self._watermarks(reader, p)[0] for p in self.partitions(topics)}

    @staticmethod
    def _watermarks(reader, partition):
        return patiently(lambda: reader.get_watermark_offsets(partition, timeout=_OUT_OF_SIGHT))

    def committed(self, group, topics, stable=True):
        """{(topic, partition): next offset of the group, or -1}. stable: offsets of an open transaction
        are waited for; else the last ones that are committed."""
        reader = self._reader(group, "read_committed" if stable else "read_uncommitted")
        found = patiently(lambda: reader.committed(self.partitions(topics), timeout=_OUT_OF_SIGHT))
        return {(p.topic, p.partition): max(p.offset, -1) for p in found}

    def set_offset(self, group, topic, partition, offset):
        """As an operator does for a group without members."""
        reader = self._reader(group)
        patiently(lambda: reader.commit(offsets=[TopicPartition(topic, partition, offset)], asynchronous=False))

    def lag(self, group, topics):
        """Records that the group has not done; None while a partition has no committed offset and is not empty."""
        committed = self.committed(group, topics)
        total = 0
        for partition, end in self.end_offsets(topics).items():
            if committed[partition] < 0 and end > 0:
                return None
            total += end - max(committed[partition], 0)
        return total

    def wait_for_open_transactions(self, topics, timeout=_OUT_OF_SIGHT):
        """Until each partition's transactions are all ended, so that a reader sees what was committed."""
        wait_until(lambda: self.end_offsets(topics) == self.end_offsets(topics, "read_committed"), timeout,
                   "the transactions on the output topics are ended")

    def read(self, topics, isolation="read_committed", values=True):
        """Every record of the topics, from the start to the end, partition by partition in order.

        Without `values` only their places, keys and headers are kept.
        """
        reader = self._reader(isolation=isolation)
        # The EOF event alone is no sign: the first fetch of an empty partition may come late.
        wanted = {k: end for k, end in self.end_offsets(topics, isolation).items() if end > 0}
        if not wanted:
            return []
        reader.assign([TopicPartition(topic, partition, 0) for topic, partition in wanted])
        records = []
        try:
            while wanted:
                for message in reader.consume(10000, timeout=0.01):
                    place = message.topic(), message.partition()
                    if message.error() is None:
                        records.append(Record(*place, message.offset(), message.key(),
                                              message.value() if values else None, _headers(message)))
                    elif message.error().name() == "_PARTITION_EOF":
                        if message.offset() >= wanted.get(place, 0):
                            wanted.pop(place, None)
                    else:
                        raise KafkaException(message.error())
        finally:
            reader.unassign()
        records.sort(key=lambda r: (r.topic, r.partition, r.offset))
        return records

    def read_by_topic(self, topics, isolation="read_committed", values=True):
        """{topic: records}, with every topic named."""
        found = collections.defaultdict(list)
        for record in self.read(topics, isolation, values):
            found[record.topic].append(record)
        return {topic: found[topic] for topic in topics}


def patiently(call):
    """A call that is tried again while the cluster is about to find a coordinator or leader."""
    failure = None

    def attempt():
        nonlocal failure
        try:
            return [call()]
        except KafkaException as error:
            failure = error
            if error.args[0].name() not in _PASSING:
                raise
            return None

    return wait_until(attempt, _OUT_OF_SIGHT, lambda: f"Kafka gives an answer; {failure}", interval=0.05)[0]


def _headers(message):
    return {name: value.decode("utf-8", "replace") if value is not None else None
            for name, value in message.headers() or []}
