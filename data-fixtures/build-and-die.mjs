// Builds one database, text on standard input, path as the argument, and kills its own process with the database open:
// what was committed since the last checkpoint is then in the write-ahead log alone.

import { readFileSync } from 'node:fs';
import { argv, kill, pid } from 'node:process';
import { fill } from './build-sample-fleet.mjs';

const [, , path] = argv;
if (path === undefined) throw new Error('Which file? node build-and-die.mjs FILE < TEXT');
fill(readFileSync(0, 'utf8'), path);
kill(pid, 'SIGKILL');
