// Surroundings that a run may find itself in. A case is a shell script that makes them, in a mount namespace of its own
// where it mounts anything, and then runs "$@", the program. DATA is the data directory and BASE what is to be in it;
// what is there afterwards goes to OUT, because a mount is gone with its namespace.

import type { JournalMode } from '../harness/fixture.js';

export interface EnvironmentCase {
  readonly name: string;
  readonly mode: JournalMode;
  /** Of bash; ends with the program's exit code. 99: this machine cannot make the surroundings. */
  readonly script: string;
  /** How the run may end, beside what is always right: `done` must be done, `failed` must not, `any` either. */
  readonly ends: 'done' | 'failed' | 'any';
  /** The program may be unable to start at all: then any exit code but 0 is right. */
  readonly starves?: boolean;
  /** Added to the command. */
  readonly words?: readonly string[];
  /** Needs the rights of root, and the means of Linux to give away its own. */
  readonly root?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

const PUT = 'cp -a "$BASE/." "$DATA/" || exit 99';
const TAKE = 'code=$?; cp -a "$DATA/." "$OUT/"; exit $code';

/** In the directory as it is. */
function plain(before: string, after = ''): string {
  return [PUT, before, '"$@"; code=$?', after, 'cp -a "$DATA/." "$OUT/"; exit $code'].join('\n');
}

/** With a limit that holds for the program alone. */
function limited(limit: string): string {
  return [PUT, `(${limit}; exec "$@")`, TAKE].join('\n');
}

/** In a mount of its own. */
function mounted(mount: string): string {
  return [`${mount} || exit 99`, PUT, '"$@"', TAKE].join('\n');
}

const BOTH: readonly JournalMode[] = ['delete', 'wal'];

/** The base has 40 KiB; a run of it needs about as much for its backup, and 80 KiB for the ledger. */
const SIZES_KIB = [60, 84, 108, 132, 156, 180, 204, 228, 252, 276, 300, 400] as const;
const FILE_KIB = [1, 8, 24, 36, 40, 44, 48, 64, 100, 1000] as const;
const DESCRIPTORS = [16, 24, 32, 64, 96, 120, 128, 132, 136, 140, 144, 160] as const;

export const ENVIRONMENT_CASES: readonly EnvironmentCase[] = [
  ...BOTH.flatMap((mode) =>
    SIZES_KIB.map((size): EnvironmentCase => ({
      name: `space/${mode}/${size}-kib`,
      mode,
      ends: 'any',
      root: true,
      script: mounted(`mount -t tmpfs -o size=${size}k none "$DATA"`),
    })),
  ),
  ...FILE_KIB.map((size): EnvironmentCase => ({
    name: `file-size/${size}-kib`,
    mode: size % 8 === 0 ? 'wal' : 'delete',
    ends: 'any',
    starves: true,
    script: limited(`ulimit -f ${size}`),
  })),
  ...DESCRIPTORS.map((count): EnvironmentCase => ({
    name: `descriptors/${count}`,
    mode: count % 2 === 0 ? 'wal' : 'delete',
    ends: 'any',
    starves: true,
    script: limited(`ulimit -n ${count}`),
  })),
  {
    name: 'processes/none-left',
    mode: 'delete',
    ends: 'failed',
    starves: true,
    root: true,
    script: asNobody('ulimit -u 1'),
  },
  ...BOTH.flatMap((mode): readonly EnvironmentCase[] => [
    {
      name: `read-only/${mode}/everything`,
      mode,
      ends: 'failed',
      root: true,
      script: [
        PUT,
        'mount --bind "$DATA" "$DATA" && mount -o remount,bind,ro "$DATA" || exit 99',
        '"$@"',
        TAKE,
      ].join('\n'),
    },
    {
      name: `read-only/${mode}/targets-alone`,
      mode,
      ends: 'failed',
      root: true,
      words: ['--state-dir', '$OUT/.flotilla'],
      script: [
        PUT,
        'mount --bind "$DATA" "$DATA" && mount -o remount,bind,ro "$DATA" || exit 99',
        '"$@"',
        TAKE,
      ].join('\n'),
    },
    {
      name: `read-only/${mode}/the-file`,
      mode,
      ends: 'failed',
      root: true,
      script: [
        PUT,
        'f="$DATA/project_1.db"; mount --bind "$f" "$f" && mount -o remount,bind,ro "$f" || exit 99',
        '"$@"',
        TAKE,
      ].join('\n'),
    },
    {
      name: `immutable/${mode}/file`,
      mode,
      ends: 'failed',
      root: true,
      script: plain('chattr +i "$DATA/project_1.db" || exit 99', 'chattr -i "$DATA/project_1.db"'),
    },
    {
      name: `immutable/${mode}/directory`,
      mode,
      ends: 'failed',
      root: true,
      script: plain('mkdir "$DATA/.flotilla"; chattr +i "$DATA" || exit 99', 'chattr -i "$DATA"'),
    },
    {
      name: `append-only/${mode}/directory`,
      mode,
      // Names can be made, and not taken away: not that of a journal either.
      ends: 'any',
      root: true,
      script: plain('mkdir "$DATA/.flotilla"; chattr +a "$DATA" || exit 99', 'chattr -a "$DATA"'),
    },
    {
      name: `append-only/${mode}/file`,
      mode,
      ends: 'failed',
      root: true,
      script: plain('chattr +a "$DATA/project_1.db" || exit 99', 'chattr -a "$DATA/project_1.db"'),
    },
    {
      name: `nobody/${mode}/may-read-the-file`,
      mode,
      ends: 'failed',
      root: true,
      script: asNobody('chmod 444 "$DATA/project_1.db"; chgrp 65534 "$DATA"; chmod 770 "$DATA"'),
    },
    {
      name: `nobody/${mode}/may-not-read-the-file`,
      mode,
      ends: 'failed',
      root: true,
      script: asNobody('chmod 000 "$DATA/project_1.db"; chgrp 65534 "$DATA"; chmod 770 "$DATA"'),
    },
    {
      name: `nobody/${mode}/may-not-write-the-directory`,
      mode,
      ends: 'failed',
      root: true,
      words: ['--state-dir', '$OUT/.flotilla'],
      script: asNobody('chmod 666 "$DATA"/*; chmod 555 "$DATA"; chgrp 65534 "$OUT"; chmod 770 "$OUT"'),
    },
    {
      name: `nobody/${mode}/may-all`,
      mode,
      ends: 'done',
      root: true,
      script: asNobody('chmod 666 "$DATA"/*; chgrp 65534 "$DATA"; chmod 770 "$DATA"'),
    },
    {
      name: `file-system/${mode}/state-elsewhere`,
      mode,
      ends: 'done',
      root: true,
      words: ['--state-dir', '$DATA.state/flotilla'],
      script: [
        'mkdir "$DATA.state" && mount -t tmpfs none "$DATA.state" || exit 99',
        PUT,
        '"$@"; code=$?',
        'mkdir -p "$OUT/.flotilla" && cp -a "$DATA.state/flotilla/." "$OUT/.flotilla/"; cp -a "$DATA/." "$OUT/"; exit $code',
      ].join('\n'),
    },
    {
      name: `file-system/${mode}/ext4`,
      mode,
      ends: 'done',
      root: true,
      script: mounted(image('ext4', 8)),
    },
    { name: `file-system/${mode}/xfs`, mode, ends: 'done', root: true, script: mounted(image('xfs', 320)) },
    {
      name: `file-system/${mode}/btrfs`,
      mode,
      ends: 'done',
      root: true,
      script: mounted(image('btrfs', 128)),
    },
    { name: `file-system/${mode}/vfat`, mode, ends: 'done', root: true, script: mounted(image('vfat', 8)) },
    {
      name: `file-system/${mode}/overlay`,
      mode,
      ends: 'done',
      root: true,
      script: [
        'mkdir "$DATA.mem" && mount -t tmpfs none "$DATA.mem" && mkdir "$DATA.mem/up" "$DATA.mem/work" || exit 99',
        'mount -t overlay -o lowerdir="$BASE",upperdir="$DATA.mem/up",workdir="$DATA.mem/work" none "$DATA" || exit 99',
        '"$@"',
        TAKE,
      ].join('\n'),
    },
  ]),
  ...[
    ['a-day-on', '0,86400'],
    ['a-day-back', '0,-86400'],
    ['to-and-fro', '0,7200,-7200,7200,-7200,0'],
    ['1970', '-1700000000'],
    ['2100', '2400000000'],
    ['year-by-year', '0,31536000,63072000,94608000'],
  ].map(([name = '', schedule = '']): EnvironmentCase => ({
    name: `clock/${name}`,
    mode: 'delete',
    ends: 'any',
    script: plain(''),
    env: { FAULT_CLOCK: schedule },
  })),
  {
    name: 'output/full',
    mode: 'delete',
    ends: 'any',
    script: [PUT, '"$@" > /dev/full', TAKE].join('\n'),
    starves: true,
  },
  {
    name: 'output/closed',
    mode: 'delete',
    ends: 'any',
    script: [PUT, '"$@" >&-', TAKE].join('\n'),
    starves: true,
  },
  { name: 'output/errors-closed', mode: 'delete', ends: 'done', script: [PUT, '"$@" 2>&-', TAKE].join('\n') },
  {
    name: 'output/nobody-reads',
    mode: 'delete',
    ends: 'any',
    starves: true,
    script: [PUT, '"$@" | true', 'code=${PIPESTATUS[0]}', 'cp -a "$DATA/." "$OUT/"; exit $code'].join('\n'),
  },
  { name: 'input/closed', mode: 'delete', ends: 'done', script: [PUT, '"$@" <&-', TAKE].join('\n') },
  { name: 'mask/077', mode: 'wal', ends: 'done', script: plain('umask 077') },
  { name: 'mask/777', mode: 'wal', ends: 'any', script: plain('umask 777') },
  { name: 'variables/none', mode: 'delete', ends: 'done', script: [PUT, 'env -i "$@"', TAKE].join('\n') },
  {
    name: 'variables/no-place-for-temporary-files',
    mode: 'delete',
    ends: 'done',
    script: plain(''),
    env: { TMPDIR: '/nonexistent' },
  },
];

function image(type: string, mebibytes: number): string {
  return [
    `command -v mkfs.${type} >/dev/null || exit 99`,
    'mkdir "$DATA.mem" && mount -t tmpfs none "$DATA.mem" || exit 99',
    `truncate -s ${mebibytes}M "$DATA.mem/image" && mkfs.${type} "$DATA.mem/image" >/dev/null 2>&1 || exit 99`,
    'mount -o loop "$DATA.mem/image" "$DATA"',
  ].join('\n');
}

/** With the rights of nobody, who may do what the shell lets everybody do. */
function asNobody(before: string): string {
  return [
    'command -v setpriv >/dev/null || exit 99',
    PUT,
    'chmod 755 "$DATA/.."',
    `(${before.includes('ulimit') ? 'chmod 666 "$DATA"/*; chgrp 65534 "$DATA"; chmod 770 "$DATA"; ' : ''}${before}`,
    'exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@")',
    TAKE,
  ].join('\n');
}
