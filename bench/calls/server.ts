/** One server, in a process of its own: says its port, and ends when whoever started it does, or after half an hour. */
import { peers } from "./index.js";

const peer = peers.find(({ name }) => name === process.argv[2]);
if (!peer) throw new Error(`there is no server ${process.argv[2]}`);
const { port } = await peer.serve();
process.stdin.on("end", () => process.exit()).resume();
setTimeout(() => process.exit(), 30 * 60_000).unref();
process.stdout.write(`${port}\n`);
