/** The Python client. */
import { PythonProcess } from "./process.js";

/** A call that it is to make; see python/client.py. */
export interface Command {
  readonly method: string;
  readonly requests?: readonly object[];
  /** Of all kinds: in the input, or the parameters. */
  readonly samples?: boolean;
  readonly fill?: number;
  readonly metadata?: readonly (readonly [key: string, value: string])[];
  /** In seconds; null for no limit. 20 by default. */
  readonly timeout?: number | null;
  readonly gzip?: boolean;
  readonly await_header?: boolean;
  readonly keep_open?: boolean;
  readonly cancel_after?: number;
}

/** What became of a call, as Python's grpc tells it. Bytes in metadata are base64 behind "base64:". */
export interface Report {
  /**
   * Messages as JSON; of an InvokeResponse, the output, each value as its member, its type and what Python prints. Where a message has a
   * google.protobuf.Any, that is its type URL, the type and what Python prints of its JSON.
   */
  readonly responses: readonly unknown[];
  /** The status inside of each InvokeResponse, whose details are a google.rpc.Status. */
  readonly statuses: readonly unknown[];
  readonly code: string;
  readonly details: string | null;
  readonly early_header?: readonly (readonly [string, string])[];
  readonly header: readonly (readonly [string, string])[];
  readonly trailer: readonly (readonly [string, string])[];
  /** The google.rpc.Status in the trailer bridge-fault-bin. */
  readonly fault: unknown;
  /** The google.rpc.Status that came with it. */
  readonly status: unknown;
  /** What Python's grpc threw when it was asked about the call. */
  readonly failure?: string;
}

export interface Running {
  readonly report: Promise<Report>;
  cancel(): void;
}

export class PythonClient {
  readonly process: PythonProcess;
  #last = 0;

  /** @param address of the server that it calls */
  constructor(address: string) {
    this.process = new PythonProcess("client", address);
  }

  start(command: Command): Running {
    const id = ++this.#last;
    this.process.write(JSON.stringify({ id, ...command }));
    const wanted = (line: string): boolean => line.startsWith(`{"id": ${id},`);
    return {
      report: this.process.line(wanted, `what became of ${command.method}`).then((line) => JSON.parse(line) as Report),
      cancel: () => this.process.write(JSON.stringify({ cancel: id })),
    };
  }

  call(command: Command): Promise<Report> {
    return this.start(command).report;
  }

  async end(): Promise<void> {
    await this.process.end();
  }
}
