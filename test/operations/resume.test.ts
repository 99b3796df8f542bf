// Going on with a run through the command line: after a stop, a pause, a gate and a kill, with the heads as they were.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { killGroup, startCli } from '../support/cli.js';
import { treeOf } from '../support/fleet.js';
import { idsWith, Rollout, type Told } from '../support/rollouts.js';

const verdicts = ({ waves = [] }: Told) => waves.map(({ verdict }) => verdict);

/** What the run left in a target: the revisions of its history, with the run of each. */
function historyOf(fleet: Rollout, id: string): readonly string[] {
  const db = new Database(join(fleet.cwd, 'data', `${id}.db`), { readonly: true });
  try {
    return db
      .prepare<[], string>(`SELECT revision || ' ' || run_id FROM flotilla_history ORDER BY revision`)
      .pluck()
      .all();
  } finally {
    db.close();
  }
}

describe('After a stop by the budget', { timeout: 240_000 }, () => {
  test('the cause mended, the same run goes on to its end, and its report is one.', async () => {
    const fleet = new Rollout(300);
    await fleet.type('upgrade 0001 --stamp --no-backup');
    fleet.spoil(10, 49);
    const before = treeOf(join(fleet.cwd, 'data'), ['.flotilla']);
    const first = await fleet.told('upgrade --waves 5,20%,rest --max-failures 10%');
    expect(first.exitCode).toBe(2);
    expect(verdicts(first)).toEqual(['passed', 'exceeded', 'notStarted']);
    const after = treeOf(join(fleet.cwd, 'data'), ['.flotilla']);
    for (const { id, wave } of first.targets) {
      if (wave === 'rest') expect(after[`${id}.db`]).toBe(before[`${id}.db`]);
    }
    fleet.spoil(10, 49, 'mended');
    const { stderr, ...whole } = await fleet.told('resume');
    expect(whole.exitCode, stderr).toBe(0);
    expect(whole).toMatchObject({
      runId: first.runId,
      resumedFrom: first.runId,
      command: 'upgrade',
      summary: { planned: 300, upgraded: 300 },
      legs: [{ exitCode: 2 }, { exitCode: 0 }],
    });
    expect(verdicts(whole)).toEqual(['passed', 'passed', 'passed']);
    expect(whole.targets.map(({ id, wave }) => [id, wave])).toEqual(
      first.targets.map(({ id, wave }) => [id, wave]),
    );
    const reports = readdirSync(join(fleet.cwd, 'data/.flotilla/reports'));
    expect(reports.filter((name) => name.startsWith(first.runId))).toHaveLength(1);
    expect(JSON.parse(readFileSync(String(whole.report && join(fleet.cwd, whole.report)), 'utf8'))).toEqual(
      whole,
    );
    const again = await fleet.type('resume');
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('Nothing to resume')]);
  });

  test('with the cause still there, it stops again, and goes on a third time.', async () => {
    const fleet = new Rollout(12);
    fleet.spoil(2, 4);
    const line = 'upgrade --stamp --waves 1,5,rest --max-failures 1 --jobs 1';
    expect(verdicts(await fleet.told(line))).toEqual(['passed', 'exceeded', 'notStarted']);
    const second = await fleet.told('resume');
    expect([second.exitCode, second.legs?.length]).toEqual([2, 2]);
    expect(second.targets[11]?.failure?.hint).toContain(`flotilla resume ${second.runId}`);
    fleet.spoil(3, 4, 'mended');
    const third = await fleet.told(`resume ${second.runId.slice(0, 19)}`);
    // One fails still, which is as many as may.
    expect([third.exitCode, third.summary['upgraded'], third.summary['failed']]).toEqual([2, 11, 1]);
    expect(verdicts(third)).toEqual(['passed', 'passed', 'passed']);
    fleet.spoil(2, 2, 'mended');
    const none = await fleet.told('resume');
    expect([none.exitCode, none.command]).toEqual([0, 'resume']);
    const last = await fleet.told('resume --retry failed');
    expect([last.exitCode, last.legs?.length, last.summary['upgraded']]).toEqual([0, 4, 12]);
  });
});

describe('Between two waves', { timeout: 120_000 }, () => {
  test('a run that pauses after each is resumed after each.', async () => {
    const fleet = new Rollout(6);
    const codes: number[] = [];
    for (
      let told = await fleet.told('upgrade --stamp --waves 1,2,rest --pause');
      ;
      told = await fleet.told('resume')
    ) {
      codes.push(told.exitCode);
      if (told.command === 'resume') break;
    }
    expect(codes).toEqual([1, 1, 0, 0]);
  });

  test('a gate that said no is asked again, and a soak is not waited for twice.', async () => {
    const fleet = new Rollout(4);
    const gate = `${process.execPath} -e "process.exit(require('fs').existsSync('open')?0:1)"`;
    const line = ['upgrade', '--stamp', '--waves', '1,rest', '--soak', '1500ms', '--gate', gate, '--json'];
    const first = (await startCli(line, { cwd: fleet.cwd }).result).json() as Told;
    expect([first.exitCode, ...verdicts(first)]).toEqual([1, 'refused', 'notStarted']);
    const second = await fleet.told('resume');
    expect([second.exitCode, ...verdicts(second)]).toEqual([1, 'refused', 'notStarted']);
    expect(second.stderr).not.toContain('soaking');
    writeFileSync(join(fleet.cwd, 'open'), '');
    const third = await fleet.told('resume');
    expect([third.exitCode, ...verdicts(third)]).toEqual([0, 'passed', 'passed']);
    expect(third.legs?.map(({ exitCode }) => exitCode)).toEqual([1, 1, 0]);
  });
});

describe('After a kill', { timeout: 240_000 }, () => {
  test('targets in flight are asked, and each revision was run once.', async () => {
    const fleet = new Rollout(120);
    fleet.write(
      '0003_slow.sql',
      `-- migrate:up
CREATE TABLE n AS WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 60000) SELECT x FROM c;
-- migrate:down
DROP TABLE n;
`,
    );
    const running = startCli(['upgrade', '--stamp', '--waves', '5,20%,rest', '--verbose', '--jobs', '2'], {
      cwd: fleet.cwd,
    });
    await running.said('wave 3 of 3');
    await sleep(400);
    killGroup(running.pid);
    expect((await running.result).signal).toBe('SIGKILL');
    const { stderr, ...told } = await fleet.told('resume');
    expect(told.exitCode, stderr).toBe(0);
    expect(told.summary).toEqual({ planned: 120, upgraded: 120 });
    expect(told.legs).toMatchObject([{ finishedAt: null, exitCode: null }, { exitCode: 0 }]);
    for (const { id, applied, backup } of told.targets) {
      expect([id, applied, backup === null]).toEqual([id, ['0002', '0003'], false]);
      expect(historyOf(fleet, id)).toEqual(['0001', '0002', '0003'].map((one) => `${one} ${told.runId}`));
    }
    expect(idsWith(told, 'upgraded')).toHaveLength(120);
  });

  test('a step back is not taken twice.', async () => {
    const fleet = new Rollout(40);
    await fleet.type('upgrade --stamp --no-backup');
    const running = startCli(['downgrade', '--verbose', '--', '-1'], { cwd: fleet.cwd });
    await running.said('project_3: downgraded');
    killGroup(running.pid);
    await running.result;
    const { stderr, ...told } = await fleet.told('resume');
    expect(told.exitCode, stderr).toBe(0);
    expect(told.targets.map(({ to }) => to)).toEqual(told.targets.map(() => '0001'));
  });
});

describe('The revisions of a run', { timeout: 120_000 }, () => {
  async function stopped(): Promise<{ fleet: Rollout; told: Told }> {
    const fleet = new Rollout(6);
    fleet.spoil(2, 3);
    const told = await fleet.told('upgrade --stamp --waves 1,rest --max-failures 0 --jobs 1');
    expect(told.exitCode).toBe(2);
    return { fleet, told };
  }

  test('are those of its beginning: one that came since is not applied.', async () => {
    const { fleet } = await stopped();
    fleet.spoil(2, 3, 'mended');
    fleet.write('0003_more.sql', '-- migrate:up\nCREATE TABLE more (x);\n');
    const told = await fleet.told('resume');
    expect([told.exitCode, ...new Set(told.targets.map(({ to }) => to))]).toEqual([0, '0002']);
  });

  test('are refused where one that targets have was edited, or is gone.', async () => {
    const { fleet, told } = await stopped();
    fleet.write('0002_unique.sql', '-- migrate:up\nCREATE INDEX u ON users (email);\n');
    const edited = await fleet.type('resume');
    expect(edited.code).toBe(78);
    expect(edited.stderr).toContain(`The revisions are not those of run ${told.runId}, which went to 0002`);
    expect(edited.stderr).toContain(
      '0002 was edited (migrations/0002_unique.sql), and targets of the run have it',
    );
    expect(edited.stderr).toContain('flotilla upgrade');
  });

  test('may be mended as long as no target has them.', async () => {
    const fleet = new Rollout(4);
    fleet.write('0002_unique.sql', '-- migrate:up\nCREATE UNIQUE INDEX u ON users (substr(email, 1, 0));\n');
    const first = await fleet.told('upgrade --stamp --waves 1,rest --max-failures 0');
    expect(verdicts(first)).toEqual(['exceeded', 'notStarted']);
    fleet.write('0002_unique.sql', '-- migrate:up\nCREATE UNIQUE INDEX u ON users (email);\n');
    const told = await fleet.told('resume');
    expect(told.stderr).toContain('Revision 0002 was edited since the run began');
    expect([told.exitCode, told.summary['upgraded']]).toEqual([0, 4]);
  });
});

test(
  'A rehearsal, and a run that there is not, cannot be gone on with; a fleet without runs has none.',
  { timeout: 120_000 },
  async () => {
    const fleet = new Rollout(2);
    const none = await fleet.type('resume');
    expect([none.code, none.stdout]).toEqual([
      0,
      expect.stringContaining('no run has changed this fleet yet'),
    ]);
    const { runId } = await fleet.told('upgrade --stamp --dry-run');
    for (const line of [`resume ${runId}`, 'resume nobody', 'resume --retry everything']) {
      expect((await fleet.type(line)).code, line).toBe(64);
    }
  },
);
