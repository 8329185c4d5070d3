import { type DescFile, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Servicer, servicerFrom } from "../../servicer/servicer.js";
import { type Adopted, adopt, missingPackage } from "./adopted.js";
import { alphaReflectionFile, healthFile, reflectionFile } from "./descriptors.js";

/** A request of reflection, as @grpc/reflection has it: of the members after it, `messageRequest` names the one that counts. */
interface Request {
  readonly messageRequest?: string;
  readonly fileByFilename?: string;
  readonly fileContainingSymbol?: string;
  readonly fileContainingExtension?: { readonly containingType: string; readonly extensionNumber: number };
  readonly allExtensionNumbersOfType?: string;
}

interface Response {
  readonly originalRequest?: Request;
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto: readonly Uint8Array[] };
  readonly allExtensionNumbersResponse?: { readonly baseTypeName: string };
  readonly listServicesResponse?: { readonly service: readonly { readonly name: string }[] };
  readonly errorResponse?: unknown;
}

type Ask = (request: Request) => Response;

/** A stream of grpc-js, as @grpc/reflection takes it. */
interface Surface {
  on(event: string, listener: (request: Request) => void): void;
  write(response: Response): void;
}

/**
 * Servicers of `grpc.reflection.v1` and `v1alpha`, as @grpc/reflection has them.
 *
 * @param files with the services, and with what else peers are to know; what they import comes along
 * @param services what is served
 * @param health whether the server serves its health
 * @throws Error if the package is not installed, or if no file has one of the services
 */
export async function reflectionOf(files: readonly DescFile[], services: readonly string[], health: boolean): Promise<Servicer[]> {
  const { ReflectionService } = await import("@grpc/reflection").catch((reason: unknown) => {
    throw missingPackage("@grpc/reflection", "reflection", reason);
  });
  const given = withImports(files);
  const stranger = services.find((service) => !servicesOf(given).includes(service));
  if (stranger !== undefined)
    throw new Error(`no file of reflection has ${stranger}: add the file_... that is exported by the _pb module which protoc-gen-es made of its proto`);
  const own = health ? [healthFile, reflectionFile, alphaReflectionFile] : [reflectionFile, alphaReflectionFile];
  const known = withImports([...files, ...own]);
  // Of a package definition, it reads nothing else.
  const definition = { files: { fileDescriptorProtos: known.map(bytesOf) } } as unknown as ConstructorParameters<typeof ReflectionService>[0];
  const served = [...services, ...servicesOf(own)];
  return adopt(new ReflectionService(definition, { services: [...served, ...served.map(dotted)] })).map((adopted) => servicerOf(adopted, known));
}

function servicerOf({ service, implementation }: Adopted, files: readonly DescFile[]): Servicer {
  const [[name, implement]] = Object.entries(implementation) as unknown as [[string, (surface: Surface) => void]];
  const ask = asker(implement);
  // By the bytes that the package has of a file: its own, and those of all that it imports.
  const originals = new Map<Uint8Array | undefined, readonly Uint8Array[]>();
  for (const file of files) {
    const { fileDescriptorResponse } = ask({ messageRequest: "fileByFilename", fileByFilename: file.proto.name });
    originals.set(fileDescriptorResponse?.fileDescriptorProto[0], withImports([file]).map(bytesOf));
  }
  return servicerFrom(new (class extends Servicer {})(service), {
    async *[name](requests: AsyncIterable<Request>) {
      for await (const request of requests) {
        const { fileDescriptorResponse, ...response } = mended(ask, request);
        const fileDescriptorProto = originals.get(fileDescriptorResponse?.fileDescriptorProto[0]);
        // The package has lost the custom options, and knows only those imports that types come from.
        yield fileDescriptorProto ? { ...response, fileDescriptorResponse: { fileDescriptorProto } } : response;
      }
    },
  });
}

/** Asks the package, which answers a stream, and at once. */
function asker(implement: (surface: Surface) => void): Ask {
  let hear = (_request: Request): void => {};
  let response: Response = {};
  implement({
    on(event, listener) {
      if (event === "data") hear = listener;
    },
    write(given) {
      response = given;
    },
  });
  return (request) => {
    hear(request);
    return response;
  };
}

/** What the package knows only under a name with a dot in front, peers ask for without: types that are extended, and what is in no package. */
function mended(ask: Ask, request: Request): Response {
  const { messageRequest, fileContainingSymbol: symbol, fileContainingExtension: extension, allExtensionNumbersOfType: extended } = request;
  let response: Response;
  if (messageRequest === "fileContainingExtension" && extension)
    response = ask({ messageRequest, fileContainingExtension: { ...extension, containingType: dotted(extension.containingType) } });
  else if (messageRequest === "allExtensionNumbersOfType" && extended) response = ask({ messageRequest, allExtensionNumbersOfType: dotted(extended) });
  else response = ask(request);
  if (response.errorResponse && symbol) response = ask({ messageRequest: "fileContainingSymbol", fileContainingSymbol: dotted(symbol) });
  const { allExtensionNumbersResponse: numbers, listServicesResponse: list } = response;
  return {
    ...response,
    originalRequest: request,
    ...(numbers && { allExtensionNumbersResponse: { ...numbers, baseTypeName: undotted(numbers.baseTypeName) } }),
    ...(list && { listServicesResponse: { service: list.service.map(({ name }) => ({ name: undotted(name) })) } }),
  };
}

function dotted(name: string): string {
  return `.${name}`;
}

function undotted(name: string): string {
  return name.replace(/^\./, "");
}

/** The files, and behind them all that they import, each once. */
function withImports(files: readonly DescFile[]): DescFile[] {
  const found = new Map<string, DescFile>();
  for (const queue = [...files]; ; ) {
    const file = queue.shift();
    if (!file) return [...found.values()];
    if (found.has(file.name)) continue;
    found.set(file.name, file);
    queue.push(...file.dependencies);
  }
}

function servicesOf(files: readonly DescFile[]): string[] {
  return files.flatMap((file) => file.services.map(({ typeName }) => typeName));
}

function bytesOf({ proto }: DescFile): Uint8Array {
  return toBinary(FileDescriptorProtoSchema, proto);
}
