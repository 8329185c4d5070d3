/** A CodeGeneratorRequest as it is sent. Most of it is never needed, or not at once, and is left out before it is decoded. */
import { create, fromBinary } from "@bufbuild/protobuf";
import {
  type CodeGeneratorRequest,
  CodeGeneratorRequestSchema,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  type SourceCodeInfo,
  type SourceCodeInfo_Location,
  SourceCodeInfoSchema,
} from "@bufbuild/protobuf/wkt";
import { Fields } from "./wire.js";

// Field numbers of google/protobuf/compiler/plugin.proto and google/protobuf/descriptor.proto.
const inRequest = { protoFile: 15, sourceFileDescriptors: 17 } as const;
const inFile = { name: 1, sourceCodeInfo: 9 } as const;
const inSourceCodeInfo = { location: 1 } as const;
const inLocation = { path: 1, span: 2, leadingComments: 3, trailingComments: 4, leadingDetachedComments: 6 } as const;

/** A request that was sent: what is needed all the time is decoded, the rest when it is asked for. */
export class SentRequest {
  /**
   * The request without `source_file_descriptors`, which is half of it, and without `source_code_info`, which is most of the other half.
   */
  readonly request: CodeGeneratorRequest;
  readonly #bytes: Uint8Array;
  readonly #files = new Map<FileDescriptorProto, Range>();

  /** @throws Error if the bytes are no request */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.request = reading(() => {
      const rest: Uint8Array[] = [];
      for (const fields = new Fields(bytes); fields.next(); ) {
        if (fields.number === inRequest.protoFile) this.#files.set(decodeFile(bytes, rangeOf(fields)), rangeOf(fields));
        else if (fields.number !== inRequest.sourceFileDescriptors) rest.push(bytes.subarray(fields.start, fields.end));
      }
      const request = fromBinary(CodeGeneratorRequestSchema, Buffer.concat(rest));
      request.protoFile = [...this.#files.keys()];
      return request;
    });
  }

  /**
   * The comments in a proto file: of `source_code_info` the places that have one, without their lines.
   *
   * @param file one of the request's
   * @throws Error if the bytes are none
   */
  comments(file: FileDescriptorProto): SourceCodeInfo {
    return reading(() => {
      const location: SourceCodeInfo_Location[] = [];
      for (const { from, end } of this.#sources(file)) addCommented(new Fields(this.#bytes, from, end), location);
      return create(SourceCodeInfoSchema, { location });
    });
  }

  /**
   * The line, counted from 1, in which an element of a proto file begins; undefined if the request does not tell. It is searched for:
   * this is for what goes wrong.
   *
   * @param file the path of the proto file
   * @param path where the element is, as `SourceCodeInfo.Location.path` tells it
   * @throws Error if the bytes are none
   */
  lineOf(file: string, path: readonly number[]): number | undefined {
    const proto = this.request.protoFile.find(({ name }) => name === file);
    if (!proto) return undefined;
    return reading(() => {
      for (const { from, end } of this.#sources(proto)) {
        const line = lineIn(new Fields(this.#bytes, from, end), path);
        if (line !== undefined) return line;
      }
      return undefined;
    });
  }

  /** The `source_code_info` of a file: one, but as with any message field, several are one. */
  #sources(file: FileDescriptorProto): readonly Range[] {
    const sources: Range[] = [];
    const { from, end } = this.#files.get(file) ?? { from: 0, end: 0 };
    for (const fields = new Fields(this.#bytes, from, end); fields.next(); ) if (fields.number === inFile.sourceCodeInfo) sources.push(rangeOf(fields));
    return sources;
  }
}

/** Where a message stands among the bytes. */
interface Range {
  readonly from: number;
  readonly end: number;
}

function rangeOf(field: Fields): Range {
  field.expectBytes();
  return { from: field.from, end: field.end };
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (reason) {
    throw new Error(`standard input is no CodeGeneratorRequest: ${reason instanceof Error ? reason.message : String(reason)}`);
  }
}

function decodeFile(bytes: Uint8Array, { from, end }: Range): FileDescriptorProto {
  const kept: Uint8Array[] = [];
  let start = from;
  for (const fields = new Fields(bytes, from, end); fields.next(); ) {
    if (fields.number !== inFile.sourceCodeInfo) continue;
    kept.push(bytes.subarray(start, fields.start));
    start = fields.end;
  }
  kept.push(bytes.subarray(start, end));
  return fromBinary(FileDescriptorProtoSchema, Buffer.concat(kept));
}

/** Reads the locations that have a comment. Most have none: what they are made of is only read of those. */
function addCommented(source: Fields, locations: SourceCodeInfo_Location[]): void {
  while (source.next()) {
    if (source.number !== inSourceCodeInfo.location) continue;
    let commented = false;
    for (const location = source.inside(); location.next(); ) if (location.number > inLocation.span) commented = true;
    if (commented) locations.push(readCommented(source.inside()));
  }
}

function readCommented(location: Fields): SourceCodeInfo_Location {
  const path: number[] = [];
  const leadingDetachedComments: string[] = [];
  let leadingComments: string | undefined;
  let trailingComments: string | undefined;
  while (location.next()) {
    if (location.number === inLocation.path) path.push(...location.integers());
    else if (location.number === inLocation.leadingComments) leadingComments = location.string();
    else if (location.number === inLocation.trailingComments) trailingComments = location.string();
    else if (location.number === inLocation.leadingDetachedComments) leadingDetachedComments.push(location.string());
  }
  // To protobuf-es, an optional field that is undefined is not set.
  return {
    $typeName: "google.protobuf.SourceCodeInfo.Location",
    path,
    span: [],
    leadingComments,
    trailingComments,
    leadingDetachedComments,
  } as SourceCodeInfo_Location;
}

function lineIn(source: Fields, path: readonly number[]): number | undefined {
  while (source.next()) {
    if (source.number !== inSourceCodeInfo.location) continue;
    const found: number[] = [];
    const span: number[] = [];
    for (const location = source.inside(); location.next(); ) {
      if (location.number === inLocation.path) found.push(...location.integers());
      if (location.number === inLocation.span) span.push(...location.integers());
    }
    if (span[0] !== undefined && found.length === path.length && found.every((number, i) => number === path[i])) return span[0] + 1;
  }
  return undefined;
}
