/** What holds of all comparisons: nothing differs from itself, and what one way adds the other removes. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { clone, createFileRegistry, type DescFile, fromBinary } from "@bufbuild/protobuf";
import { type DescriptorProto, type FileDescriptorProto, type FileDescriptorSet, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { breakingChanges } from "../src/command/diff/breaking.js";
import type { Becoming, Change } from "../src/diff/change.js";
import { diff } from "../src/diff/diff.js";
import { sideFrom } from "./diff-support.js";
import { root, run } from "./support.js";

const modules = ["rxpress", "snakepit", "loom", "edge", "links", ...readdirSync(join(root, "fixtures/odd")).map((name) => `odd/${name}`)];
const images = new Map<string, Uint8Array>();

function imageOf(module: string): Uint8Array {
  const found = images.get(module) ?? run("buf", ["build", `fixtures/${module}`, "-o", "-#format=binpb"]);
  images.set(module, found);
  return found;
}

function changesOf(before: readonly DescFile[], after: readonly DescFile[]): readonly Change[] {
  const own = (files: readonly DescFile[]) => ({ own: files.map(({ proto }) => proto.name) });
  return diff(sideFrom("old", before, own(before)), sideFrom("new", after, own(after))).changes;
}

function filesOf(set: FileDescriptorSet): readonly DescFile[] {
  return [...createFileRegistry(set).files];
}

it.each(modules)("%s does not differ from itself", (module) => {
  const image = imageOf(module);
  const files = filesOf(fromBinary(FileDescriptorSetSchema, image));
  expect(changesOf(files, files)).toEqual([]);
  const { findings, failure } = breakingChanges(image, image, "json");
  expect(findings).toEqual([]);
  // What buf compiles, it does not always read from an image.
  if (failure !== null) expect(failure).toMatch(/is an invalid map|has an invalid nested name/);
});

/** The RPCs, fields and values that can be taken out without harm: nothing else names them. */
function removables(file: FileDescriptorProto): readonly (() => void)[] {
  const inMessage = (message: DescriptorProto): readonly (() => void)[] => [
    ...(message.options?.mapEntry ? [] : message.field.map((field) => () => void remove(message.field, field, isLastOfOneof(message, field)))),
    ...message.nestedType.flatMap(inMessage),
  ];
  return [
    ...file.service.flatMap(({ method }) => method.map((each) => () => void remove(method, each))),
    ...file.messageType.flatMap(inMessage),
    ...file.enumType.flatMap(({ value }) => value.slice(1).map((each) => () => void remove(value, each))),
  ];
}

function remove<T>(list: T[], item: T, isKept = false): void {
  if (!isKept) list.splice(list.indexOf(item), 1);
}

function isLastOfOneof(message: DescriptorProto, { oneofIndex }: DescriptorProto["field"][number]): boolean {
  return oneofIndex !== undefined && message.field.filter((each) => each.oneofIndex === oneofIndex).length === 1;
}

/** A version without some of what is in it, which numbers choose. */
function variant(set: FileDescriptorSet, chosen: readonly number[]): readonly DescFile[] {
  const copy = clone(FileDescriptorSetSchema, set);
  const all = copy.file.filter(({ name }) => !name.startsWith("google/")).flatMap(removables);
  for (const number of new Set(chosen.map((each) => each % all.length))) all[number]?.();
  return filesOf(copy);
}

function labels(changes: readonly Change[], wanted: Becoming): readonly string[] {
  return changes
    .filter(({ became }) => became === wanted)
    .map(({ what, element, typescript }) => `${what} ${element} ${typescript}`)
    .toSorted();
}

describe("what one way adds the other removes", () => {
  it.each(["rxpress", "snakepit", "loom", "edge", "links"])("%s", { timeout: 120_000 }, (module) => {
    const set = fromBinary(FileDescriptorSetSchema, imageOf(module));
    const chosen = fc.array(fc.nat(), { maxLength: 12 });
    fc.assert(
      fc.property(chosen, chosen, (first, second) => {
        const [before, after] = [variant(set, first), variant(set, second)];
        const [there, back] = [changesOf(before, after), changesOf(after, before)];
        expect(labels(there, "added")).toEqual(labels(back, "removed"));
        expect(labels(there, "removed")).toEqual(labels(back, "added"));
        expect(there.filter(({ became }) => became === "renamed").length).toBe(back.filter(({ became }) => became === "renamed").length);
      }),
      { numRuns: 60 },
    );
  });
});
