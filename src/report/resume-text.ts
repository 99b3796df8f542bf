// What is said where a run was to be gone on with, and there is nothing left of it.

import type { ResumeReport } from '../model/resume-report.js';
import { document, hintText, paint, wrap, type TextOptions } from './layout.js';

export function resumeText(report: ResumeReport, options: TextOptions): string {
  return document([
    paint('green', wrap(`${report.message}.`, 0, options), options),
    hintText(report, 0, options),
  ]);
}
