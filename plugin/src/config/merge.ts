import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";

/** Called for each thing that was taken over, with the path of fields and keys to it. */
export type OnTaken = (path: readonly string[]) => void;

/**
 * Takes over into `target` what is said in `source`: messages and maps are merged, a list replaces the one that was there.
 */
export function mergeInto<Desc extends DescMessage>(schema: Desc, target: MessageShape<Desc>, source: MessageShape<Desc>, onTaken: OnTaken = () => {}): void {
  merge(reflect(schema, target), reflect(schema, source), [], onTaken);
}

function merge(target: ReflectMessage, source: ReflectMessage, path: readonly string[], onTaken: OnTaken): void {
  for (const field of source.fields) {
    if (!source.isSet(field)) continue;
    const here = [...path, field.name];
    if (field.fieldKind === "message") {
      if (!target.isSet(field)) target.set(field, reflect(field.message));
      merge(target.get(field), source.get(field), here, onTaken);
    } else if (field.fieldKind === "map") {
      const into = target.get(field);
      for (const [key, value] of source.get(field)) {
        const there = [...here, String(key)];
        if (field.mapKind === "message") {
          const before = into.get(key) as ReflectMessage | undefined;
          const merged = before ?? reflect(field.message);
          merge(merged, value as ReflectMessage, there, onTaken);
          into.set(key, merged);
        } else into.set(key, value);
        onTaken(there);
      }
    } else if (field.fieldKind === "list") {
      const into = target.get(field);
      into.clear();
      for (const item of source.get(field)) into.add(item);
    } else target.set(field, source.get(field));
    onTaken(here);
  }
}
