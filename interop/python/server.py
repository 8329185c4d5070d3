"""A gRPC server. Prints READY and its port, then a line of JSON for each event; ends with its stdin, or by SIGTERM."""

import signal
import sys
import threading
from concurrent import futures

import grpc
from action_pb2_grpc import add_ToolServiceServicer_to_server
from handler_bridge_pb2_grpc import add_ControlPlaneServicer_to_server, add_InvokerServicer_to_server
from kinds.v1.kinds_pb2_grpc import add_KindsServicer_to_server
from snakepit_bridge_pb2_grpc import add_BridgeServiceServicer_to_server

from bridge_service_servicer import BridgeService
from control_plane_servicer import ControlPlane
from invoker_servicer import Invoker
from kinds_servicer import Kinds
from tool_service_servicer import ToolService


def main():
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()

    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
    add_InvokerServicer_to_server(Invoker(), server)
    add_ControlPlaneServicer_to_server(ControlPlane(), server)
    add_KindsServicer_to_server(Kinds(), server)
    add_BridgeServiceServicer_to_server(BridgeService(), server)
    add_ToolServiceServicer_to_server(ToolService(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(f"READY {port}", flush=True)

    stop.wait()
    server.stop(0).wait()


main()
