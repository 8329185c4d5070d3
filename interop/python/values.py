"""Dynamic values as a Python peer of rxpress writes and reads them."""

import json

from handler_bridge_pb2 import Value


def encode(value):
    if isinstance(value, bool):
        return Value(b=value)
    if isinstance(value, int):
        return Value(i64=value)
    if isinstance(value, float):
        return Value(f64=value)
    if isinstance(value, str):
        return Value(s=value)
    if isinstance(value, bytes):
        return Value(bin=value)
    try:
        return Value(json=json.dumps(value))
    except (TypeError, ValueError):
        return Value(json=json.dumps(str(value)))


def decode(value):
    member = value.WhichOneof("v")
    if member is None:
        return None
    content = getattr(value, member)
    if member != "json":
        return content
    try:
        return json.loads(content)
    except ValueError:
        return content


def describe(value):
    """What Python sees: the member that is set, the type, and the value as Python prints it."""
    content = decode(value)
    return [value.WhichOneof("v"), type(content).__name__, repr(content)]
