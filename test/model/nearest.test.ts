import { describe, expect, test } from 'vitest';
import { nearest } from '../../src/model/nearest.js';

const COMMANDS = ['discover', 'status', 'check', 'current', 'upgrade', 'downgrade', 'drift', 'new', 'lint'];

describe('nearest', () => {
  test.each([
    ['stauts', ['status']],
    ['upgrad', ['upgrade']],
    ['updrade', ['upgrade']],
    ['nwe', []],
    ['nw', ['new']],
    ['lnit', ['lint']],
    ['hlep', []],
  ])('of %s are %j', (word, near) => {
    expect(nearest(word, COMMANDS)).toEqual(near);
  });

  test('says nothing of a word that is far from all', () => {
    for (const word of ['zzz', 'x', '', 'frobnicate', 'migrations'])
      expect(nearest(word, COMMANDS)).toEqual([]);
    expect(nearest('zzz', ['viewExtra', 'tableExtra'])).toEqual([]);
  });

  test('counts neither case, nor hyphens and underscores where nothing else differs', () => {
    expect(nearest('dryrun', ['dry-run', 'verbose'])).toEqual(['dry-run']);
    expect(nearest('data-dir', ['pattern', 'dataDir'])).toEqual(['dataDir']);
    expect(nearest('DOWNREVISION', ['down_revision'])).toEqual(['down_revision']);
  });

  test('gives three at most, the nearest first', () => {
    expect(nearest('project_9', ['project_1', 'project_12', 'project_71', 'project_2', 'project_3'])).toEqual(
      ['project_1', 'project_2', 'project_3'],
    );
    expect(nearest('project_9', ['project_712', 'project_71'])).toEqual(['project_71', 'project_712']);
  });

  test('takes the beginning of one name alone for that name', () => {
    expect(nearest('disc', COMMANDS)).toEqual(['discover']);
    expect(nearest('hist', ['lint', 'history'])).toEqual(['history', 'lint']);
    expect(nearest('proj', ['project_1', 'project_2'])).toEqual([]);
    expect(nearest('di', COMMANDS)).toEqual([]);
  });

  test('takes no beginning, and no more edits, where a limit is given', () => {
    expect(nearest('disc', COMMANDS, 2)).toEqual([]);
    expect(nearest('loses_rosws', ['loses_rows'], 1)).toEqual(['loses_rows']);
    expect(nearest('lozes_rosws', ['loses_rows'], 1)).toEqual([]);
  });
});
