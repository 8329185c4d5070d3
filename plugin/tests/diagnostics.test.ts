import { describe, expect, it } from "vitest";
import { Problems, ProblemsError } from "../src/diagnostics.js";

function thrown(problems: Problems): ProblemsError {
  try {
    problems.check();
  } catch (error) {
    if (error instanceof ProblemsError) return error;
  }
  throw new Error("no ProblemsError was thrown");
}

describe("problems", () => {
  it("are told one a line, errors first, each in the order of their report", () => {
    const problems = new Problems();
    problems.warn("a.proto:3", "odd");
    problems.error("bridge.yaml:9:1", "second in the file, first reported");
    problems.error("", "of no place");
    problems.error("bridge.yaml:2:1", "last");
    const error = thrown(problems);
    expect(error.name).toBe("ProblemsError");
    expect(error.message).toBe("bridge.yaml:9:1: second in the file, first reported\nof no place\nbridge.yaml:2:1: last\na.proto:3: warning: odd");
    expect(error.problems).toEqual(problems.all);
    expect(problems.all[0]).toEqual({ severity: "warning", place: "a.proto:3", message: "odd" });
  });
  it("are told once", () => {
    const problems = new Problems();
    for (let i = 0; i < 3; i++) problems.error("a", "b");
    expect(problems.all).toHaveLength(1);
  });
  it("are counted after 20", () => {
    const problems = new Problems();
    for (let i = 0; i < 25; i++) problems.error(`a:${i}`, "b");
    const lines = thrown(problems).message.split("\n");
    expect(lines.slice(-2)).toEqual(["a:19: b", "and 5 more"]);
    expect(lines).toHaveLength(21);
    expect(thrown(problems).problems).toHaveLength(25);
  });
  it("that are warnings only stop nothing", () => {
    const problems = new Problems();
    problems.warn("a", "b");
    problems.check();
    expect(problems.all).toHaveLength(1);
  });
});
