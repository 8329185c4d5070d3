/** Certificates for the tests of TLS: an authority, what it signed for a server and a client, and a client of another authority. */
import { generate } from "selfsigned";

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

const dayMs = 86_400_000;

/** How long a certificate is valid, in days from now, and for whom else. */
export interface Validity {
  readonly from?: number;
  readonly to?: number;
  /** Further names: 2 is of DNS, 6 a URI. */
  readonly more?: readonly { type: 2 | 6; value: string }[];
}

/** One that signs. */
export async function authority(name: string): Promise<Pair> {
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

/** A certificate for a name, of an authority: valid from now on for a day, or in the days that are given, counted from now. */
export async function signed(name: string, ca: Pair, { from = 0, to = 1, more = [] }: Validity = {}): Promise<Pair> {
  const { cert, private: key } = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    ca,
    notBeforeDate: new Date(Date.now() + from * dayMs),
    notAfterDate: new Date(Date.now() + to * dayMs),
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "subjectAltName", altNames: [{ type: 2, value: name }, ...more] },
    ],
  });
  return { cert, key };
}

export async function certificates(): Promise<{ ca: Pair; server: Pair; client: Pair; stranger: Pair; strangers: Pair }> {
  const [ca, strangers] = await Promise.all([authority("Authority"), authority("Strangers")]);
  const [server, client, stranger] = await Promise.all([signed("bridge.test", ca), signed("client.test", ca), signed("client.test", strangers)]);
  return { ca, server, client, stranger, strangers };
}
