// Loaded into a plugin's process with --require: tells the peak of its memory, in KiB, in the file that PEAK_FILE names.
const { writeFileSync } = require("node:fs");

process.on("exit", () => writeFileSync(process.env.PEAK_FILE, String(process.resourceUsage().maxRSS)));
