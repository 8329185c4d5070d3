"""google.protobuf.Any with values of snakepit: JSON text behind a type URL, not packed messages."""

import base64
import json

from google.protobuf.any_pb2 import Any
from google.protobuf.message import Message

PREFIX = "type.googleapis.com/snakepit."


def encode(tag, value, prefix=PREFIX):
    """As the type serializers of snakepit's Python: special floats are strings at the top, and json.dumps has its way with the rest."""
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        value = "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    return Any(type_url=prefix + tag, value=json.dumps(value).encode())


def describe(value):
    """What Python sees: the type URL, the type of the JSON value, or of the bytes if they are no JSON, and the value as Python prints it."""
    try:
        content = json.loads(value.value)
    except ValueError:
        content = value.value
    return [value.type_url, type(content).__name__, repr(content)]


def describe_message(message):
    """The fields that are set, by name; bytes as their base64 behind "base64:"."""
    return {field.name: _describe_field(field, value) for field, value in message.ListFields()}


def _describe_field(field, value):
    if hasattr(value, "items"):
        return {str(key): _describe_value(each) for key, each in value.items()}
    return [_describe_value(each) for each in value] if field.is_repeated else _describe_value(value)


def _describe_value(value):
    if isinstance(value, Any):
        return describe(value)
    if isinstance(value, Message):
        return describe_message(value)
    return "base64:" + base64.b64encode(value).decode() if isinstance(value, bytes) else value
