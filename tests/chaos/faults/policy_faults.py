"""What an operator of Kafka may change under the processes' feet: quotas, rights, limits of topics."""

from support.kafka_wire import FETCH, PRODUCE

from chaos.cluster import USER
from chaos.faults.kafka_faults import KafkaFault

MESSAGE_TOO_LARGE = 10  # as Kafka's protocol calls it


class Quota(KafkaFault):
    """So many bytes a second and no more; the broker answers late."""

    rate, api = "", None
    least, most = 0, 0

    def harm(self, context, kafka, number):
        before = kafka.wire.throttled[self.api]
        kafka.set_quota(USER, **{self.rate: context.chance.randint(self.least, self.most)})
        try:
            context.hold(4, 10)
        finally:
            kafka.set_quota(USER, **{self.rate: None})
        return kafka.wire.throttled[self.api] > before


class ProducerQuota(Quota):
    """A quota for what the processes write: a backlog grows, transactions may last too long."""

    name = "kafka-producer-quota"
    rate, api = "producer_byte_rate", PRODUCE
    least, most = 10_000, 60_000


class ConsumerQuota(Quota):
    """A quota for what the processes read."""

    name = "kafka-consumer-quota"
    rate, api = "consumer_byte_rate", FETCH
    least, most = 10_000, 60_000


class RightWithdrawn(KafkaFault):
    """A right is taken away and given back: to write an output, to read the input, to be in the group, to commit."""

    name = "kafka-right-withdrawn"

    def harm(self, context, kafka, number):
        job = context.world.job
        right = context.chance.choice((("Write", "--topic", context.chance.choice(job.outputs)),
                                       ("Write", "--topic", context.chance.choice(job.outputs)),
                                       ("Read", "--topic", job.input),
                                       ("Read", "--group", job.group),
                                       ("Write", "--transactional-id", "*")))
        rule = ("--deny-principal", f"User:{USER}", "--operation", *right)
        before = kafka.denials()
        kafka.change_rights("--add", *rule)
        try:
            context.hold(2, 8)
        finally:
            kafka.change_rights("--remove", *rule)
        return kafka.denials() > before


class TopicLimit(KafkaFault):
    """The limit of an output topic is lowered under load, and raised again: no record is too large, many batches are."""

    name = "kafka-topic-limit"
    needs = ("kafka", "redis")

    def harm(self, context, kafka, number):
        job = context.world.job
        topics = [topic for topic in job.outputs if topic.removeprefix(job.prefix) not in job.model.large]
        before = kafka.wire.errors[PRODUCE, MESSAGE_TOO_LARGE]
        for topic in topics:
            kafka.override_topic(topic, max_message_bytes=job.model.largest_output)
        try:
            # What waits for Redis comes in large batches afterwards.
            context.world.redis_proxy.freeze()
            context.hold(1.5, 3)
            context.world.redis_proxy.thaw()
            context.hold(3, 8)
        finally:
            for topic in topics:
                kafka.override_topic(topic)
        return kafka.wire.errors[PRODUCE, MESSAGE_TOO_LARGE] > before


FAULTS = [ProducerQuota, ConsumerQuota, RightWithdrawn, TopicLimit]
