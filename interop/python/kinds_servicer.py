"""kinds.v1.Kinds: the four kinds of RPC, and an echo of every message but Retired."""

import grpc
from kinds.v1.kinds_pb2 import BidiResponse, ClientStreamResponse, ServerStreamResponse, UnaryResponse
from kinds.v1.kinds_pb2_grpc import KindsServicer

from calls import keys_of, wait_for_end


class Kinds(KindsServicer):
    def Unary(self, request, context):
        return UnaryResponse(text=request.text, count=request.count)

    def ServerStream(self, request, context):
        for count in range(1, request.count + 1):
            yield ServerStreamResponse(text=request.text, count=count)
        self._then(request.text, context)

    def ClientStream(self, requests, context):
        texts, count = "", 0
        for request in requests:
            texts += request.text
            count += request.count
            self._then(request.text, context)
        return ClientStreamResponse(text=texts, count=count)

    def Bidi(self, requests, context):
        # Before any message comes or goes.
        context.send_initial_metadata(keys_of(context, "h-"))
        context.set_trailing_metadata(keys_of(context, "t-"))
        for request in requests:
            yield BidiResponse(text=request.text.upper(), count=request.count)
            self._then(request.text, context)

    def _then(self, text, context):
        if text.startswith("wait"):
            wait_for_end(context, text)
        if text == "abort":
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "aborted amid the stream")
        if text == "raise":
            raise RuntimeError("a bug amid the stream")


def _echo(self, request, context):
    return request


for _name in dir(KindsServicer):
    if _name.startswith("Echo") and _name != "EchoRetired":
        setattr(Kinds, _name, _echo)
