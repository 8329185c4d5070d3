/** Certificates for the tests of TLS: an authority, what it signed for a server and a client, and a client of another authority. */
import { generate } from "selfsigned";

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

async function authority(name: string): Promise<Pair> {
  const { cert, private: key } = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, digitalSignature: true, critical: true },
    ],
  });
  return { cert, key };
}

async function signed(name: string, ca: Pair): Promise<Pair> {
  const { cert, private: key } = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    ca,
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "subjectAltName", altNames: [{ type: 2, value: name }] },
    ],
  });
  return { cert, key };
}

export async function certificates(): Promise<{ ca: Pair; server: Pair; client: Pair; stranger: Pair; strangers: Pair }> {
  const [ca, strangers] = await Promise.all([authority("Authority"), authority("Strangers")]);
  const [server, client, stranger] = await Promise.all([signed("bridge.test", ca), signed("client.test", ca), signed("client.test", strangers)]);
  return { ca, server, client, stranger, strangers };
}
