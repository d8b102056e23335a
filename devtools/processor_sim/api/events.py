"""What happened, and where it is told."""

from __future__ import annotations

from devtools.processor_sim.api.answers import answers, page
from devtools.processor_sim.api.customers import merged_metadata
from devtools.processor_sim.contract import Json, api_version
from devtools.processor_sim.state import State, invalid, random_word

DAYS_KEPT = 30
MOST_ENDPOINTS = 16


@answers("get", "/v1/events/{id}")
def retrieve(state: State, params: Json, id: str) -> Json:
    return _counted(state, state.get("event", id))


@answers("get", "/v1/events")
def browse(state: State, params: Json) -> Json:
    rows = [row for row in state.all("event") if row["created"] > state.now - DAYS_KEPT * 86400]
    if types := params.pop("types", None):
        rows = [row for row in rows if row["type"] in types]
    if type := params.pop("type", None):
        rows = [row for row in rows if row["type"] == type or _is_under(row["type"], type)]
    params.pop("delivery_success", None)
    answer = page(state, rows, params, "/v1/events")
    return {**answer, "data": [_counted(state, row) for row in answer["data"]]}


def _is_under(type: str, pattern: str) -> bool:
    return pattern.endswith("*") and type.startswith(pattern[:-1])


def _counted(state: State, event: Json) -> Json:
    sql = "SELECT count(*) FROM deliveries WHERE event = ? AND state = 'waiting'"
    return {**event, "pending_webhooks": state.db.execute(sql, (event["id"],)).fetchone()[0]}


@answers("post", "/v1/webhook_endpoints")
def create_endpoint(state: State, params: Json) -> Json:
    if len(state.all("webhook_endpoint")) >= MOST_ENDPOINTS:
        raise invalid(f"You have reached the maximum of {MOST_ENDPOINTS} test webhook endpoints.")
    endpoint = state.make(
        "webhook_endpoint",
        api_version=params.get("api_version") or api_version(),
        description=params.get("description"),
        enabled_events=params["enabled_events"],
        metadata=merged_metadata({}, params.get("metadata")),
        status="enabled",
        url=params["url"],
    )
    secret = f"whsec_{random_word(32)}"
    state.hide(endpoint["id"], {"secret": secret})
    return {**endpoint, "secret": secret}


@answers("get", "/v1/webhook_endpoints/{webhook_endpoint}")
def retrieve_endpoint(state: State, params: Json, webhook_endpoint: str) -> Json:
    return state.get("webhook_endpoint", webhook_endpoint)


@answers("get", "/v1/webhook_endpoints")
def browse_endpoints(state: State, params: Json) -> Json:
    return page(state, state.all("webhook_endpoint"), params, "/v1/webhook_endpoints")


@answers("post", "/v1/webhook_endpoints/{webhook_endpoint}")
def update_endpoint(state: State, params: Json, webhook_endpoint: str) -> Json:
    endpoint = state.get("webhook_endpoint", webhook_endpoint)
    changes: Json = {key: params[key] for key in ("enabled_events", "url", "description") if key in params}
    if "disabled" in params:
        changes["status"] = "disabled" if params["disabled"] else "enabled"
    return state.change(endpoint, None, **changes)


@answers("delete", "/v1/webhook_endpoints/{webhook_endpoint}")
def delete_endpoint(state: State, params: Json, webhook_endpoint: str) -> Json:
    state.get("webhook_endpoint", webhook_endpoint)
    state.remove(webhook_endpoint)
    state.db.execute("DELETE FROM deliveries WHERE endpoint = ?", (webhook_endpoint,))
    return {"id": webhook_endpoint, "object": "webhook_endpoint", "deleted": True}
