"""Judges a pipeline by what it makes of the same records when nothing happens to it."""

import pathlib

from support.processes import wait_until
from support.sluice_process import Sluice

from chaos.verdict import Outputs, Verdict, place_of, text_of


def copy_inputs(kafka, source, target):
    """Writes every record of a topic to the same partition and offset of another; how many there were."""
    producer = kafka.producer(compression_codec="lz4")
    expected = {}
    for message in kafka.scan([source]):
        partition = message.partition()
        if message.offset() != expected.get(partition, 0):
            raise RuntimeError(f"{source}[{partition}] has a gap before {message.offset()}: its offsets can't be copied")
        expected[partition] = message.offset() + 1
        while True:
            try:
                producer.produce(target, message.value(), partition=partition)
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
    if producer.flush(120):
        raise TimeoutError(f"{target} was not written")
    return sum(expected.values())


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

    def judge(self, inputs, outputs, reference_outputs):
        """Messages of the input topic, of the outputs and of the unharmed run's outputs; the verdict."""
        verdict = Verdict()
        places = [place_of(message.partition(), message.offset()) for message in inputs]
        for message in outputs:
            self._actual.take(message)
        for message in reference_outputs:
            self._expected.take(message)
        for position, topic in self._actual.strange + self._expected.strange:
            verdict.add("misrouted", f"{position!r} on {topic} is no input")
        # What leaves nothing behind in an unharmed run, such as an empty batch, is no input to be found again.
        verdict.inputs = len(self._expected.seen)
        verdict.positions = len(self._actual.seen)
        verdict.records = self._actual.records
        for place in places:
            self._compare(place, verdict)
        return verdict

    def _compare(self, place, verdict):
        actual = self._actual.of(place, verdict, self._window)
        expected = self._expected.of(place, Verdict(), None)
        repeated, diverted = self._duplicates(expected), self._duplicates(actual)
        verdict.true_duplicates += len(repeated)
        verdict.diverted += len(diverted)
        if self._claims_lost and actual and repeated - diverted:
            verdict.add("reclaimed", f"{text_of(place)} was {sorted(repeated - diverted)}, and passed")
            return
        for topic, suffix in sorted(expected - actual):
            verdict.add("lost", f"{text_of(place)}{suffix} is not on {topic}")
        for topic, suffix in sorted(actual - expected):
            verdict.add("misrouted", f"{text_of(place)}{suffix} is on {topic}")

    def _duplicates(self, found):
        return {(topic, suffix) for topic, suffix in found if topic in self._model.duplicates}
