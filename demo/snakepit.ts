/** snakepit: sessions, variables and tools between Elixir and Python. */
import { BridgeError } from "@protobridge/runtime";
import { channel } from "@protobridge/runtime/grpc";
import {
  BridgeServiceClient,
  BridgeServiceServicer,
  type ExecuteToolRequest,
  type ExecuteToolResponseInit,
  type GetVariableRequest,
  type GetVariableResponseInit,
  type PingRequest,
  type PingResponseInit,
  type RegisterVariableRequest,
  type RegisterVariableResponseInit,
  type ToolChunkInit,
  type VariableInit,
} from "../fixtures/gen/snakepit_bridge_bridge.js";
import { type Comparison, dynamicClient, show } from "./side-by-side.js";

export class SnakepitBridge extends BridgeServiceServicer {
  readonly #variables = new Map<string, VariableInit>();

  override ping({ message }: PingRequest): PingResponseInit {
    return { message: `pong: ${message}`, serverTime: new Date("2026-01-01T00:00:00Z") };
  }

  override registerVariable({ sessionId, name, type, initialValue, constraints }: RegisterVariableRequest): RegisterVariableResponseInit {
    const id = `var_${name}_1`;
    this.#variables.set(`${sessionId}:${name}`, { id, name, type, value: initialValue, constraints });
    return { success: true, variableId: id };
  }

  override getVariable({ sessionId, variableIdentifier }: GetVariableRequest): GetVariableResponseInit {
    const variable = this.#variables.get(`${sessionId}:${variableIdentifier}`);
    if (!variable) throw new BridgeError("not_found", `Variable not found: ${variableIdentifier}`);
    return { variable };
  }

  override executeTool({ toolName, parameters }: ExecuteToolRequest): ExecuteToolResponseInit {
    if (toolName !== "measure") throw new BridgeError("not_found", `unknown tool: ${toolName}`);
    const { data, factor } = parameters;
    return { result: { bytes: data instanceof Uint8Array ? data.byteLength : 0, factor } };
  }

  override async *executeStreamingTool({ toolName }: ExecuteToolRequest): AsyncIterable<ToolChunkInit> {
    for (const step of [1, 2, 3]) yield { chunkId: `${toolName}-${step}`, data: new TextEncoder().encode(JSON.stringify({ step })) };
    yield { chunkId: `${toolName}-4`, isFinal: true };
  }
}

export async function snakepitCalls(address: string): Promise<Comparison[]> {
  const connection = channel(address);
  const client = new BridgeServiceClient(connection);
  const dynamic = dynamicClient(address, "snakepit", "snakepit_bridge.proto", "snakepit.bridge.BridgeService");
  try {
    const pong = await client.ping({ message: "hello" });
    const pongToo = (await dynamic.unary("ping", { message: "hello" })) as { message: string; serverTime: { seconds: string } };

    const session = client.session("s1");
    await session.registerVariable({ name: "temperature", type: "float", initialValue: 1, constraints: { min: 0, max: 2 } });
    const { variable } = await session.getVariable({ variableIdentifier: "temperature" });
    const other = (await dynamic.unary("getVariable", { sessionId: "s1", variableIdentifier: "temperature" })) as {
      variable: { id: string; constraintsJson: string; value: { value: Buffer } };
    };

    const { result } = await session.executeTool({ toolName: "measure", parameters: { data: new Uint8Array(3), factor: 0.5 } });
    const parameters = { factor: { type_url: "type.googleapis.com/snakepit.float", value: Buffer.from("0.5") } };
    const resultToo = (await dynamic.unary("executeTool", {
      sessionId: "s1",
      toolName: "measure",
      parameters,
      binaryParameters: { data: Buffer.alloc(3) },
    })) as { result: { value: Buffer } };

    const fault = await session.executeTool({ toolName: "nope" }).catch((error: BridgeError) => `${error.code}: ${error.message}`);
    const faultToo = (await dynamic.unary("executeTool", { sessionId: "s1", toolName: "nope" })) as { success: boolean; errorMessage: string };

    const missing = await session.getVariable({ variableIdentifier: "nope" }).catch((error: BridgeError) => `${error.code}: ${error.message}`);
    const missingToo = await dynamic
      .unary("getVariable", { sessionId: "s1", variableIdentifier: "nope" })
      .catch((error: { code: number; details: string }) => `${error.code === 5 ? "not_found" : error.code}: ${error.details}`);

    const chunks: string[] = [];
    for await (const { data } of client.executeStreamingTool({ sessionId: "s1", toolName: "count" })) chunks.push(new TextDecoder().decode(data));
    const chunksToo = (await dynamic.stream("executeStreamingTool", { sessionId: "s1", toolName: "count" })) as { data: Buffer }[];

    return [
      {
        call: "snakepit.bridge.BridgeService.Ping",
        generated: show([pong.message, pong.serverTime?.seconds]),
        dynamic: show([pongToo.message, pongToo.serverTime.seconds]),
      },
      {
        call: "snakepit.bridge.BridgeService.GetVariable after RegisterVariable",
        generated: show({ id: variable?.id, constraints: variable?.constraints, value: variable?.value }),
        dynamic: show({
          id: other.variable.id,
          constraints: JSON.parse(other.variable.constraintsJson),
          value: JSON.parse(other.variable.value.value.toString()),
        }),
      },
      {
        call: "snakepit.bridge.BridgeService.ExecuteTool, with bytes among the parameters",
        generated: show(result),
        dynamic: show(JSON.parse(resultToo.result.value.toString())),
      },
      {
        call: "snakepit.bridge.BridgeService.ExecuteTool of a tool that is not there",
        generated: String(fault),
        dynamic: faultToo.success ? "success" : `not_found: ${faultToo.errorMessage}`,
      },
      { call: "snakepit.bridge.BridgeService.GetVariable of a variable that is not there", generated: String(missing), dynamic: String(missingToo) },
      { call: "snakepit.bridge.BridgeService.ExecuteStreamingTool", generated: show(chunks), dynamic: show(chunksToo.map(({ data }) => data.toString())) },
    ];
  } finally {
    dynamic.close();
    await connection.close();
  }
}
