/** Where the Python of the tests is, what it is told by its environment, and where the tools in Go are. */
import { fileURLToPath } from "node:url";

const within = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export const requirements: string = within("requirements.txt");
/** A virtual environment of our own, made by the setup. */
export const venv: string = within(".venv");
export const stubs: string = within(".venv/stubs");
export const python: string = within(".venv/bin/python");
/** The protos of the tests, in their directories. */
export const protos: readonly { readonly directory: string; readonly files: readonly string[] }[] = [
  { directory: within("../fixtures/rxpress"), files: ["handler_bridge.proto"] },
  { directory: within("../fixtures/snakepit"), files: ["snakepit_bridge.proto"] },
  { directory: within("../fixtures/loom"), files: ["action.proto", "event.proto"] },
  { directory: within("../fixtures/edge"), files: ["kinds/v1/kinds.proto"] },
];

/** Where the setup puts tools that it builds. */
export const tools: string = within(".tools");
export const grpcurl: string = within(".tools/grpcurl");
export const grpcurlPackage = "github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4";

export const script = (name: string): string => within(`python/${name}.py`);

export const environment: NodeJS.ProcessEnv = {
  ...process.env,
  PYTHONPATH: stubs,
  PYTHONPYCACHEPREFIX: within(".venv/pycache"),
  PYTHONUTF8: "1",
  PYTHONUNBUFFERED: "1",
};
