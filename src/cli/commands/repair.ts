// `flotilla repair`.

import { repairPlanText, runText } from '../../index.js';
import { defineCommand } from '../command.js';
import { present, RUN_SETTING_NAMES, runOptions } from '../settings.js';

export const repair = defineCommand({
  name: 'repair',
  summary: 'mends the structure of targets that drifted',
  description: [
    'Brings the structure of each drifted target back to the one that its own revision leaves, by the',
    'same steps as upgrade: backup, one transaction, verification.',
    'Missing columns are added, what ALTER TABLE cannot change is rebuilt with every row, indexes, views',
    'and triggers are made anew.',
    'Where rows are in the way they are counted and named, and nothing is changed.',
    'What is not expected stays unless --drop-extra names it: table, table.column, or an index, a view, a',
    'trigger.',
    'The history is not touched, except where --checksums names a revision whose file was edited after it',
    'was applied: where the structure is what the file leaves now, it counts as what was applied.',
    'The order of columns and the names of constraints are no drift. With --columns they are put right too,',
    'also where nothing else differs or nothing is recorded yet: by name, in a rebuild with every row.',
  ],
  settings: ['dropExtra', 'checksums', 'columns', ...RUN_SETTING_NAMES],
  switches: ['plan'],
  examples: [
    { args: 'repair --plan', does: 'the SQL of it, cohort by cohort, to read and review' },
    { args: 'repair --dry-run', does: 'rehearses it on private copies, rows in the way included' },
    { args: 'repair', does: 'mends every target that drifted' },
    {
      args: 'repair --drop-extra _alembic_tmp_tasks,tasks.old_title',
      does: 'the same, and drops this table and this column, with what they hold',
    },
    {
      args: 'repair --columns --only project_7',
      does: 'puts its columns into the order that the revisions leave',
    },
    { args: 'repair --checksums all', does: 'accepts edited files where the structure is theirs' },
  ],
  exitCodes: {
    0: 'every target has the structure of its revision',
    1: 'some target was left alone, or something in it was; or there is none',
    2: 'some target failed; every one is as it was before',
    3: 'some target is in doubt; a person must look',
  },
  async run(fleet, { select, settings, switches }) {
    const { dropExtra, checksums, columns } = settings;
    const named = present({ dropExtra, checksums, columns });
    if (switches.has('plan')) {
      const report = await fleet.repairPlan({ ...select, ...named });
      return { report, text: (options) => repairPlanText(report, options) };
    }
    const report = await fleet.repair({ ...select, ...runOptions(settings), ...named });
    return { report, text: (options) => runText(report, options) };
  },
});
