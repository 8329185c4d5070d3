"""bridge.Invoker: runs handlers by name, as rxpress's Python peer does."""

import json

import grpc
from grpc_status import rpc_status
from handler_bridge_pb2 import InvokeResponse, Status, Value
from handler_bridge_pb2_grpc import InvokerServicer

from calls import keys_of, wait_for_end
from errors import describe_metadata, rich_status
from samples import SAMPLES
from values import decode, describe, encode


class Invoker(InvokerServicer):
    def Invoke(self, request, context):
        handler = getattr(self, "do_" + request.handler_name, None)
        if handler is None:
            return _failed(request, f"handler not found: {request.handler_name}")
        # Keys in "h-" come back as headers, keys in "t-" as trailers.
        if keys_of(context, "h-"):
            context.send_initial_metadata(keys_of(context, "h-"))
        context.set_trailing_metadata(keys_of(context, "t-"))
        try:
            output = handler(request, context)
        except ValueError as error:
            # A failed handler is told in the response, with the code 1; the status of the call is OK.
            return _failed(request, str(error))
        return InvokeResponse(correlation=request.correlation, status=Status(code=0), output=output)

    def do_echo(self, request, context):
        return {key: encode(decode(value)) for key, value in request.input.items()}

    def do_describe(self, request, context):
        return {key: encode(describe(value)) for key, value in request.input.items()}

    def do_samples(self, request, context):
        return SAMPLES

    def do_too_large(self, request, context):
        return {"n": encode(2**63)}

    def do_metadata(self, request, context):
        return {"seen": Value(json=json.dumps(describe_metadata(context.invocation_metadata())))}

    def do_peer(self, request, context):
        return {"meta": encode({"trace_id": request.meta.trace_id, "baggage": dict(request.meta.baggage)}), "remaining": encode(context.time_remaining())}

    def do_abort(self, request, context):
        context.abort(_code(request), decode(request.input["details"]))

    def do_abort_richly(self, request, context):
        message = decode(request.input["details"])
        status = rpc_status.to_status(rich_status(_code(request), message))
        context.abort_with_status(status._replace(trailing_metadata=status.trailing_metadata + tuple(keys_of(context, "t-"))))

    def do_raise(self, request, context):
        raise RuntimeError("a bug in a handler")

    def do_wait(self, request, context):
        wait_for_end(context, request.correlation)

    def do_zip(self, request, context):
        context.set_compression(grpc.Compression.Gzip)
        return {"text": encode("zip " * 10_000)}

    def do_fill(self, request, context):
        return {"text": encode("x" * decode(request.input["length"]))}


def _failed(request, message):
    return InvokeResponse(correlation=request.correlation, status=Status(code=1, message=message))


def _code(request):
    return grpc.StatusCode[decode(request.input["code"])]
