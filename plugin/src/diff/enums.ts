/** Changes of enums: protobuf-es's names of their values are those of TypeScript. */
import type { DescEnum, DescEnumValue } from "@bufbuild/protobuf";
import { change } from "./change.js";
import { type Comparison, guessed, type Pair, paired, pinOf } from "./comparison.js";

/** Compares all enums of both sides. */
export function compareEnums(comparison: Comparison): void {
  const { before, after, mapped, add } = comparison;
  const { both, gone, added } = paired(before.enums, after.enums, ({ typeName }) => typeName, mapped);
  for (const { typeName } of gone) {
    const typescript = before.enumName(typeName);
    add(
      change({
        ...{ what: "enum", became: "removed", element: typeName, typescript },
        place: before.place(typeName),
        text: `${typescript} is gone`,
        source: true,
      }),
    );
  }
  for (const { typeName } of added) {
    const typescript = after.enumName(typeName);
    add(change({ what: "enum", became: "added", element: typeName, typescript, place: after.place(typeName), text: typescript }));
  }
  for (const pair of both) compareEnum(pair, comparison);
}

function compareEnum(pair: Pair<DescEnum>, comparison: Comparison): void {
  const { before, after, add } = comparison;
  const [old, now] = pair;
  const [was, is] = [before.enumName(old.typeName), after.enumName(now.typeName)];
  const isRenamed = old.typeName !== now.typeName;
  if (was !== is || isRenamed) {
    const guessed = was === is ? `${is} may be ${now.typeName} now, no more ${old.typeName}` : `${was} may be ${is} now`;
    const text = isRenamed ? `${guessed}: they have the same numbers` : `${was} is ${is} now`;
    const pin = pinOf(
      "enums",
      now.typeName,
      was,
      after.enums.map(({ typeName }) => after.enumName(typeName)),
    );
    const covers = [now.typeName, old.typeName];
    const place = after.place(now.typeName);
    add(
      change({
        what: "enum",
        became: "renamed",
        element: now.typeName,
        typescript: is,
        place,
        text,
        source: was !== is,
        guess: isRenamed,
        pin: was === is ? null : pin,
        covers,
      }),
    );
  }
  compareValues(pair, comparison);
}

function compareValues([old, now]: Pair<DescEnum>, { before, after, add }: Comparison): void {
  const { both, gone, added } = paired(old.values, now.values, ({ name }) => name);
  const renamed = guessed(gone, added, (a, b) => a.number === b.number);
  const base = (value: DescEnumValue, isOld: boolean) => ({
    ...({ what: "enum value", element: value.toString().replace(/^enum value /, ""), typescript: labelOf(value, isOld) } as const),
    place: isOld ? before.place(old.typeName, value.name) : after.place(now.typeName, value.name),
    covers: [`${now.typeName}#${value.number}`, `${now.typeName}.${value.name}`],
  });
  const labelOf = (value: DescEnumValue, isOld: boolean): string =>
    `${isOld ? before.enumName(old.typeName) : after.enumName(now.typeName)}.${value.localName}`;
  for (const [a, b] of [...both, ...renamed]) {
    const isNamed = a.localName !== b.localName;
    if (!isNamed && a.number === b.number) continue;
    const wire = a.number === b.number ? [] : [`${b.name} was ${a.number} and is ${b.number}`];
    const text = isNamed ? `${labelOf(a, true)} is ${labelOf(b, false)} now` : `${labelOf(b, false)} has another number`;
    const covers = [`${now.typeName}#${a.number}`, `${now.typeName}#${b.number}`];
    add(change({ ...base(b, false), became: isNamed ? "renamed" : "changed", text, wire, source: isNamed, covers }));
  }
  for (const value of gone) {
    if (!renamed.some(([a]) => a === value)) add(change({ ...base(value, true), became: "removed", text: `${labelOf(value, true)} is gone`, source: true }));
  }
  for (const value of added) {
    if (!renamed.some(([, b]) => b === value)) add(change({ ...base(value, false), became: "added", text: labelOf(value, false) }));
  }
}
