"""What an operator sees through HTTP."""

import contextlib
import json
import socket
import ssl
import subprocess
import time

from support.generate_telemetry import Telemetry
from support.processes import wait_until

LEDGER = "sluice_unaccounted_events"


def run_some(new_job, events=2000, **settings):
    job = new_job()
    lines = [line for line, _ in zip(Telemetry(seed=41, duplicates=0.02, invalid=0.02), range(events))]
    job.produce([line.value for line in lines])
    sluice = job.start(**settings)
    job.wait_done()
    return job, sluice, lines


def test_liveness_readiness_and_version(new_job):
    _, sluice, _ = run_some(new_job, 10)
    assert sluice.get("/livez")[0] == 200
    assert sluice.get("/readyz")[0] == 200
    status, text = sluice.get("/version")
    assert status == 200 and json.loads(text)["version"]
    assert sluice.get("/nonsense")[0] == 404


def test_clients_that_say_nothing_do_not_keep_others_from_an_answer(new_job):
    _, sluice, _ = run_some(new_job, 10)
    with contextlib.ExitStack() as silent:
        for _ in range(200):
            silent.enter_context(socket.create_connection(("127.0.0.1", sluice.admin_port)))
        for path in ("/livez", "/readyz"):
            begun = time.monotonic()
            assert sluice.get(path)[0] == 200
            assert time.monotonic() - begun < 1


def test_clients_that_send_a_byte_a_second_do_not_keep_others_from_an_answer(new_job):
    _, sluice, _ = run_some(new_job, 10)
    with contextlib.ExitStack() as slow:
        clients = [slow.enter_context(socket.create_connection(("127.0.0.1", sluice.admin_port))) for _ in range(8)]
        for byte in b"GET /":
            for client in clients:
                client.send(bytes([byte]))
            begun = time.monotonic()
            assert sluice.get("/livez")[0] == 200
            assert time.monotonic() - begun < 1
            time.sleep(0.5)


def test_the_token_is_demanded_for_all_but_the_probes(new_job):
    sluice = new_job().start(admin__token="s3cret-word")
    for path in ("/metrics", "/status", "/config", "/version", "/nonsense"):
        assert sluice.get(path)[0] == 401, path
        assert sluice.get(path, token="wrong")[0] == 401, path
    for path in ("/livez", "/ping", "/readyz", "/ready"):
        assert sluice.get(path)[0] == 200, path
    assert "sluice_waiting" in sluice.get("/metrics", token="s3cret-word")[1]
    status, text = sluice.get("/config", token="s3cret-word")
    assert status == 200 and "s3cret-word" not in text + sluice.log()


def test_where_only_the_probes_are_open_the_rest_needs_a_token(new_job):
    sluice = new_job().start(admin__open="probes")
    assert sluice.get("/readyz")[0] == 200
    status, text = sluice.get("/metrics")
    assert status == 403 and "admin.token" in text


def test_pages_come_in_tls_and_the_probes_without_it_too(new_job, tmp_path):
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test", "-addext",
                    "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert], check=True, capture_output=True)
    sluice = new_job().start(admin__tls__cert=cert, admin__tls__key=key)
    tls = ssl.create_default_context(cafile=cert)
    assert sluice.get("/livez")[0] == 200
    assert sluice.get("/metrics")[0] == 403
    for path in ("/metrics", "/readyz", "/status"):
        assert sluice.get(path, scheme="https", tls=tls)[0] == 200, path
    with socket.create_connection(("127.0.0.1", sluice.admin_port)) as stalled:
        stalled.send(b"\x16\x03\x01")
        assert sluice.get("/livez", timeout=1)[0] == 200
        assert sluice.get("/metrics", scheme="https", tls=tls, timeout=2)[0] == 200


def test_the_status_comes_as_events_in_tls_to_who_has_the_token(new_job, tmp_path):
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test", "-addext",
                    "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert], check=True, capture_output=True)
    sluice = new_job().start(admin__tls__cert=cert, admin__tls__key=key, admin__token="s3cret-word")
    tls = ssl.create_default_context(cafile=cert)
    assert sluice.get("/")[0] == 403, "the token would go in the clear"
    assert sluice.get("/", scheme="https", tls=tls)[0] == 200
    for path in ("/events", "/graph"):
        assert sluice.get(path, scheme="https", tls=tls)[0] == 401, path
    connection = socket.create_connection(("127.0.0.1", sluice.admin_port), timeout=10)
    with tls.wrap_socket(connection, server_hostname="127.0.0.1") as client:
        client.send(b"GET /events HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer s3cret-word\r\n\r\n")
        text = b""
        while text.count(b"\n\ndata: ") < 2:
            text += client.recv(1 << 16)
    first = text.split(b"data: ")[1].strip()
    assert json.loads(first)["pipeline"] == "pipeline-preprocessor" and b"s3cret-word" not in text


def test_the_status_has_the_last_minutes_and_where_events_went(new_job):
    job, sluice, lines = run_some(new_job)

    def status():
        said = json.loads(sluice.get("/status")[1])
        return said if said["workers"][0].get("history") else None

    said = wait_until(status, 30, "the first span of the history is closed")
    worker = said["workers"][0]
    assert sum(point["records"] for point in worker["history"]) == len(lines)
    assert all(point["longest_ms"] >= point["mean_ms"] >= point["mean_commit_ms"] for point in worker["history"])
    assert any(point["age_p99_ms"] is not None and point["age_p99_ms"] >= point["age_p50_ms"] for point in worker["history"])
    assert worker["partitions"][0]["lag"] == 0 and worker["partitions"][0]["lag_seconds"] == 0
    pipeline = worker["pipelines"][0]
    invalid = sum(line.kind not in ("valid", "duplicate") for line in lines)
    by_stage = {stage: sum(one["events"] for one in pipeline["diverted_by"] if one["stage"] == stage)
                for stage in ("decode", "validate_telemetry")}
    assert sum(by_stage.values()) == invalid
    sent = {topic: len(records) for topic, records in job.read(values=False).items()}
    routed = sum(one["records"] for one in pipeline["routed"])
    assert routed == sum(sent.values()) - pipeline["diverted"]
    assert said["stores"]["dedup"]["sluice_redis_round_trip_seconds_count"] > 0
    assert said["not_ready"] == []


def test_a_star_is_every_address_of_this_machine(new_job):
    sluice = new_job().start(admin__listen="'*:0'")
    for host, family in (("127.0.0.1", socket.AF_INET), ("127.0.0.2", socket.AF_INET), ("::1", socket.AF_INET6)):
        with socket.socket(family) as probe:
            try:
                probe.bind((host, 0))
            except OSError:
                continue  # This machine does not have it.
        with socket.create_connection((host, sluice.admin_port), timeout=1) as client:
            client.send(b"GET /livez HTTP/1.0\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.0 200"), host


def test_the_ledger_balances_and_counts_what_came(new_job):
    _, sluice, lines = run_some(new_job)
    metrics = sluice.metrics()
    received = sluice.metric("sluice_events_received_total")
    created = sluice.metric("sluice_events_created_total")
    ended = sum(sluice.metric(f"sluice_events_{end}_total") for end in ("emitted", "diverted", "dropped"))
    assert received == len(lines)
    assert received + created == ended
    assert any(name == LEDGER for name, _ in metrics)
    assert sluice.metric(LEDGER) == 0


def test_the_counters_of_the_original_job_are_there(new_job):
    _, sluice, lines = run_some(new_job)
    invalid = sum(line.kind not in ("valid", "duplicate") for line in lines)
    text = sluice.get("/metrics")[1]
    for counter in ("validation-failed-event-count", "validation-success-event-count", "duplicate-event-count",
                    "unique-event-count", "primary-route-success-count", "log-route-success-count",
                    "denorm-secondary-route-success-count", "share-item-event-success-count"):
        assert counter in text or counter.replace("-", "_") in text, counter
    found = [value for (_, labels), value in sluice.metrics().items()
             if ("counter", "validation-failed-event-count") in labels]
    assert found == [invalid]


def test_lag_transactions_commits_stages_and_stores_are_measured(new_job):
    _, sluice, lines = run_some(new_job)
    names = {name for name, _ in sluice.metrics()}
    assert names >= {"sluice_consumer_lag_records", "sluice_transaction_records_count", "sluice_stage_events_total",
                     "sluice_transaction_duration_seconds_count", "sluice_commit_duration_seconds_count",
                     "sluice_stage_duration_seconds_count", "sluice_redis_errors_total", "sluice_kafka_aborts_total"}
    assert sluice.metric("sluice_transaction_records_sum") == len(lines)
    assert sluice.metric("sluice_commit_duration_seconds_count") > 0


def test_the_configuration_is_shown_without_secrets(new_job, redis):
    job = new_job(redis_url=f"redis://user:s3cret-word@127.0.0.1:{redis.port}")
    sluice = job.process().start()
    status, text = sluice.get("/config") if sluice.running() else (0, "")
    if status == 200:
        assert "deduplicate" in text
    assert "s3cret-word" not in text + sluice.log()


def test_the_secret_of_a_running_job_is_redacted(new_job):
    job = new_job(settings={"sink.kafka.options.sasl.password": "hidden-word"})
    sluice = job.start()
    status, text = sluice.get("/config")
    assert status == 200 and "deduplicate" in text
    assert "hidden-word" not in text + sluice.log()
