// Waves through the command line, on real fleets: what is done, what is left, and what is said of it.

import { mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pathToFileURL } from 'node:url';
import type * as Library from '../../src/index.js';
import { startCli } from '../support/cli.js';
import { treeOf } from '../support/fleet.js';
import { idsWith, Rollout, type Told } from '../support/rollouts.js';

const verdicts = ({ waves = [] }: Told) => waves.map(({ name, verdict }) => [name, verdict]);

describe('A run in waves', { timeout: 120_000 }, () => {
  test('stops in the wave in which more fail than may, and leaves the next one untouched.', async () => {
    const fleet = new Rollout(60);
    await fleet.type('upgrade 0001 --stamp');
    fleet.spoil(6, 13);
    const before = treeOf(join(fleet.cwd, 'data'), ['.flotilla']);
    const told = await fleet.told('upgrade --waves 5,20%,rest --max-failures 25% --jobs 2');
    expect(told.exitCode).toBe(2);
    expect(told.waves).toMatchObject([
      { name: '5', planned: 5, upgraded: 5, failed: 0, maxFailures: 2, verdict: 'passed' },
      { name: '20%', planned: 12, maxFailures: 3, finishedAt: null, verdict: 'exceeded' },
      { name: 'rest', planned: 43, upgraded: 0, failed: 0, startedAt: null, verdict: 'notStarted' },
    ]);
    const [, second] = told.waves ?? [];
    expect(Number(second?.['failed'])).toBeGreaterThan(3);
    expect(Number(second?.['failed'])).toBeLessThanOrEqual(3 + 2);
    const last = told.targets.filter(({ wave }) => wave === 'rest');
    expect(last).toHaveLength(43);
    const after = treeOf(join(fleet.cwd, 'data'), ['.flotilla']);
    for (const { id, outcome, failure } of last) {
      expect([outcome, failure?.code]).toEqual(['skipped', 'stopped']);
      expect(failure?.message).toBe(
        `not started: in wave 2 (20%) ${String(second?.['failed'])} of 12 targets failed, and --max-failures 25% allows 3`,
      );
      expect(after[`${id}.db`]).toBe(before[`${id}.db`]);
    }
    const kept = JSON.parse(
      readFileSync(join(fleet.cwd, 'data/.flotilla/reports', `${told.runId}.json`), 'utf8'),
    ) as Told;
    expect(kept.waves).toEqual(told.waves);
  });

  test('without failures goes through, and lines tell of each wave as it ends.', async () => {
    const fleet = new Rollout(7);
    const { stdout, code } = await fleet.type('upgrade --stamp --waves 1,3,rest --ndjson');
    expect(code).toBe(0);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    const order = events.map(({ event, name, wave }) => `${event ?? ''} ${name ?? wave ?? ''}`.trim());
    expect(order).toEqual([
      ...['run', 'target 1', 'wave 1'],
      ...['target 3', 'target 3', 'target 3', 'wave 3'],
      ...['target rest', 'target rest', 'target rest', 'wave rest', 'summary'],
    ]);
  });

  test('says in a line a wave what became of it, within 80 columns.', async () => {
    const fleet = new Rollout(4);
    const { stdout } = await fleet.type('upgrade --stamp --waves 1,rest --max-failures 1');
    const lines = stdout.split('\n');
    const at = lines.indexOf('Waves');
    expect(lines.slice(at + 1, at + 4).map((line) => line.replace(/\d+ ms|\d\.\d s/, 'time').trim())).toEqual(
      [
        expect.stringMatching(/^Wave +Targets +Upgraded +Failed +May fail +Took +Verdict$/),
        expect.stringMatching(/^1 +1 +1 +0 +1 +time +passed$/),
        expect.stringMatching(/^rest +3 +3 +0 +1 +time +passed$/),
      ],
    );
    expect(Math.max(...lines.slice(at, at + 4).map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('takes names from the configuration, passes over empty ones, and has a budget a wave.', async () => {
    const fleet = new Rollout(6);
    fleet.spoil(2, 2);
    const config = {
      waves: [
        { name: 'canary', only: ['project_2', 'project_5'], maxFailures: 0 },
        { name: 'none', only: 'nothing*' },
      ],
    };
    writeFileSync(join(fleet.cwd, 'flotilla.config.json'), JSON.stringify(config));
    const told = await fleet.told('upgrade --stamp --waves none,canary,rest --max-failures 100%');
    expect(verdicts(told)).toEqual([
      ['none', 'empty'],
      ['canary', 'exceeded'],
      ['rest', 'notStarted'],
    ]);
    expect(told.targets.find(({ id }) => id === 'project_1')?.failure?.message).toBe(
      'not started: in wave 2 (canary) 1 of 2 targets failed, and its maxFailures 0 allows no more',
    );
  });

  test('has a budget of all targets where no waves are asked for.', async () => {
    const fleet = new Rollout(12);
    fleet.spoil(1, 12);
    const told = await fleet.told('upgrade --stamp --max-failures 2 --jobs 1');
    expect(verdicts(told)).toEqual([['rest', 'exceeded']]);
    expect([told.summary['failed'], told.summary['skipped']]).toEqual([3, 9]);
  });

  test('is rehearsed with its waves and its budget, and nothing is waited for.', async () => {
    const fleet = new Rollout(8);
    fleet.spoil(2, 5);
    const line = 'upgrade --stamp --dry-run --waves 1,4,rest --soak 1h --pause --gate false';
    expect(verdicts(await fleet.told(line))).toEqual([
      ['1', 'passed'],
      ['4', 'passed'],
      ['rest', 'passed'],
    ]);
    expect(verdicts(await fleet.told(`${line} --max-failures 0`))[1]).toEqual(['4', 'exceeded']);
  });

  test('counts what is left alone as no failure, and a refused path in no wave.', async () => {
    const fleet = new Rollout(4);
    fleet.sql(1, 'CREATE TABLE other (x)');
    mkdirSync(join(fleet.cwd, 'data/project_0.db'));
    const told = await fleet.told('upgrade --stamp --waves 1,rest --max-failures 0');
    expect(told.waves?.map(({ planned }) => planned)).toEqual([1, 3]);
    expect(verdicts(told).map(([, verdict]) => verdict)).toEqual(['passed', 'passed']);
    expect(told.targets.find(({ id }) => id === 'project_0')).not.toHaveProperty('wave');
    expect(told.targets.find(({ id }) => id === 'project_1')).toMatchObject({
      outcome: 'skipped',
      wave: '1',
    });
  });
});

describe('Between two waves', { timeout: 120_000 }, () => {
  test('the gate is asked with the report so far, its words go to standard error, and no ends the run.', async () => {
    const fleet = new Rollout(5);
    writeFileSync(
      join(fleet.cwd, 'gate.mjs'),
      `import { readFileSync, appendFileSync } from 'node:fs';
       const report = JSON.parse(readFileSync(process.env.FLOTILLA_REPORT, 'utf8'));
       appendFileSync('asked', report.waves.map(({ name, verdict }) => name + ':' + verdict) + ' ' + report.targets.length + ' of ' + report.summary.planned + '\\n');
       console.log('the gate has ' + process.argv[2]);
       process.exit(report.waves.length < 2 ? 0 : 7);`,
    );
    const gate = `${process.execPath} gate.mjs "two words"`;
    const result = await fleet.type('upgrade --stamp --waves 1,1,rest --json', {
      env: { FLOTILLA_GATE: gate },
    });
    const told = result.json() as Told;
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('the gate has two words');
    expect(readFileSync(join(fleet.cwd, 'asked'), 'utf8')).toBe(
      '1:passed 1 of 5\n1:passed,1 (2):passed 2 of 5\n',
    );
    expect(verdicts(told)).toEqual([
      ['1', 'passed'],
      ['1 (2)', 'refused'],
      ['rest', 'notStarted'],
    ]);
    expect(told.targets[4]?.failure).toMatchObject({
      code: 'stopped',
      message:
        'not started: the gate after wave 2 (1 (2)) did not let the run go on: it ended with exit code 7',
    });
  });

  test('a gate that cannot be started, or does not end, stops the run.', async () => {
    const fleet = new Rollout(2);
    const missing = await fleet.told('upgrade --stamp --waves 1,rest --gate ./none');
    expect(missing.targets[1]?.failure?.message).toMatch(/could not be started: .*ENOENT/);
    expect(missing.exitCode).toBe(1);
    const slow = await fleet.type('upgrade --stamp --waves 1,rest --gate-timeout 300ms', {
      env: { FLOTILLA_GATE: 'sleep 100' },
    });
    expect(slow.stdout.replace(/\s+/g, ' ')).toContain('it had not ended after 0.3 s');
  });

  test('a flotilla that a gate starts writes no report over the one that it is shown.', async () => {
    const fleet = new Rollout(3);
    const gate = `${process.execPath} ${join(import.meta.dirname, '../../dist/cli/main.js')} check --only project_1`;
    const result = await fleet.type('upgrade --stamp --waves 1,rest', { env: { FLOTILLA_GATE: gate } });
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).not.toContain('FLOTILLA_REPORT');
    expect(result.stderr).toContain('current');
  });

  test('a pause ends the run, with 1 and what is left.', async () => {
    const fleet = new Rollout(5);
    const told = await fleet.told('upgrade --stamp --waves 1,2,rest --pause');
    expect(told.exitCode).toBe(1);
    expect(verdicts(told).map(([, verdict]) => verdict)).toEqual(['paused', 'notStarted', 'notStarted']);
    expect(idsWith(told, 'upgraded')).toEqual(['project_1']);
    expect(told.targets[3]?.failure?.message).toBe(
      'not started: the run paused after wave 1 (1), as --pause says',
    );
  });

  test('a soak is waited for and told, and an interruption ends it.', async () => {
    const fleet = new Rollout(3);
    const quick = await fleet.told('upgrade 0001 --stamp --waves 1,rest --soak 1200ms');
    const [first, second] = quick.waves ?? [];
    const pause = Date.parse(String(second?.['startedAt'])) - Date.parse(String(first?.['finishedAt']));
    expect(pause).toBeGreaterThanOrEqual(1200);
    expect(quick.stderr).toContain('wave 1 of 2 (1): soaking, 2 s left');
    const { pid, result, said } = startCli(
      ['upgrade', '--waves', '1,rest', '--soak', '10m', '--gate', 'touch asked', '--json'],
      { cwd: fleet.cwd },
    );
    await said('soaking');
    process.kill(pid, 'SIGINT');
    const ended = await result;
    const told = ended.json() as Told;
    expect(ended.code).toBe(130);
    expect(verdicts(told).map(([, verdict]) => verdict)).toEqual(['interrupted', 'notStarted']);
    expect(idsWith(told, 'upgraded')).toEqual(['project_1']);
    expect(existsSync(join(fleet.cwd, 'asked'))).toBe(false);
  });

  test('what says what happens there, and would do nothing, is told.', async () => {
    const fleet = new Rollout(1);
    const { stderr, code } = await fleet.type('upgrade --stamp --pause');
    expect(code).toBe(0);
    expect(stderr).toContain('--pause does nothing: this run has a single wave');
  });
});

describe('Refused before any work:', { timeout: 120_000 }, () => {
  test.each([
    ['upgrade --waves 1,2', 'in no wave'],
    ['upgrade --waves canry,rest', 'There is no wave "canry"'],
    ['upgrade --waves 0,rest', 'A wave cannot be 0'],
    ['upgrade --max-failures 101%', '--max-failures'],
    ['upgrade --max-failures many', 'a whole number from 0, or a percentage such as 2%'],
    ['upgrade --order shuffle', 'id, size or shuffle:SEED'],
    ["upgrade --gate 'open --waves 1,rest", 'a quote or a backslash that is not ended'],
  ])('%s', async (line, words) => {
    const fleet = new Rollout(5);
    const { code, stderr } = await fleet.type(line);
    expect(stderr).toContain(words);
    expect(code).toBe(64);
    expect(existsSync(join(fleet.cwd, 'data/.flotilla/reports'))).toBe(false);
  });

  test.each([
    [
      [{ name: 'a', only: ['x'], group: 'b' }],
      'targets have no groups here: say which are in the wave by only',
    ],
    [[{ name: 'a', onyl: ['x'] }], 'the nearest known key is only'],
    [[{ name: 'a' }], 'rest has no only'],
    [[{ name: '10%', only: ['x'] }], 'a name of its own that is no number'],
    [['1', 'rest'], 'a list of waves'],
  ])('a configuration with the waves %j', async (waves, words) => {
    const fleet = new Rollout(1);
    writeFileSync(join(fleet.cwd, 'flotilla.config.json'), JSON.stringify({ waves }, null, 2));
    const { code, stderr } = await fleet.type('upgrade');
    expect(code).toBe(78);
    expect(stderr.replace(/\s+/g, ' ')).toContain(words);
  });
});

test(
  'No more targets fail than may, and one a process, however many there are and may.',
  { timeout: 300_000 },
  async () => {
    const some = fc.record({
      count: fc.integer({ min: 1, max: 40 }),
      bad: fc.nat(40),
      maxFailures: fc.oneof(fc.nat(6), fc.constantFrom('5%', '20%')),
      jobs: fc.integer({ min: 1, max: 3 }),
      order: fc.constantFrom('id', 'size', 'shuffle:1'),
    });
    const built = pathToFileURL(join(import.meta.dirname, '../../dist/index.js')).href;
    const { openFleet } = (await import(built)) as typeof Library;
    await fc.assert(
      fc.asyncProperty(some, async ({ count, bad, maxFailures, jobs, order }) => {
        const rollout = new Rollout(count);
        rollout.spoil(1, Math.min(bad, count));
        const fleet = await openFleet({
          dataDir: join(rollout.cwd, 'data'),
          migrations: join(rollout.cwd, 'migrations'),
        });
        const report = await fleet.upgrade({ stamp: true, waves: ['20%', 'rest'], maxFailures, jobs, order });
        for (const wave of report.waves ?? []) {
          const allowed = wave.maxFailures ?? 0;
          expect(wave.failed).toBeLessThanOrEqual(allowed + jobs);
          if (wave.verdict !== 'notStarted') expect(wave.verdict === 'exceeded').toBe(wave.failed > allowed);
        }
        expect(report.targets).toHaveLength(count);
      }),
      { numRuns: 8 },
    );
  },
);
