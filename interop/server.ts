/** The Python server. */
import { PythonProcess } from "./process.js";

/** What a Python handler says of itself. */
export interface PythonEvent {
  readonly event: string;
  readonly of: string;
  /** When it waits: seconds that are left of the deadline. */
  readonly remaining?: number | null;
  /** When the call is over: whether Python takes it for active. */
  readonly active?: boolean;
  readonly [key: string]: unknown;
}

export class PythonServer {
  readonly process: PythonProcess;
  readonly address: string;

  constructor(process: PythonProcess, address: string) {
    this.process = process;
    this.address = address;
  }

  static async start(): Promise<PythonServer> {
    const process = new PythonProcess("server");
    try {
      const ready = await process.line((line) => line.startsWith("READY "), "READY");
      return new PythonServer(process, `127.0.0.1:${ready.slice("READY ".length)}`);
    } catch (reason) {
      await process.kill();
      throw reason;
    }
  }

  /** The next event of this kind about a call. */
  async event(event: string, of: string): Promise<PythonEvent> {
    const wanted = (line: string): boolean => {
      const said = JSON.parse(line) as PythonEvent;
      return said.event === event && said.of === of;
    };
    return JSON.parse(await this.process.line(wanted, `"${event}" of "${of}"`)) as PythonEvent;
  }

  async end(): Promise<void> {
    await this.process.end();
  }
}
