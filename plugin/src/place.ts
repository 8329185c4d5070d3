import type { AnyDesc } from "@bufbuild/protobuf";
import { getComments } from "@bufbuild/protoplugin";

/** The line in which an element of a proto file begins, by its path in the descriptor, if anybody knows. */
export type LineOf = (file: string, path: readonly number[]) => number | undefined;

/** Where an element stands, for people: `acme/v1/event.proto:12`. */
export function placeOf(desc: AnyDesc, lineOf: LineOf = () => undefined): string {
  const { file, sourcePath } = desc.kind === "file" ? { file: desc, sourcePath: [] } : { file: "file" in desc ? desc.file : desc.parent.file, ...pathOf(desc) };
  const line = lineOf(file.proto.name, sourcePath) ?? lineIn(file.proto.sourceCodeInfo?.location ?? [], sourcePath);
  return line === undefined ? file.proto.name : `${file.proto.name}:${line}`;
}

function pathOf(desc: Exclude<AnyDesc, { readonly kind: "file" }>): { readonly sourcePath: readonly number[] } {
  return { sourcePath: getComments(desc).sourcePath };
}

function lineIn(locations: readonly { readonly path: readonly number[]; readonly span: readonly number[] }[], wanted: readonly number[]): number | undefined {
  const location = locations.find(({ path }) => path.length === wanted.length && path.every((step, i) => step === wanted[i]));
  const line = location?.span[0];
  return line === undefined ? undefined : line + 1;
}
