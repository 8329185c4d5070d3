/** The files of a project: how they are called, and how they are written. Paths go from the working directory. */
import { randomUUID } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { CommandError } from "./command.js";

/** A path as it is told: from where the command runs, with slashes. */
export function shown(path: string, from: string = process.cwd()): string {
  return relative(from, path).split(sep).join("/") || ".";
}

/** Whether a path lies in a directory, also when it goes through symbolic links. */
export function isInside(path: string, directory: string): boolean {
  if (!isBelow(resolve(path), resolve(directory))) return false;
  // What is not there yet will be where its directory is.
  let there = resolve(path);
  while (!existsSync(there)) there = dirname(there);
  return isBelow(realpathSync(there), realpathSync(directory), true);
}

function isBelow(path: string, directory: string, orSame = false): boolean {
  const way = relative(directory, path);
  return way === "" ? orSame : way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/**
 * Writes a file whole or not at all: into another beside it, which then takes its name. The mode of a file that is there stays.
 *
 * @throws CommandError if it lies outside of the directory, or cannot be written
 */
export function writeInside(directory: string, path: string, content: string | Uint8Array): void {
  checkInside(directory, path);
  // A link stays one: what it leads to is written.
  const target = existsSync(path) ? realpathSync(path) : path;
  const beside = `${target}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(beside, content, { flag: "wx" });
    const before = statSync(target, { throwIfNoEntry: false });
    if (before) chmodSync(beside, before.mode);
    renameSync(beside, target);
  } catch (reason) {
    rmSync(beside, { force: true });
    throw new CommandError(`${shown(path)} cannot be written: ${reasonOf(reason)}`);
  }
}

/** Removes a file, but none outside of the directory. @throws CommandError */
export function removeInside(directory: string, path: string): void {
  checkInside(directory, path);
  try {
    rmSync(path);
  } catch (reason) {
    throw new CommandError(`${shown(path)} cannot be removed: ${reasonOf(reason)}`);
  }
}

/** Whether there is a directory. */
export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function checkInside(directory: string, path: string): void {
  if (!isInside(path, directory)) throw new CommandError(`${shown(path)} lies outside of ${shown(directory)}, and stays as it is`);
}

/** What went wrong, without the paths of this machine that Node puts behind it. */
export function reasonOf(reason: unknown): string {
  return (reason instanceof Error ? reason.message : String(reason)).replace(/, \w+ '.*$/s, "");
}
