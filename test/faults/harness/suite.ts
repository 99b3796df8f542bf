// What a suite of faults is: many points, each a fault at one place, each found again by its name and the seed.

import type { Program } from './program.js';
import type { Shim } from './shim.js';

export interface Suite {
  /** `kill`: what `--suite` takes. */
  readonly name: string;
  /** What the README's claim calls a point: `kill points`. */
  readonly unit: string;
  /** How many points are run with every test run, and how many with `--full`. */
  readonly standard: number;
  readonly full: number;
  /** Processes that run points at a time; default 2. */
  readonly jobs?: number;
  /**
   * Points that each of them has at work at a time; default 1. More only where points share nothing in the process:
   * those that mostly wait for the program.
   */
  readonly abreast?: number;
  /** Whether it needs the directory on a disk: where it does not, it works in memory. */
  readonly disk?: boolean;
  /** The processes that run points have the shim themselves. */
  readonly preload?: boolean;
  /** What is missing on this machine; null or left out where nothing is. */
  lacks?(): string | null;
  open(bench: Bench): Promise<OpenSuite>;
}

export interface Bench {
  readonly program: Program;
  /** An existing, empty directory for everything the suite writes. */
  readonly directory: string;
  readonly seed: number;
  /** How many points are wanted. */
  readonly size: number;
  /** Only points whose names begin so are wanted; a suite that makes many kinds leaves out those that cannot. */
  readonly only: string;
  /** Meets what this process itself does below `hurt`; null unless the suite asks for it. */
  readonly shim: Shim | null;
  /** An existing directory below which the shim sees what is done. */
  readonly hurt: string;
}

export interface OpenSuite {
  /** The names of the points; about as many as are wanted, evenly spread over all there are. */
  points(): Promise<readonly string[]>;
  run(point: string): Promise<Finding>;
  close(): Promise<void>;
}

export interface Finding {
  /** What is wrong, in words; empty where all is well. */
  readonly bad: readonly string[];
  /** How much the point counts for in the figures; default 1. */
  readonly count?: number;
  /** Why nothing was done. */
  readonly skipped?: string;
  /** Parts of the point that this machine could not do, and why. */
  readonly missing?: readonly string[];
}

export const GOOD: Finding = { bad: [] };

/** What a suite found. */
export interface SuiteResult {
  readonly name: string;
  readonly unit: string;
  readonly seed: number;
  readonly count: number;
  readonly bad: readonly BadPoint[];
  readonly skipped: readonly { readonly point: string; readonly why: string }[];
}

export interface BadPoint {
  readonly point: string;
  readonly what: readonly string[];
  /** Runs this point alone. */
  readonly command: string;
}

/** Whether points of a kind are wanted at all: either name is the beginning of the other. */
export function isWanted({ only }: Pick<Bench, 'only'>, kind: string): boolean {
  return kind.startsWith(only) || only.startsWith(kind);
}
