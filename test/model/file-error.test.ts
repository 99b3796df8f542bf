import { expect, test } from 'vitest';
import { fileFailureCode } from '../../src/model/file-error.js';

function errorOf(code: string, errno: number): Error {
  return Object.assign(new Error(code), { code, errno });
}

test('A full disk and the end of a quota are the same to a person, though Node has no name for the latter.', () => {
  expect(fileFailureCode(errorOf('ENOSPC', -28))).toBe('diskFull');
  expect(fileFailureCode(errorOf('Unknown system error -122', -122))).toBe('diskFull');
});

test('Faults of the machine are told from rights, and from what says nothing of either.', () => {
  expect(['EIO', 'EFBIG', 'EMFILE', 'ENFILE'].map((code) => fileFailureCode(errorOf(code, -1)))).toEqual([
    'io',
    'io',
    'io',
    'io',
  ]);
  expect(fileFailureCode(errorOf('EROFS', -30))).toBe('readOnly');
  expect(fileFailureCode(errorOf('EACCES', -13))).toBe('permission');
  expect(fileFailureCode(errorOf('ENOENT', -2))).toBeNull();
  expect(fileFailureCode(new Error('anything'))).toBeNull();
});
