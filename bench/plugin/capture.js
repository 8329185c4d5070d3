// A plugin that keeps the request it is sent in the file that its argument names, and generates nothing.
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";

await pipeline(process.stdin, createWriteStream(process.argv[2]));
// A response that supports proto3's optional: buf warns of every file that a plugin cannot take.
process.stdout.write(Uint8Array.of(0x10, 0x01));
