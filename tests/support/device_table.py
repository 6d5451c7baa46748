"""The table of device profiles, as the deployment of the original job creates it."""

COLUMNS = {
    "device_id": "text PRIMARY KEY", "api_last_updated_on": "timestamptz", "avg_ts": "float", "city": "text",
    "country": "text", "country_code": "text", "device_spec": "json", "district_custom": "text", "fcm_token": "text",
    "first_access": "timestamptz", "last_access": "timestamptz", "producer_id": "text", "state": "text",
    "state_code": "text", "state_code_custom": "text", "state_custom": "text", "total_launches": "bigint",
    "total_ts": "float", "uaspec": "json", "updated_date": "timestamptz", "user_declared_district": "text",
    "user_declared_state": "text", "user_declared_on": "timestamptz"}


def create(postgres, table="dev_device_profile", database="postgres"):
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    postgres.execute(f"DROP TABLE IF EXISTS {table}", database=database)
    postgres.execute(f"CREATE TABLE {table} ({columns})", database=database)


def put(postgres, row, table="dev_device_profile", database="postgres"):
    """Inserts a row of texts, numbers, None, and instants in milliseconds since 1970."""
    values = [f"to_timestamp(%({name})s / 1000.0)" if COLUMNS[name] == "timestamptz" else f"%({name})s" for name in row]
    postgres.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(values)})", row, database)


def rows(postgres, table="dev_device_profile", database="postgres"):
    """{device: row}: the columns that are not null, instants in milliseconds, JSON as its text."""
    shown = {"timestamptz": "(extract(epoch from {0}) * 1000)::float8::int8 AS {0}", "json": "{0}::text AS {0}"}
    columns = ", ".join(shown.get(kind, "{0}").format(name) for name, kind in COLUMNS.items())
    found = postgres.execute(f"SELECT {columns} FROM {table}", database=database)
    return {row["device_id"]: {name: value for name, value in row.items() if value is not None} for row in found}
