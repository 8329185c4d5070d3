import type { AnyDesc, DescFile } from "@bufbuild/protobuf";
import type { Problems } from "../diagnostics.js";
import { placeOf } from "../place.js";
import { protoOptions } from "./options.js";
import { applyingProfiles, profileLayer, profileNames } from "./profiles.js";
import { checkSelectors } from "./selectors.js";
import { Settings } from "./settings.js";
import { readConfigFile } from "./yaml.js";

/** What settings are made of. */
export interface SettingsSource {
  /** All files of the request. */
  readonly files: readonly DescFile[];
  /** Those in which the selectors of the config have to match, if their package is there, and whose options are checked. */
  readonly checked: readonly DescFile[];
  /** The path of a `bridge.yaml`. */
  readonly configPath: string | undefined;
  /** What the path starts from. By default, the working directory. */
  readonly directory?: string | undefined;
  /** Whether the config was made for another version of the protos: then what it names may be missing. */
  readonly borrowed?: boolean | undefined;
  /** The profiles that the plugin brings. */
  readonly profiles: readonly unknown[];
  readonly problems: Problems;
  /** Whether `checked` is all that there is: then every selector has to match. */
  readonly whole: boolean;
  /** Where an element stands in its proto, for people. By default, as its descriptor tells. */
  readonly place?: ((desc: AnyDesc) => string) | undefined;
}

/**
 * What profiles, options in the protos and the config say of some files, the later winning.
 *
 * @throws ProblemsError if the config cannot be read
 */
export function loadSettings({ files, checked, configPath, directory, borrowed = false, profiles, problems, whole, place = placeOf }: SettingsSource): {
  readonly settings: Settings;
  /** The names of the profiles that apply. */
  readonly applied: readonly string[];
} {
  const file = configPath === undefined ? undefined : readConfigFile(configPath, directory);
  if (file && !borrowed) checkSelectors(file, checked, problems, { whole, profiles: profileNames(profiles) });
  const options = protoOptions(files, (desc) => place(desc));
  options.check(checked, problems);
  const applying = applyingProfiles(profiles, files, file?.config.ignoreProfiles ?? []);
  return {
    settings: new Settings([...applying.map(profileLayer), options, ...(file ? [{ ...file, mayMiss: borrowed }] : [])]),
    applied: applying.map(({ name }) => name),
  };
}
