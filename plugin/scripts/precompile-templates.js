// Compiles templates/*.hbs into plugin/dist/templates.js, so that the plugin starts without the Handlebars compiler; and puts a copy of them
// beside it, for those who write templates of their own.
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import Handlebars from "handlebars";
import { createHelpers } from "../dist/rendering/helpers.js";

const folder = new URL("../../templates/", import.meta.url);
const knownHelpers = Object.fromEntries(Object.keys(createHelpers({})).map((name) => [name, true]));
const specs = readdirSync(folder)
  .filter((file) => file.endsWith(".hbs"))
  .toSorted()
  .map((file) => {
    const source = readFileSync(new URL(file, folder), "utf8");
    const options = { strict: true, noEscape: true, knownHelpers, knownHelpersOnly: true, srcName: file };
    const { code } = Handlebars.precompile(source, options);
    return `  ${file.replace(/\.hbs$/, "")}: ${code},\n`;
  });
writeFileSync(new URL("../dist/templates.js", import.meta.url), `export const templates = {\n${specs.join("")}};\n`);
cpSync(folder, new URL("../dist/templates/", import.meta.url), { recursive: true });
cpSync(new URL("../src/templates.d.ts", import.meta.url), new URL("../dist/templates.d.ts", import.meta.url));
