import { BridgeError } from "../../errors.js";
import type { AnyCodec } from "../../message/codec.js";
import { type MethodKind, type ServiceInfo, service } from "../../servicer/service.js";

/** A service that a package implements for servers of grpc-js. Its methods keep their names, so that a servicer of ours can stand for it. */
export interface Adopted {
  readonly service: ServiceInfo;
  /** Its methods, as grpc-js calls them, by local name. */
  readonly implementation: Readonly<Record<string, (...given: never[]) => unknown>>;
}

/** Takes what a package adds to a server. */
interface Receiver {
  addService(definition: object, implementation: object): void;
}

/** An RPC as @grpc/proto-loader describes it: what is used here of it. */
interface Definition {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestType: MessageDefinition;
  readonly responseType: MessageDefinition;
  requestSerialize(message: object): Uint8Array;
  requestDeserialize(bytes: Uint8Array): object;
  responseSerialize(message: object): Uint8Array;
  responseDeserialize(bytes: Uint8Array): object;
}

interface MessageDefinition {
  readonly type: { readonly name: string };
}

/** The services that a package would add to a server. */
export function adopt(source: { addToServer(server: Receiver): void }): Adopted[] {
  const services: Adopted[] = [];
  source.addToServer({
    addService(definition, implementation) {
      const methods = Object.values(definition as Readonly<Record<string, Definition>>);
      const names = new Map(Object.keys(implementation).map((name) => [name.toLowerCase(), name]));
      const [, typeName = ""] = methods[0]?.path.split("/") ?? [];
      const entries = methods.map((method) => {
        const name = method.path.slice(method.path.lastIndexOf("/") + 1);
        const localName = names.get(name.toLowerCase()) ?? name;
        const input = codecOf(typeName, method.requestType, method.requestSerialize, method.requestDeserialize);
        const output = codecOf(typeName, method.responseType, method.responseSerialize, method.responseDeserialize);
        return [localName, name, kindOf(method), input, output] as const;
      });
      services.push({ service: service(typeName, entries), implementation: implementation as Adopted["implementation"] });
    },
  });
  return services;
}

/** What is thrown in place of why a package could not be loaded, if that is because it is not installed: those who use an option install it. */
export function missingPackage(name: string, option: string, reason: unknown): unknown {
  if ((reason as NodeJS.ErrnoException | undefined)?.code !== "ERR_MODULE_NOT_FOUND") return reason;
  return new Error(`the option ${option} of serve needs the package ${name}: npm install ${name}`, { cause: reason });
}

function kindOf({ requestStream, responseStream }: Definition): MethodKind {
  if (requestStream) return responseStream ? "bidi_streaming" : "client_streaming";
  return responseStream ? "server_streaming" : "unary";
}

/** @param service in whose package the message is */
function codecOf(service: string, { type }: MessageDefinition, encode: AnyCodec["encode"], decode: AnyCodec["decode"]): AnyCodec {
  const typeName = `${service.slice(0, service.lastIndexOf("."))}.${type.name}`;
  return {
    typeName,
    encode,
    decode(bytes) {
      try {
        return decode(bytes);
      } catch (reason) {
        throw new BridgeError("invalid_argument", `${typeName}: ${reason instanceof Error ? reason.message : String(reason)}`, { cause: reason });
      }
    },
  };
}
