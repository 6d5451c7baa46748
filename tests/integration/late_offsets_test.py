"""A request with the offsets of a transaction that comes late, by a broker that has been asked again meanwhile."""

from support.kafka_cluster import KafkaCluster
from support.kafka_proxy import KafkaProxy
from support.kafka_wire import END_TXN, TXN_OFFSET_COMMIT, Wire
from support.load import Load
from support.preprocessor import judge
from support.processes import lasting_port, wait_until

_LATE_S, _OPEN_S = 14, 16  # the second transaction stays open until the late request is there


class ProxiedCluster(KafkaCluster):
    """One node; `proxied_brokers` is the way through the proxy."""

    def __init__(self):
        super().__init__()
        self._client_port = lasting_port()
        self.wire = Wire()
        self.proxy = KafkaProxy(self._client_port, self.wire)

    @property
    def proxied_brokers(self):
        return f"127.0.0.1:{self.proxy.port}"

    def _properties(self, node):
        properties = super()._properties(node)
        properties["listeners"] += f",PROXIED://127.0.0.1:{self._client_port}"
        properties["advertised.listeners"] += f",PROXIED://{self.proxied_brokers}"
        properties["listener.security.protocol.map"] += ",PROXIED:PLAINTEXT"
        properties["inter.broker.listener.name"] = "PLAINTEXT"
        return properties

    def close(self):
        self.proxy.close()
        super().close()


def write(job, seed):
    """A few events at once; where they stand."""
    load = Load(job.kafka, job.input, 40, 100_000, 1, seed=seed, numbered=True).start()
    load.join()
    return load.placed


def test_offsets_that_come_late_do_not_spoil_those_of_the_next_transaction(new_job):
    with ProxiedCluster() as kafka:
        job = new_job(kafka=kafka, brokers=kafka.proxied_brokers,
                      settings={"transaction.timeout": "60s", "transaction.linger": "500ms"})
        sluice = job.start()
        kafka.proxy.hold_next(TXN_OFFSET_COMMIT, _LATE_S, cut=True)
        placed = write(job, 1)
        wait_until(lambda: kafka.lag(job.group, [job.input]) == 0, 30, lambda: f"the first ones are done\n{sluice.log_tail()}")
        assert not kafka.wire.late, "the request that was held back came too soon"
        kafka.proxy.hold_next(END_TXN, _OPEN_S, cut=False)
        placed = {**placed, **write(job, 2)}
        wait_until(lambda: kafka.wire.late[END_TXN], 60, lambda: f"the second transaction is ended\n{sluice.log_tail()}")
        assert kafka.wire.late[TXN_OFFSET_COMMIT]
        kafka.wait_for_open_transactions(job.outputs)
        # Whoever comes next begins where the broker says.
        sluice.kill()
        job.start(instance="another")
        job.wait_done()
        verdict = judge(placed, job.read(values=False), job.prefix)
        assert verdict.good, str(verdict)
