"""A gRPC client of the server whose address it is given. Reads a command a line, and prints a line about each call when it is over.

Commands run side by side. One is a call:
    id           any number
    method       such as "Kinds.Bidi"
    requests     messages as JSON
    samples      adds all samples to the input of the requests, or to their parameters
    fill         makes the text of the requests this long
    metadata     pairs of key and value
    timeout      seconds
    gzip         compresses the requests
    await_header sends the requests when the headers of the response are there
    keep_open    does not end the requests
    cancel_after how many responses to take before the call is canceled
or cancels one: {"cancel": id}.
"""

import json
import sys
import threading

import action_pb2
import action_pb2_grpc
import grpc
import handler_bridge_pb2
import handler_bridge_pb2_grpc
import snakepit_bridge_pb2
import snakepit_bridge_pb2_grpc
from google.protobuf import json_format, message_factory
from kinds.v1 import kinds_pb2, kinds_pb2_grpc

from anys import describe_message
from errors import describe_fault, describe_in_band, describe_metadata, describe_status, read_metadata
from lines import say
from samples import SAMPLES
from values import describe
from variables import add_parameters

_modules = {
    "Invoker": (handler_bridge_pb2, handler_bridge_pb2_grpc),
    "ControlPlane": (handler_bridge_pb2, handler_bridge_pb2_grpc),
    "Kinds": (kinds_pb2, kinds_pb2_grpc),
    "Awkward": (kinds_pb2, kinds_pb2_grpc),
    "BridgeService": (snakepit_bridge_pb2, snakepit_bridge_pb2_grpc),
    "ToolService": (action_pb2, action_pb2_grpc),
}
_running = {}


class Call:
    def __init__(self, channel, command):
        self._command = command
        # grpc begins to iterate the requests before the call is there.
        self._header_came = threading.Event()
        self._over = threading.Event()
        service, name = command["method"].split(".")
        messages, stubs = _modules[service]
        method = messages.DESCRIPTOR.services_by_name[service].methods_by_name[name]
        self._requests = [_request(method, command, each) for each in command.get("requests", [])]
        self._single = not method.server_streaming
        start = getattr(getattr(stubs, service + "Stub")(channel), name)
        if self._single:
            start = start.future
        self._call = start(
            self._sent() if method.client_streaming else self._requests[0],
            timeout=command.get("timeout", 20),
            metadata=read_metadata(command.get("metadata", [])),
            compression=grpc.Compression.Gzip if command.get("gzip") else None,
        )

    def cancel(self):
        self._call.cancel()

    def run(self):
        report = {"id": self._command["id"], "responses": [], "statuses": []}
        try:
            self._take(report)
        except (grpc.RpcError, grpc.FutureCancelledError):
            # What became of the call, it tells itself.
            pass
        self._over.set()
        try:
            report["code"] = self._call.code().name
            report["details"] = self._call.details()
            report["header"] = describe_metadata(self._call.initial_metadata())
            report["trailer"] = describe_metadata(self._call.trailing_metadata())
            report["fault"] = describe_fault(self._call)
            report["status"] = describe_status(self._call)
        except Exception as error:
            report["failure"] = repr(error)
        say(**report)

    def _take(self, report):
        if self._command.get("await_header"):
            report["early_header"] = describe_metadata(self._call.initial_metadata())
            self._header_came.set()
        for response in [self._call.result()] if self._single else self._call:
            report["responses"].append(_describe_response(response))
            if isinstance(response, handler_bridge_pb2.InvokeResponse):
                report["statuses"].append(describe_in_band(response.status))
            if len(report["responses"]) == self._command.get("cancel_after"):
                self._call.cancel()

    def _sent(self):
        if self._command.get("await_header"):
            self._header_came.wait(20)
        yield from self._requests
        if self._command.get("keep_open"):
            self._over.wait(20)


def _request(method, command, content):
    request = json_format.ParseDict(content, message_factory.GetMessageClass(method.input_type)())
    if command.get("samples") and method.input_type.full_name == "snakepit.bridge.ExecuteToolRequest":
        add_parameters(request)
    elif command.get("samples"):
        for key, value in SAMPLES.items():
            request.input[key].CopyFrom(value)
    if command.get("fill"):
        request.text = "x" * command["fill"]
    return request


def _describe_response(response):
    if isinstance(response, handler_bridge_pb2.InvokeResponse):
        return {key: describe(value) for key, value in response.output.items()}
    if response.DESCRIPTOR.file.package == "snakepit.bridge":
        return describe_message(response)
    return json_format.MessageToDict(response)


def main():
    # A proxy of the environment is not for this machine.
    channel = grpc.insecure_channel(sys.argv[1], options=[("grpc.enable_http_proxy", 0)])
    for line in sys.stdin:
        command = json.loads(line)
        if "cancel" in command:
            _running[command["cancel"]].cancel()
            continue
        call = _running[command["id"]] = Call(channel, command)
        threading.Thread(target=call.run, daemon=True).start()
    channel.close()


main()
