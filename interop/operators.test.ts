/** Health and reflection, for grpcurl: a client in Go, as the probes of Kubernetes are. It has no protos. */
import type { ServerHandle } from "@protobridge/runtime";
import { Health, serve } from "@protobridge/runtime/grpc";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ToolServiceServicer } from "../fixtures/gen/action_bridge.js";
import { file_action } from "../fixtures/gen/action_pb.js";
import { Invoker, InvokerServicer } from "../fixtures/gen/handler_bridge_bridge.js";
import { file_handler_bridge } from "../fixtures/gen/handler_bridge_pb.js";
import { BridgeServiceServicer, type ExecuteToolRequest } from "../fixtures/gen/snakepit_bridge_bridge.js";
import { file_snakepit_bridge } from "../fixtures/gen/snakepit_bridge_pb.js";
import { Deferred } from "./deferred.js";
import { type Result, runGrpcurl, startGrpcurl } from "./grpcurl.js";

const address = "127.0.0.1:0";
const check = "grpc.health.v1.Health/Check";

/** What a call gave, as JSON. */
async function called(running: Promise<Result>): Promise<unknown> {
  const { code, stdout, stderr } = await running;
  return code === 0 ? JSON.parse(stdout) : { code, stderr };
}

describe("reflection", () => {
  let server: ServerHandle;
  let parameters: ExecuteToolRequest["parameters"] | undefined;
  beforeAll(async () => {
    const servicers = [
      InvokerServicer.from({ invoke: ({ correlation, input }) => ({ correlation, output: { got: input["n"] } }) }),
      BridgeServiceServicer.from({
        executeTool(request) {
          parameters = request.parameters;
          return { result: { tool: request.toolName } };
        },
      }),
      ToolServiceServicer.from({ call: ({ id, arguments: given }) => ({ id, output: { given: given ?? null } }) }),
    ];
    server = await serve(servicers, { address, health: true, reflection: [file_handler_bridge, file_snakepit_bridge, file_action] });
  });
  afterAll(() => server?.close({ drainMs: 0 }));
  const printed = async (...work: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runGrpcurl(server.address, work);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  };
  const call = (method: string, request: object): Promise<unknown> => called(runGrpcurl(server.address, [method], ["-d", JSON.stringify(request)]));

  it("lists what is served", async () => {
    expect((await printed("list")).trim().split("\n")).toEqual([
      "bridge.Invoker",
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
      "loom.v1.ToolService",
      "snakepit.bridge.BridgeService",
    ]);
    expect((await printed("list", "loom.v1.ToolService")).trim().split("\n")).toEqual(["loom.v1.ToolService.Call", "loom.v1.ToolService.ListTools"]);
  });

  it.each([
    ["bridge.Invoker", "rpc Invoke ( .bridge.InvokeRequest ) returns ( .bridge.InvokeResponse );"],
    ["bridge.InvokeRequest", "map<string, .bridge.Value> input = 5;"],
    ["snakepit.bridge.BridgeService.ExecuteStreamingTool", "returns ( stream .snakepit.bridge.ToolChunk );"],
    ["snakepit.bridge.ExecuteToolResponse", ".google.protobuf.Any result = 2;"],
    ["google.protobuf.Any", "string type_url = 1;"],
    ["loom.v1.ToolResult", ".loom.v1.ToolError error = 4;"],
    ["grpc.health.v1.HealthListResponse", "map<string, .grpc.health.v1.HealthCheckResponse> statuses = 1;"],
    ["grpc.reflection.v1.ServerReflectionRequest", "string file_containing_symbol = 4;"],
  ])("describes %s", async (symbol, line) => {
    expect(await printed("describe", symbol)).toContain(line);
  });

  it("calls what it was told of", async () => {
    expect(await call("bridge.Invoker/Invoke", { correlation: "7", input: { n: { i64: "3" } } })).toEqual({
      status: {},
      correlation: "7",
      output: { got: { i64: "3" } },
    });
    expect(await call("loom.v1.ToolService/Call", { id: "1", arguments: '{"a":[1]}' })).toEqual({ id: "1", output: '{"given":{"a":[1]}}' });
  });

  it("calls with a google.protobuf.Any", async () => {
    const number = { "@type": "type.googleapis.com/google.protobuf.Int32Value", value: 3 };
    const { result } = (await call("snakepit.bridge.BridgeService/ExecuteTool", { toolName: "add", parameters: { number } })) as { result: object };
    expect(parameters).toEqual({ number: 3 });
    const value = Buffer.from('{"tool":"add"}').toString("base64");
    expect(result).toMatchObject({ "@type": "type.googleapis.com/snakepit.map", "@value": value });
  });

  it("tells what is not there", async () => {
    const { code, stderr } = await runGrpcurl(server.address, ["describe", "bridge.None"]);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("Symbol not found: bridge.None") });
  });

  it("asks for health", async () => {
    expect(await call(check, {})).toEqual({ status: "SERVING" });
    const serving = { status: "SERVING" };
    expect(await call("grpc.health.v1.Health/List", {})).toEqual({
      statuses: { "": serving, "bridge.Invoker": serving, "loom.v1.ToolService": serving, "snakepit.bridge.BridgeService": serving },
    });
    expect(await call(check, { service: "bridge.None" })).toMatchObject({ code: 64 + 5 });
  });
});

describe("health", () => {
  const servers: ServerHandle[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close({ drainMs: 0 });
  });

  it("a service that is not to be called, and one that is again", async () => {
    const health = new Health();
    const server = await serve([InvokerServicer.from({})], { address, health, reflection: [file_handler_bridge] });
    servers.push(server);
    const status = (): Promise<unknown> => called(runGrpcurl(server.address, [check], ["-d", '{"service":"bridge.Invoker"}']));
    health.set(Invoker, "not_serving");
    expect(await status()).toEqual({ status: "NOT_SERVING" });
    health.set(Invoker, "serving");
    expect(await status()).toEqual({ status: "SERVING" });
  });

  it("a server that drains is not serving, for probes that connect now and for who watches; the call under way ends as it should", async () => {
    const [begun, finish] = [new Deferred(), new Deferred()];
    const servicer = InvokerServicer.from({
      async invoke() {
        begun.resolve();
        await finish.promise;
        return { correlation: "done" };
      },
    });
    const server = await serve([servicer], { address, health: true, reflection: [file_handler_bridge] });
    servers.push(server);
    const watch = startGrpcurl(server.address, ["grpc.health.v1.Health/Watch"]);
    const underWay = called(runGrpcurl(server.address, ["bridge.Invoker/Invoke"]));
    await Promise.all([begun.promise, watch.printed('"SERVING"')]);

    const closed = server.close({ drainMs: 30_000 });
    expect(await called(runGrpcurl(server.address, [check]))).toEqual({ status: "NOT_SERVING" });
    await watch.printed('"NOT_SERVING"');
    const refused = await runGrpcurl(server.address, ["bridge.Invoker/Invoke"]);
    expect(refused).toMatchObject({ code: 64 + 14, stderr: expect.stringContaining("the server is shutting down") });

    finish.resolve();
    expect(await underWay).toMatchObject({ correlation: "done" });
    expect(await watch.result).toMatchObject({ code: 64 + 14, stderr: expect.stringContaining("the server is shutting down") });
    await closed;
  });
});
