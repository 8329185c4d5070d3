"""google.rpc.Status and the metadata of calls, to JSON and back."""

import base64

from google.protobuf import any_pb2, json_format
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status
from kinds.v1 import kinds_pb2


def rich_status(code, message):
    """A status with two details: one that every gRPC peer knows, and one of our own."""
    status = status_pb2.Status(code=code.value[0], message=message)
    known = error_details_pb2.ErrorInfo(reason="GONE", domain="interop.test", metadata={"key": "süß"})
    for detail in (known, kinds_pb2.Item(text="pear", count=2**60)):
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    return status


def describe_status(call):
    """The google.rpc.Status in the trailers, or None. Raises ValueError if it does not fit the code and message of the call."""
    status = rpc_status.from_call(call)
    return status and json_format.MessageToDict(status)


def describe_fault(call):
    """The google.rpc.Status in which our servicers tell what a response has no place for, or None."""
    for key, value in call.trailing_metadata() or ():
        if key == "bridge-fault-bin":
            return json_format.MessageToDict(status_pb2.Status.FromString(value))
    return None


def describe_in_band(status):
    """A Status inside of a response of rxpress. Its details are a google.rpc.Status."""
    content = json_format.MessageToDict(status)
    if status.details:
        content["details"] = json_format.MessageToDict(status_pb2.Status.FromString(status.details))
    return content


def describe_metadata(metadata):
    """Keys and values in order; bytes as their base64 behind "base64:"."""
    return [[key, value if isinstance(value, str) else "base64:" + base64.b64encode(value).decode()] for key, value in metadata or ()]


def read_metadata(pairs):
    return [(key, base64.b64decode(value[7:]) if value.startswith("base64:") else value) for key, value in pairs]
