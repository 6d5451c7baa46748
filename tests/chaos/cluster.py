"""Three Kafka brokers that clients reach through proxies, with what harm needs: leaders to move, copies to wait for.

The processes under test log in as USER, so that quotas and rights can be theirs alone.
"""

import json
import tempfile

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from support.kafka_cluster import KafkaCluster, patiently
from support.kafka_proxy import KafkaProxy
from support.kafka_wire import Wire
from support.processes import lasting_port, wait_until
from support.secure_kafka import authorizer

NODES = 3
USER = "sluice"
_PASSWORD = "of-the-harness"
_MECHANISM = "PLAIN"  # SCRAM of librdkafka before 2.6.1 does not work with Kafka 4
_EVERYTHING = ("--operation", "All", "--topic", "*", "--group", "*", "--transactional-id", "*", "--cluster")
_HEALING = 120  # seconds in which restarted brokers must have caught up


class ChaosCluster(KafkaCluster):
    """`brokers` is the way of the harness, `proxied_brokers` that of the processes under test."""

    def __init__(self, settings=None):
        super().__init__(NODES, {
            "auto.leader.rebalance.enable": "true",
            "leader.imbalance.check.interval.seconds": 10,
            "leader.imbalance.per.broker.percentage": 0,
            # Small and few files: a long run writes a lot.
            "log.segment.bytes": 64 * 1024 * 1024,
            "log.index.size.max.bytes": 1024 * 1024,
            **authorizer(),
            **(settings or {})})
        self._client_ports = {}
        self._topic_settings = {}
        self.wire = Wire()
        self.proxies = {}
        for number in range(1, NODES + 1):
            self._client_ports[number] = lasting_port()
            self.proxies[number] = KafkaProxy(self._client_ports[number], self.wire)

    @property
    def proxied_brokers(self):
        return ",".join(f"127.0.0.1:{proxy.port}" for proxy in self.proxies.values())

    @staticmethod
    def login():
        """The client properties of the processes under test."""
        return {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": _MECHANISM, "sasl.username": USER,
                "sasl.password": _PASSWORD}

    def start(self):
        super().start()
        self.change_rights("--add", "--allow-principal", f"User:{USER}", *_EVERYTHING)
        return self

    def _properties(self, node):
        properties = super()._properties(node)
        port, door = self._client_ports[node.number], self.proxies[node.number].port
        properties["listeners"] += f",PROXIED://127.0.0.1:{port}"
        properties["advertised.listeners"] += f",PROXIED://127.0.0.1:{door}"
        properties["listener.security.protocol.map"] += ",PROXIED:SASL_PLAINTEXT"
        listener = "listener.name.proxied"
        properties[f"{listener}.sasl.enabled.mechanisms"] = _MECHANISM
        properties[f"{listener}.plain.sasl.jaas.config"] = (
            f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}="{_PASSWORD}";')
        properties["inter.broker.listener.name"] = "PLAINTEXT"
        return properties

    def start_dead_nodes(self):
        """All at once: alone, none of them gets far."""
        dead = [node for node in self._nodes if not node.process.running()]
        for node in dead:
            self._launch(node)
        for node in dead:
            self._wait_for(node)

    def copies_missing(self):
        """Partitions, those of Kafka's own topics too, with a copy that has not caught up or without a leader."""
        try:
            topics = self._admin.list_topics(timeout=5).topics
        except KafkaException:
            return ["(no broker answers)"]
        return [f"{name}[{p.id}] leader {p.leader}, in sync {p.isrs}" for name, topic in topics.items()
                for p in topic.partitions.values() if p.leader < 1 or len(p.isrs) < len(p.replicas)]

    def leaders(self):
        """{(topic, partition): node}."""
        return {(name, p.id): p.leader for name, topic in self._admin.list_topics(timeout=10).topics.items()
                for p in topic.partitions.values()}

    def wait_whole(self, timeout=_HEALING):
        """Until every node is up and has every record."""
        wait_until(lambda: not self.copies_missing(), timeout,
                   lambda: f"all copies are in sync: {self.copies_missing()[:5]}", interval=0.2)

    def members(self, group):
        """Names of the static members of a group: the broker puts them before the ids that it makes up."""
        # Other faults may keep the brokers from answering at the time.
        found = patiently(lambda: self._admin.list_groups(group, timeout=10))
        # An id of its own making is a UUID, of five parts, behind the name or the client id.
        return {member.id.rsplit("-", 5)[0] for each in found for member in each.members}

    def denials(self):
        """How often a broker has refused USER a right."""
        return sum(node.process.log().count(f"User:{USER} is Denied") for node in self._nodes)

    def override_topic(self, name, **settings):
        """Changes settings of a topic on top of those that it was made with; without any, back to those."""
        self.change_topic(name, **{**self._topic_settings[name], **settings})

    def move_leaders(self, chance):
        """Gives every partition, coordinators among them, another leader where the chance wants it."""
        partitions = []
        for name, topic in self._admin.list_topics(timeout=10).topics.items():
            for p in topic.partitions.values():
                replicas = list(p.replicas)
                chance.shuffle(replicas)
                partitions.append({"topic": name, "partition": p.id, "replicas": replicas})
        with tempfile.NamedTemporaryFile("w", suffix=".json") as plan:
            json.dump({"version": 1, "partitions": partitions}, plan)
            plan.flush()
            self.command("reassign/ReassignPartitionsCommand", "--execute", "--reassignment-json-file", plan.name)
        with tempfile.NamedTemporaryFile("w", suffix=".json") as plan:
            json.dump({"partitions": [{"topic": p["topic"], "partition": p["partition"]} for p in partitions]}, plan)
            plan.flush()
            self.command("LeaderElectionCommand", "--election-type", "preferred", "--path-to-json-file", plan.name)

    def _watermarks(self, reader, partition):
        """A reader keeps to the leader that it knows, so it is made to ask who leads now."""
        def attempt():
            try:
                return reader.get_watermark_offsets(partition, timeout=10)
            except KafkaException:
                reader.list_topics(timeout=10)
                return None

        return wait_until(attempt, _HEALING, f"the ends of {partition.topic}[{partition.partition}] are known")

    def scan(self, topics, partitions=None):
        """Yields each record that a read_committed reader sees, as librdkafka's message, to the ends of now.

        partitions: those to read, or None for all.
        """
        reader = Consumer({
            "bootstrap.servers": self.brokers, "group.id": "sluice-judge", "isolation.level": "read_committed",
            "log_level": 0, "enable.auto.commit": False, "enable.partition.eof": True,
            "auto.offset.reset": "error", "queued.max.messages.kbytes": 65536})
        starts = self.start_offsets(topics)
        wanted = {place: end for place, end in self.end_offsets(topics, "read_committed").items()
                  if end > starts[place] and (partitions is None or place[1] in partitions)}
        reader.assign([TopicPartition(*place, starts[place]) for place in wanted])
        try:
            while wanted:
                for message in reader.consume(5000, timeout=0.1):
                    error = message.error()
                    if error is None:
                        yield message
                    elif error.name() == "_PARTITION_EOF":
                        place = message.topic(), message.partition()
                        if message.offset() >= wanted.get(place, 0):
                            wanted.pop(place, None)
                    else:
                        raise KafkaException(error)
        finally:
            reader.close()

    def create_topics(self, names, partitions=1, **settings):
        # A client that has seen brokers come and go may wait long for the controller that it remembers.
        self._admin = AdminClient({"bootstrap.servers": self.brokers, "log_level": 0})
        super().create_topics(names, partitions, **settings)
        self._topic_settings.update((name, settings) for name in names)

    def heal(self):
        """Ends all harm, whatever there is."""
        for proxy in self.proxies.values():
            proxy.mend()
        for number in self.proxies:
            self.resume_node(number)
        self.start_dead_nodes()

    def close(self):
        for proxy in self.proxies.values():
            proxy.close()
        super().close()
