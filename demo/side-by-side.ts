/** Two clients, one server: what each of them got. */
import { fileURLToPath } from "node:url";
import { credentials, type GrpcObject, loadPackageDefinition, Metadata, type ServiceClientConstructor } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

/** One call, made by both clients, with what each got in a form that can be compared. */
export interface Comparison {
  readonly call: string;
  readonly generated: string;
  readonly dynamic: string;
}

/** A client that reads the proto at run time: @grpc/proto-loader's, with no generated code. */
export interface DynamicClient {
  unary(method: string, request: object): Promise<unknown>;
  stream(method: string, request: object): Promise<unknown[]>;
  bidi(method: string, requests: readonly object[], replies: number): Promise<unknown[]>;
  close(): void;
}

export function dynamicClient(address: string, directory: string, proto: string, service: string): DynamicClient {
  const folder = fileURLToPath(new URL(`../fixtures/${directory}/`, import.meta.url));
  const loaded = loadPackageDefinition(loadSync(proto, { includeDirs: [folder], longs: String, enums: Number, bytes: Buffer, defaults: true, oneofs: true }));
  const found = service.split(".").reduce<unknown>((at, name) => (at as GrpcObject)[name], loaded) as ServiceClientConstructor;
  const client = new found(address, credentials.createInsecure());
  const options = () => ({ deadline: Date.now() + 5000 });
  const calls = client as unknown as Record<string, (...args: unknown[]) => NodeJS.ReadWriteStream>;
  const collect = (call: NodeJS.ReadWriteStream, enough: number): Promise<unknown[]> =>
    new Promise((resolve, reject) => {
      const items: unknown[] = [];
      call.on("data", (item) => {
        items.push(item);
        if (items.length === enough) call.end();
      });
      call.on("error", reject);
      call.on("end", () => resolve(items));
    });
  return {
    unary: (method, request) =>
      new Promise((resolve, reject) => {
        calls[method]?.call(client, request, new Metadata(), options(), (error: Error | null, response: unknown) =>
          error ? reject(error) : resolve(response),
        );
      }),
    stream: (method, request) => collect(calls[method]?.call(client, request, options()) as NodeJS.ReadWriteStream, Number.POSITIVE_INFINITY),
    bidi: (method, requests, replies) => {
      const call = calls[method]?.call(client, options()) as NodeJS.ReadWriteStream;
      for (const request of requests) call.write(request as never);
      return collect(call, replies);
    },
    close: () => client.close(),
  };
}

/** Prints the comparisons, and counts those in which both clients got the same. */
export function compare(comparisons: readonly Comparison[]): number {
  let equal = 0;
  for (const { call, generated, dynamic } of comparisons) {
    const same = generated === dynamic;
    if (same) equal++;
    process.stdout.write(`  ${same ? "same" : "DIFFERENT"}  ${call}\n    generated  ${generated}\n    dynamic    ${dynamic}\n`);
  }
  return equal;
}

/** A result as text, with its keys sorted, so that two results can be compared. */
export function show(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === "bigint") return item.toString();
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
