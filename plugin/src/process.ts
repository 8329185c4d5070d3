import { fstatSync, readSync, writeSync } from "node:fs";
import { create, toBinary } from "@bufbuild/protobuf";
import { type CodeGeneratorResponse, CodeGeneratorResponseSchema } from "@bufbuild/protobuf/wkt";
import { generateParts, type Resources } from "./plugin.js";
import { SentRequest } from "./request.js";

const stdin = 0;
const stdout = 1;

/** Whether the process was started by hand, so that nobody sends a request. */
export function isTerminal(): boolean {
  // The first test spares nearly all processes the second, which loads streams.
  return fstatSync(stdin).isCharacterDevice() && process.stdin.isTTY;
}

/**
 * Answers the request on standard input. What is generated goes to standard output while there is more to come. An error before the
 * first part is thrown; a later one becomes the response's, so that buf and protoc write nothing.
 */
export async function answer(version: string, resources: Resources): Promise<void> {
  const sent = new SentRequest(await read());
  let written = false;
  try {
    for (const part of generateParts(version, resources, sent)) {
      await write(part);
      written = true;
    }
  } catch (reason) {
    if (!written) throw reason;
    await write(create(CodeGeneratorResponseSchema, { error: reason instanceof Error ? reason.message : String(reason) }));
  }
}

/** Reads standard input to its end. To load and start a stream for it takes as long as to generate a small file. */
async function read(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let chunk = Buffer.allocUnsafeSlow(1 << 16);
  let filled = 0;
  try {
    for (;;) {
      const count = readSync(stdin, chunk, filled, chunk.length - filled, null);
      if (count === 0) break;
      filled += count;
      if (filled < chunk.length) continue;
      chunks.push(chunk);
      chunk = Buffer.allocUnsafeSlow(Math.min(chunk.length * 2, 1 << 24));
      filled = 0;
    }
    chunks.push(chunk.subarray(0, filled));
  } catch (reason) {
    chunks.push(chunk.subarray(0, filled));
    // The end of a pipe, on Windows.
    if (codeOf(reason) === "EOF") return Buffer.concat(chunks);
    if (codeOf(reason) !== "EAGAIN") throw reason;
    // Whoever started the process does not let it wait in a call.
    for await (const more of process.stdin) chunks.push(more as Buffer);
  }
  return Buffer.concat(chunks);
}

async function write(part: CodeGeneratorResponse): Promise<void> {
  const bytes = toBinary(CodeGeneratorResponseSchema, part);
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(stdout, bytes, written);
  } catch (reason) {
    if (codeOf(reason) !== "EAGAIN") throw reason;
    await new Promise<void>((resolve, reject) => process.stdout.write(bytes.subarray(written), (error) => (error ? reject(error) : resolve())));
  }
}

function codeOf(reason: unknown): unknown {
  return reason instanceof Error && "code" in reason ? reason.code : undefined;
}
