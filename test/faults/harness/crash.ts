// Data directories as an upgrade leaves them that is killed while its pages go into the file or its log: a hot journal,
// or half a transaction in the log. Made by killing the program, not by hand.

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { makeScene, runScene, type Scene } from './scene.js';
import type { Base } from './bases.js';
import type { JournalMode } from './fixture.js';
import type { Program } from './program.js';
import { createShim } from './shim.js';

export interface Crashes {
  /**
   * A scene of its own that begins with what a crash left.
   * @param place from 0, the first write of the commit, to less than 1, the last
   * @param data the data directory; default: in `directory`
   */
  scene(mode: JournalMode, base: Base, place: number, directory: string, data?: string): Promise<Scene>;
}

/** @param directory where they are made; must not exist */
export function createCrashes(directory: string, program: Program, migrations: string): Crashes {
  const known = new Map<string, Promise<string>>();

  async function crash(mode: JournalMode, base: Base, place: number): Promise<string> {
    const name = `${mode}-${place}`;
    const whole = makeScene(join(directory, `${name}-whole`), base);
    const shim = createShim(whole.directory, whole.data);
    shim.disarm();
    shim.record('data');
    await runScene(whole, program, migrations, { env: shim.env });
    const written = `${whole.target}${mode === 'wal' ? '-wal' : ''}`;
    const writes = shim
      .log()
      .filter(({ kind }) => kind !== 'output')
      .flatMap(({ kind, path }, index) => (kind === 'write' && path === written ? [index + 1] : []));
    const at = writes[Math.floor(writes.length * place)];
    if (at === undefined) throw new Error(`the upgrade in mode ${mode} wrote nothing`);
    const killed = makeScene(join(directory, name), base);
    const killer = createShim(killed.directory, killed.data);
    killer.arm({ kind: 'kill', who: 'all' }, at);
    const ran = await runScene(killed, program, migrations, { env: killer.env });
    if (ran.signal === null) throw new Error(`the upgrade was not killed: ${ran.stdout}${ran.stderr}`);
    return killed.data;
  }

  return {
    async scene(mode, base, place, own, data) {
      const name = `${mode}-${place}`;
      const crashed = known.get(name) ?? crash(mode, base, place);
      known.set(name, crashed);
      const scene = makeScene(own, base, data);
      cpSync(await crashed, scene.data, { recursive: true });
      return scene;
    },
  };
}
