// Why a target without history is not where it should be, in words: what its structure and other tools say, and what
// to type. Apart from the judgement, which is the same for every target.

import type { ExtraTable } from '../dialects/structure.js';
import type { CommandOptions } from '../model/command.js';
import { hint, onFleet, onTarget, type Hint } from '../model/hint.js';
import type { Reason } from '../model/outcome.js';
import type { Graph } from '../revisions/graph.js';
import type { Choice } from './choose.js';
import { inClaimWords, isSpeaking } from './claims.js';
import { isDecided, listDifference, type Matching, type MatchOptions } from './match.js';
import { remediesOf, stuckWords } from './remedies.js';

export function legacy(matching: Matching, graph: Graph, options: MatchOptions): Reason {
  const reason = legacyOf(matching, graph, options);
  return { ...reason, message: `${reason.message}${told(matching, graph)}` };
}

function legacyOf(matching: Matching, graph: Graph, options: MatchOptions): Reason {
  const { match, choice, heard, extraTables } = matching;
  if (choice !== null)
    return isDecided(match)
      ? matched(matching, match.revision, options)
      : undecided(matching, choice, graph, options);
  if (match.revision === null) {
    return {
      code: 'noBaseline',
      step: 'read',
      message: 'it has tables and no history, and no revision has tables of these names',
      hint: 'check that it belongs to this fleet; narrow --pattern or use --exclude where it does not',
    };
  }
  const stuck = heard.find(({ claim }) => claim.stuck.length > 0);
  const force = hint`record it anyway, and then repair it: ${onTarget('stamp', { force: true }, match.revision)}; ${onTarget('repair')}`;
  return {
    code: 'noBaseline',
    step: 'read',
    message: `no revision has its structure; the nearest is ${match.revision}: ${listDifference(match.difference)}`,
    hint:
      hintForExtra(extraTables) ??
      (stuck === undefined ? force : hint`${remediesOf([stuck.claim])}; or ${force}`),
  };
}

/** What claims say beside the structure, where it is not the matter itself. */
function told({ match, choice, heard }: Matching, graph: Graph): string {
  const stuck = heard.filter(({ claim }) => choice?.by !== 'stuck' && claim.stuck.length > 0);
  const isOwnMatter = choice?.by === 'claimMismatch' || choice?.by === 'stuck';
  // A claim that names nothing known decides nothing, and is told all the same; so is one beside a strange structure.
  const silent = heard.filter((one) =>
    isOwnMatter
      ? false
      : one.last.length > 0 && (choice === null || choice.by === 'claim' || !isSpeaking(one)),
  );
  const words = [
    ...silent.map((one) => inClaimWords(one, graph)),
    ...stuck.map(({ claim }) => stuckWords(claim)),
  ];
  return words.length === 0 || match.kind === 'none' ? '' : `; ${words.join('; ')}`;
}

function matched(
  { match: { candidates, difference, kind } }: Matching,
  revision: string,
  options: MatchOptions,
): Reason {
  const beside = difference.length === 0 ? '' : `, but for ${listDifference(difference)}`;
  const [other = '', ...more] = candidates.filter((id) => id !== revision);
  const others =
    kind === 'exact' || options.at !== undefined
      ? ''
      : more.length === 0
        ? hint`; where it is at ${other}: ${onTarget('stamp', { at: other })}`
        : hint`; where it is at one of ${[other, ...more].join(', ')}, name it, for example: ${onTarget('stamp', { at: other })}`;
  const own = optionsOf(options);
  return {
    code: 'noBaseline',
    step: 'read',
    revision,
    message: `it has tables and no history; its structure is that of revision ${revision}${beside}`,
    hint: hint`baseline it: ${onFleet('stamp', own)}   (or in one pass: ${onFleet('upgrade', { stamp: true, ...own })})${others}`,
  };
}

/** What a command must say again, so that it finds the same. */
function optionsOf({ allowExtra, at }: MatchOptions): CommandOptions {
  return { ...(allowExtra === true ? { allowExtra } : {}), ...(at === undefined ? {} : { at }) };
}

function undecided(
  { match: { candidates }, heard }: Matching,
  { by, again }: Choice,
  graph: Graph,
  { allowExtra, at }: MatchOptions,
): Reason {
  const all = candidates.join(', ');
  const stampAt = (which: string) =>
    onTarget('stamp', { at: which, ...optionsOf({ allowExtra: allowExtra === true }) });
  const last = candidates.at(-1) ?? '';
  if (by === 'stuck') {
    const stuck = heard.map(({ claim }) => claim).filter((claim) => claim.stuck.length > 0);
    return {
      code: 'claimMismatch',
      step: 'read',
      message: `${stuck.map(stuckWords).join('; ')}; its structure is that of ${all}`,
      hint: hint`${remediesOf(stuck)}; then: ${onTarget('stamp')}; or, where that tool is not used any more and it is at ${last}, record that: ${onTarget('stamp', { force: true }, last)}`,
    };
  }
  if (by === 'claimMismatch') {
    const words = heard.filter(isSpeaking).map((one) => inClaimWords(one, graph));
    return {
      code: 'claimMismatch',
      step: 'read',
      message: `${words.join('; ')}, the structure is that of ${all}`,
      hint: hint`find out which of them is right; where the structure is, record ${candidates.length === 1 ? 'it' : `the one of ${all} that it is at, for example`}: ${stampAt(last)}`,
    };
  }
  if (by === 'notAmong') {
    const isWord = at === 'earliest' || at === 'latest';
    return {
      code: 'ambiguousBaseline',
      step: 'read',
      message: isWord
        ? `its structure is that of ${all}, none of which is the ${at}: they do not follow one another`
        : `its structure is that of ${all}, and ${at ?? ''} is none of them`,
      hint: hint`name one of them, for example: ${stampAt(last)}`,
    };
  }
  const message =
    again.length === 0
      ? `its structure is that of several revisions that do not follow one another: ${all}`
      : `its structure is that of several revisions: ${all}; nothing says which it is at, and ${listDifference(again)} would run, perhaps a second time, and may change rows`;
  const [first = ''] = candidates;
  return {
    code: 'ambiguousBaseline',
    step: 'read',
    message,
    hint: hint`decide which of them it is at (${all}), and name it, for example: ${stampAt(first)}; where all of them have run: ${stampAt('latest')}`,
  };
}

/** What to do where nothing but extra tables prevents a match; null where there are none. */
function hintForExtra(tables: readonly ExtraTable[]): Hint | null {
  if (tables.length === 0) return null;
  const leftovers = tables.filter(({ isLeftover }) => isLeftover).map(({ name }) => name);
  const beside = onTarget('stamp', { allowExtra: true });
  return leftovers.length === 0
    ? hint`where these tables are meant to be there: ${beside}`
    : hint`record it beside them, and then drop the leftover tables, where nothing in them is needed: ${beside}; ${onTarget('repair', { dropExtra: leftovers })}`;
}
