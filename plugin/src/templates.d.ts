import type { Templates } from "./rendering/render.js";

/** The templates, compiled: the build writes this module from templates/. */
export declare const templates: Templates;
