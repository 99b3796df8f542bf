// All commands, in the order in which a newcomer needs them. A new command is a file in commands/ and a line here.

import type { Command } from './command.js';
import { backup } from './commands/backup.js';
import { baseline } from './commands/baseline.js';
import { check } from './commands/check.js';
import { completion } from './commands/completion.js';
import { current } from './commands/current.js';
import { discover } from './commands/discover.js';
import { doctor } from './commands/doctor.js';
import { downgrade } from './commands/downgrade.js';
import { drift } from './commands/drift.js';
import { heads } from './commands/heads.js';
import { history } from './commands/history.js';
import { lint } from './commands/lint.js';
import { newRevision } from './commands/new.js';
import { plan } from './commands/plan.js';
import { repair } from './commands/repair.js';
import { restore } from './commands/restore.js';
import { resume } from './commands/resume.js';
import { show } from './commands/show.js';
import { stamp } from './commands/stamp.js';
import { status } from './commands/status.js';
import { undo } from './commands/undo.js';
import { upgrade } from './commands/upgrade.js';

export const COMMANDS: readonly Command[] = [
  discover,
  status,
  check,
  current,
  plan,
  upgrade,
  stamp,
  downgrade,
  drift,
  repair,
  resume,
  undo,
  restore,
  backup,
  doctor,
  history,
  heads,
  show,
  lint,
  newRevision,
  baseline,
  completion,
];
