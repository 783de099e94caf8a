"""GET /api/v1/health: what recent probes of the services found, and what that means for questions."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from server.house import House
from server.probes import Finding
from server.v1.schemas import Details, HealthResponse, Service, Services
from server.version import VERSION
from streaming.event import iso
from streaming.log import StoreError

SLOW_MS = 1000.0
"""A service that takes longer makes answers slow."""

NEEDED = ("openai", "qdrant")
"""Without these, where they are configured, no question is answered; without the others answers are worse: but for
Cohere where it embeds."""


async def health(request: Request) -> Response:
    """How the service is. The status is always 200: the body says what is wrong."""
    house: House = request.app.state.house
    found = await house.probes.findings()
    needed = (*NEEDED, "cohere") if house.settings.cohere_embedding_model else NEEDED
    store = None
    try:
        await house.store.check()
        house.now.active_sessions = (await house.store.census(house.settings.active_for)).active_sessions
    except StoreError as error:
        store = f"The store of sessions is unavailable ({type(error).__name__})."
    body = HealthResponse(
        status=overall(found, store=store is None, needed=needed),
        timestamp=iso(house.clock()),
        services=Services(**{name: Service(**asdict(finding)) for name, finding in found.items()}),
        details=Details(
            uptime_seconds=round(house.clock() - house.started_at, 3),
            active_sessions=house.now.active_sessions,
            version=VERSION,
        ),
        detail=store,
    )
    answer = body.model_dump_json(exclude_none=True)
    return Response(answer, media_type="application/json", headers={"Cache-Control": "no-store"})


def overall(
    found: Mapping[str, Finding], *, store: bool, needed: Sequence[str] = NEEDED
) -> Literal["healthy", "degraded", "unhealthy"]:
    """What the findings mean for questions."""
    away = [name for name, finding in found.items() if finding.status == "unavailable"]
    if not store or any(name in needed for name in away):
        return "unhealthy"
    slow = any(finding.response_time_ms > SLOW_MS for finding in found.values())
    return "degraded" if away or slow else "healthy"
