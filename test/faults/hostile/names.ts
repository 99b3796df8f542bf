// Healthy databases under names that a shell, a URI, a glob, a terminal or SQLite itself could take for something else.

import { mkdirSync, renameSync as rename } from 'node:fs';
import { join } from 'node:path';
import type { HostileCase } from './case.js';

const DONE = ['upgraded'];
const REFUSED = ['failed:refusedPath'];

export const NAME_CASES: readonly HostileCase[] = [
  file('quote', `project_'.db`, DONE),
  file('double-quote', 'project_".db', DONE),
  file('semicolon', 'project_;.db', DONE),
  file('shell', 'project_$(touch here)`touch there`.db', DONE),
  file('sql', `project_'); DROP TABLE tasks; --.db`, DONE),
  file('question-mark', 'project_?mode=memory.db', DONE),
  file('hash', 'project_#.db', DONE),
  file('percent', 'project_%41%00.db', DONE),
  file('ampersand', 'project_&immutable=1.db', DONE),
  file('star', 'project_*.db', DONE),
  file('brackets', 'project_[1].db', DONE),
  file('braces', 'project_{1,2}.db', DONE),
  file('exclamation-mark', 'project_!(1).db', DONE),
  file('backslash', 'project_\\.db', DONE),
  file('backslash-n', 'project_\\n.db', DONE),
  file('colon', 'project_a:b.db', DONE),
  file('memory', 'project_:memory:.db', DONE),
  file('dots', 'project_...db', DONE),
  file('nothing', 'project_.db', DONE),
  file('twice-db', 'project_1.db.db', DONE),
  file('blank-inside', 'project_a b.db', DONE),
  file('blank-before-the-end', 'project_1 .db', DONE),
  file('line-break', 'project_a\nb.db', DONE),
  file('carriage-return', 'project_a\rb.db', DONE),
  file('tab', 'project_a\tb.db', DONE),
  file('escape-sequence', 'project_\u001b[31mred.db', DONE),
  file('bell', 'project_\u0007.db', DONE),
  file('right-to-left', 'project_\u202ebd.exe.db', DONE),
  file('zero-width', 'project_\u200b.db', DONE),
  file('byte-order-mark', 'project_\ufeff.db', DONE),
  file('line-separator', 'project_\u2028.db', DONE),
  file('composed', 'project_\u00e9.db', DONE),
  file('decomposed', 'project_e\u0301.db', DONE),
  file('emoji', 'project_\u{1f680}.db', DONE),
  file('replacement-character', 'project_\ufffd.db', REFUSED),
  file('247-bytes', `project_${'x'.repeat(236)}.db`, DONE),
  file('248-bytes', `project_${'x'.repeat(237)}.db`, REFUSED),
  file('255-bytes', `project_${'x'.repeat(244)}.db`, REFUSED),
  file('like-a-journal', 'project_1.db-journal', ['absent']),
  file('like-a-log', 'project_1-wal.db', DONE),
  file('upper-case', 'project_1.DB', ['absent']),
  file('dash-directory', '-rf/project_1.db', DONE),
  file('blank-directory', 'a b/project_1.db', DONE),
  file('directory-that-starts-with-a-blank', ' a/project_1.db', REFUSED),
  file('directory-that-ends-with-a-blank', 'a /project_1.db', REFUSED),
  file('directory-file-colon', 'file:/project_1.db', DONE),
  file('directory-memory', ':memory:/project_1.db', DONE),
  file('directory-with-line-break', 'a\nb/project_1.db', DONE),
  file('directory-with-star', '**/project_1.db', DONE),
  file('hidden-directory', '.hidden/project_1.db', ['absent']),
  file('hidden-file', '.project_1.db', ['absent']),
  file('deep', `${'deep/'.repeat(40)}project_1.db`, DONE),
  file('too-deep', `${'deeper-and-deeper/'.repeat(30)}project_1.db`, REFUSED),
  {
    name: 'names/not-utf-8',
    ends: REFUSED,
    make({ own, healthy, target }) {
      healthy(target);
      rename(
        target,
        Buffer.concat([Buffer.from(`${own}/project_`), Buffer.from([0xff, 0xfe]), Buffer.from('.db')]),
      );
    },
  },
  {
    name: 'names/directory-not-utf-8',
    ends: REFUSED,
    make({ own, healthy, target }) {
      healthy(target);
      const directory = Buffer.concat([Buffer.from(`${own}/`), Buffer.from([0xc3, 0x28])]);
      mkdirSync(directory);
      rename(target, Buffer.concat([directory, Buffer.from('/project_1.db')]));
    },
  },
];

function file(name: string, path: string, ends: readonly string[]): HostileCase {
  return {
    name: `names/${name}`,
    ends,
    make({ own, healthy }) {
      const place = join(own, path);
      mkdirSync(join(place, '..'), { recursive: true });
      healthy(place);
    },
  };
}
