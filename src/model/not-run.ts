// What every look says that was to run no program. Apart because the documents of the fleet and those of lint share it.

/** Of looks that were to run no program: `--no-programs`. */
export interface NotRun {
  /**
   * Ids of the revisions that are programs and were not run: what depends on one is not known. Left out where there is
   * none.
   */
  readonly notRun?: readonly string[];
}
