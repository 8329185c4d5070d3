/** A process that serves until a signal ends it: for the tests of signals. It says what happens in lines. Its argument is how long it drains, in ms. */
import { serve } from "../src/transports/grpc/index.js";
import { EchoServicer, plain } from "./echo.js";

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const drainMs = Number(process.argv[2]);

const servicer = EchoServicer.from({
  ...plain,
  /** Ends when the server closes, a moment later. */
  async join(requests) {
    say("joined");
    for await (const request of requests) if (request === "last") break;
    return "joined to the end";
  },
  /** Never ends, whatever its signal says. */
  async *list() {
    say("listing");
    await new Promise(() => {});
  },
});
const server = await serve([servicer], { address: "127.0.0.1:0" });
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => say(`heard ${signal}`));
say(server.address);
say(`closed by ${await server.untilSignal({ drainMs })}`);
