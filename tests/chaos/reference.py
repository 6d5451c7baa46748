"""Judges a pipeline by what it makes of the same records when nothing happens to it."""

import collections
import pathlib

from support.processes import wait_until
from support.sluice_process import Sluice

from chaos.verdict import Outputs, Verdict, place_of, text_of


def copy_inputs(kafka, inputs, target):
    """Writes every record of an input to the same partition of an empty topic; {place there before: place now}."""
    producer = kafka.producer(compression_codec="lz4")
    written = collections.Counter()
    copies = {}
    for message in inputs:
        partition = message.partition()
        copies[place_of(partition, message.offset())] = place_of(partition, written[partition])
        written[partition] += 1
        while True:
            try:
                producer.produce(target, message.value(), partition=partition)
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
    if producer.flush(120):
        raise TimeoutError(f"{target} was not written")
    ends = {partition: end for (_, partition), end in kafka.end_offsets([target]).items() if end}
    if ends != written:
        raise RuntimeError(f"{target} ends at {ends}, not at {dict(written)}")
    return copies


def run_calmly(kafka, redis_url, model, prefix, settings, timeout):
    """One process does all that stands on the input topic of the prefix."""
    config = model.config
    group = prefix + "group"
    settings = {**settings, "topic_prefix": prefix, "source.kafka.brokers": kafka.brokers, "source.kafka.group": group,
                "source.kafka.instance": "reference", "transaction.timeout": "60s", "workers": "2"}
    sluice = Sluice(pathlib.Path(config.path), settings, config.redis_environment(redis_url, redis_url), model.clock, "reference")
    with sluice.start():
        sluice.wait_ready(60)
        topics = [prefix + topic for topic in config.inputs()]
        wait_until(lambda: kafka.lag(group, topics) == 0, timeout,
                   lambda: f"the unharmed run is done; {sluice.ready()[1]}\n{sluice.log_tail()}", interval=0.2)
        if sluice.terminate() != 0:
            raise RuntimeError(f"the unharmed run ended with {sluice.exit_status()}:\n{sluice.log_tail()}")
    kafka.wait_for_open_transactions([prefix + topic for topic in model.outputs])


class ReferenceJudge:
    """Compares two runs over the same records: each input must be on the same topics under the same positions.

    claims_lost, window: as for chaos.verdict.Judge.
    """

    def __init__(self, model, prefix, reference_prefix, claims_lost=False, window=None):
        self._model = model
        self._claims_lost = claims_lost
        self._window = window
        self._actual = Outputs(model, prefix, keep_times=window is not None)
        self._expected = Outputs(model, reference_prefix)

    def judge(self, copies, outputs, reference_outputs):
        """copies: {place of an input: its place in the unharmed run}; messages of the outputs of both runs; the verdict."""
        verdict = Verdict()
        for message in outputs:
            self._actual.take(message)
        for message in reference_outputs:
            self._expected.take(message)
        for position, topic in self._actual.strange + self._expected.strange:
            verdict.add("misrouted", f"{position!r} on {topic} is no input")
        for place in self._actual.seen.keys() - copies.keys():
            verdict.add("misrouted", f"{text_of(place)} is no input, and stands on the outputs")
        # What leaves nothing behind in an unharmed run, such as an empty batch, is no input to be found again.
        verdict.inputs = len(self._expected.seen)
        verdict.positions = len(self._actual.seen)
        verdict.records = self._actual.records
        for place, copy in copies.items():
            self._compare(place, copy, verdict)
            if not self._claims_lost:
                self._compare_claimants(place, copy, copies, verdict)
        return verdict

    def _compare_claimants(self, place, copy, copies, verdict):
        """A duplicate names the same original in both runs."""
        for _, suffix in self._duplicates(self._expected.of(copy, Verdict(), None)):
            named, its_suffix = self._actual.claimant(place, suffix)
            expected = self._expected.claimant(copy, suffix)
            if (copies.get(named), its_suffix) != expected and (place, suffix) in self._actual.claimants:
                verdict.add("misrouted", f"{text_of(place)}{suffix} names {self._actual.claimants[place, suffix]} as its original")

    def _compare(self, place, copy, verdict):
        actual = self._actual.of(place, verdict, self._window)
        expected = self._expected.of(copy, Verdict(), None)
        repeated, diverted = self._duplicates(expected), self._duplicates(actual)
        verdict.true_duplicates += len(repeated)
        verdict.diverted += len(diverted)
        if self._claims_lost:
            for topic, suffix in sorted(repeated - diverted):
                verdict.add("reclaimed", f"{text_of(place)}{suffix} is not on {topic}")
                expected = expected - {(topic, suffix)} | self._passed(copy, suffix, actual)
        for topic, suffix in sorted(expected - actual):
            verdict.add("lost", f"{text_of(place)}{suffix} is not on {topic}")
        for topic, suffix in sorted(actual - expected):
            verdict.add("misrouted", f"{text_of(place)}{suffix} is on {topic}")

    def _passed(self, copy, suffix, actual):
        """What a duplicate is to leave that passed as unique: what its original left in the unharmed run.

        What is made of it may be known already, as a duplicate of what was made of the original.
        """
        original, its_suffix = self._expected.claimant(copy, suffix)
        left = {(topic, suffix + of[len(its_suffix):]) for topic, of in self._expected.of(original, Verdict(), None)
                if _within(of, its_suffix)}
        for topic, of in self._duplicates(actual):
            if _within(of, suffix):
                left = {record for record in left if not _within(record[1], of) or record in actual} | {(topic, of)}
        return left

    def _duplicates(self, found):
        return {(topic, suffix) for topic, suffix in found if topic in self._model.duplicates}


def _within(suffix, other):
    """Whether a record is, or was made of, what the other suffix names."""
    return suffix == other or suffix.startswith(other + "/")
