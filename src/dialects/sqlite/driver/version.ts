// The SQLite that is linked in, and the least that is safe.

import Database from 'better-sqlite3';
import type { DriverVersion } from '../../port.js';

/** Older ones can lose a write-ahead log that two connections reset at a time: https://www.sqlite.org/wal.html */
const LEAST = '3.51.3';

export function sqliteVersion(): DriverVersion {
  const db = new Database(':memory:');
  try {
    const version = db.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? '0';
    return { name: 'SQLite', version, least: LEAST, isSafe: compare(version, LEAST) >= 0 };
  } finally {
    db.close();
  }
}

function compare(a: string, b: string): number {
  const [before, right] = [a, b].map((text) => text.split('.').map(Number));
  return (before ?? []).reduce((found, part, index) => found || part - (right?.[index] ?? 0), 0);
}
