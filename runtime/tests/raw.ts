/** A client of grpc-js itself, with messages of protobuf-es: it shares nothing with what it calls. */
import { type DescFile, type DescMethod, fromBinary, fromJson, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import { Client, type ClientReadableStream, credentials, type ServiceError } from "@grpc/grpc-js";

/** A call whose responses come one by one. */
export interface RawStream {
  /** The next response, or the error that ends the call. */
  next(): Promise<JsonValue | ServiceError>;
  send(request: JsonValue): void;
  end(): void;
  cancel(): void;
}

export class RawClient {
  readonly #client: Client;
  readonly #methods: readonly DescMethod[];

  constructor(address: string, file: DescFile) {
    this.#client = new Client(address, credentials.createInsecure());
    this.#methods = file.services.flatMap(({ methods }) => methods);
  }

  unary(name: string, request: JsonValue = {}): Promise<JsonValue | ServiceError> {
    const { path, encode, decode } = this.#method(name);
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest(path, encode, decode, request, (error, response) => resolve(error ?? (response as JsonValue)));
    });
  }

  /** Makes a call in which the server streams, and with no request the client too. */
  stream(name: string, request?: JsonValue): RawStream {
    const { path, encode, decode } = this.#method(name);
    const bidi = request === undefined ? this.#client.makeBidiStreamRequest(path, encode, decode) : undefined;
    const call = bidi ?? this.#client.makeServerStreamRequest(path, encode, decode, request as JsonValue);
    const events = queue(call as ClientReadableStream<JsonValue>);
    return { next: events, send: (message) => bidi?.write(message), end: () => bidi?.end(), cancel: () => call.cancel() };
  }

  close(): void {
    this.#client.close();
  }

  #method(name: string) {
    const method = this.#methods.find((candidate) => candidate.name === name) as DescMethod;
    return {
      path: `/${method.parent.typeName}/${name}`,
      encode: (request: JsonValue) => Buffer.from(toBinary(method.input, fromJson(method.input, request))),
      decode: (bytes: Buffer) => toJson(method.output, fromBinary(method.output, bytes)),
    };
  }
}

/** What comes from a stream, to be asked for one by one. */
function queue(call: ClientReadableStream<JsonValue>): () => Promise<JsonValue | ServiceError> {
  const waiting: ((event: JsonValue | ServiceError) => void)[] = [];
  const events: (JsonValue | ServiceError)[] = [];
  const tell = (event: JsonValue | ServiceError): void => {
    const take = waiting.shift();
    if (take) take(event);
    else events.push(event);
  };
  call.on("data", tell);
  call.on("error", tell);
  return () => new Promise((resolve) => (events.length > 0 ? resolve(events.shift() as JsonValue) : waiting.push(resolve)));
}
