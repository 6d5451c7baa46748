"""What may come to the input topic: transactions of its writer, and retention."""

from support.processes import wait_until

from chaos.faults.kafka_faults import KafkaFault

_CATCH_UP_S = 15


class FeedTransactions(KafkaFault):
    """The writer of the input uses transactions: some stand open for a while, some are aborted."""

    name = "feed-transactions"

    def harm(self, context, kafka, number):
        feed, chance = context.world.job.feed, context.chance
        for commit in chance.sample((True, True, False, False), 4):
            feed.transaction(chance.randrange(feed.partitions), chance.randint(1, 40), commit, chance.uniform(0, 1.5))
        return True


class Retention(KafkaFault):
    """Retention deletes a partition to its end: all was consumed, and the markers of transactions may be behind it."""

    name = "retention"

    def harm(self, context, kafka, number):
        job, chance = context.world.job, context.chance
        partitions = chance.sample(range(job.feed.partitions), chance.randint(1, 2))
        with job.feed.quiet(partitions):
            for partition in partitions:
                if chance.random() < 0.7:
                    job.feed.transaction(partition, chance.randint(1, 5), commit=chance.random() < 0.5)
            if not self._consumed(kafka, job, partitions):
                return False
            job.inputs.keep(partitions)
            kafka.delete_records({(job.input, partition): -1 for partition in partitions})
            starts, ends = kafka.start_offsets([job.input]), kafka.end_offsets([job.input])
            context.hold(0.5, 3)
        return all(starts[job.input, partition] == ends[job.input, partition] > 0 for partition in partitions)

    @staticmethod
    def _consumed(kafka, job, partitions):
        """Whether the group gets behind the last record soon; the markers behind it do not count."""
        def done():
            committed = kafka.committed(job.group, [job.input], stable=False)
            return all(committed[job.input, partition] >= job.feed.data_ends[partition] for partition in partitions)

        try:
            return wait_until(done, _CATCH_UP_S, "the partitions are consumed", interval=0.2)
        except TimeoutError:
            return False


FAULTS = [FeedTransactions, Retention]
