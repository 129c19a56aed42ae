"""Reading what was asked, within bounds."""

from starlette.requests import Request

from backoffice.external.simulation.refusals import NOT_JSON, TOO_LARGE, Refusal


async def read_json_body(request: Request, *, most_bytes: int) -> bytes:
    """The bytes of a body that says it is JSON; nobody has parsed it yet.

    Raises:
        Refusal: not_json, too_large.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refusal(NOT_JSON, "not_json", "The body has to be application/json.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            raise Refusal(TOO_LARGE, "too_large", f"The body is larger than {most_bytes} bytes.")
    return bytes(body)
