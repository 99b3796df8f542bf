// Finds the texts for people in source code: messages about the whole, messages about one target, and hints. Apart from
// the test, so that the rules can be shown to fail. Pure: text in, offences out. A text that is put together elsewhere
// is followed to the constant, the function or the parts that it is made of; what comes from a parameter is its caller's.
// What is filled into a text is known by its type: types say whether a message is a sentence.

import ts from 'typescript';
import type { SourceFile } from './architecture.js';

/** `sentence`: of the whole, begins with a capital; `clause`: of one target, or a hint, begins with a small letter. */
export type Form = 'sentence' | 'clause';

export interface Message {
  readonly file: string;
  readonly form: Form;
  /** The text, `${}` for what is filled in. */
  readonly text: string;
}

const GAP = '${}';

export function messagesIn({ path, text }: SourceFile): Message[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  return partsIn(source).flatMap(({ form, node }) =>
    textsOf(node).map((each) => ({ file: path, form, text: each })),
  );
}

/** Types whose `message` is a sentence, which is no more than a part of another message by `clause`. */
const SENTENCES = new Set([
  'FleetError',
  'Problem',
  'ProblemDraft',
  'LintFinding',
  'Mistake',
  'DoctorFinding',
  'Explanation',
]);

/** Commands in hints with words behind them that would be copied along: a command ends its clause, or its line. */
export function runOnIn(source: ts.SourceFile): string[] {
  return partsIn(source).flatMap(({ node }) => {
    if (!ts.isTemplateExpression(node)) return [];
    return node.templateSpans.flatMap(({ expression, literal: { text } }) =>
      isCommand(expression) && !/^(?:$|[;)]| +\()/.test(text) ? [node.getText()] : [],
    );
  });
}

function isCommand(node: ts.Node): boolean {
  const made = ts.isIdentifier(node) ? constantOf(node) : node;
  return made !== undefined && ts.isCallExpression(made) && COMMANDS.has(made.expression.getText());
}

/** What makes a command of a hint. */
const COMMANDS = new Set(['onFleet', 'onTarget', 'again', 'command', 'foreign']);

/** Sentences that stand as they are within other messages, or begin one that is a clause. */
export function composedIn(program: ts.Program, source: ts.SourceFile): string[] {
  const checker = program.getTypeChecker();
  return partsIn(source).flatMap(({ form, node }) =>
    literalsOf(node).flatMap((literal) => {
      if (!ts.isTemplateExpression(literal)) return [];
      let before = literal.head.text;
      return literal.templateSpans.flatMap(({ expression, literal: { text } }, index) => {
        const isInside = before !== '' || (form === 'clause' && index === 0);
        before = text;
        return isInside && isSentence(expression, checker)
          ? [`${literal.getText()}: ${expression.getText()}`]
          : [];
      });
    }),
  );
}

function isSentence(node: ts.Expression, checker: ts.TypeChecker): boolean {
  if (ts.isCallExpression(node)) return node.expression.getText() === 'sentence';
  if (ts.isPropertyAccessExpression(node))
    return node.name.text === 'message' && isOfSentences(checker.getTypeAtLocation(node.expression));
  const declared = checker.getSymbolAtLocation(node)?.valueDeclaration;
  if (declared !== undefined && ts.isBindingElement(declared))
    return (
      (declared.propertyName ?? declared.name).getText() === 'message' &&
      isOfSentences(checker.getTypeAtLocation(declared.parent))
    );
  return literalsOf(node).some(
    (each) => offenceOf({ file: '', form: 'clause', text: textOf(each) }) !== null,
  );
}

function isOfSentences(type: ts.Type): boolean {
  const types = type.isUnion() ? type.types : [type];
  return types.some((each) => SENTENCES.has(each.getSymbol()?.name ?? ''));
}

interface Part {
  readonly form: Form;
  readonly node: ts.Node;
}

function partsIn(source: ts.SourceFile): Part[] {
  const found: Part[] = [];
  const add = (form: Form, node: ts.Node | undefined): void => {
    if (node !== undefined) found.push({ form, node });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node)) {
      const of = node.expression.getText();
      if (of === 'FleetError') add('sentence', node.arguments?.[1]);
      if (of === 'DatabaseError') add('clause', node.arguments?.[1]);
    }
    if (ts.isCallExpression(node) && node.expression.getText() === 'usage')
      add('sentence', node.arguments[0]);
    if (ts.isTaggedTemplateExpression(node) && /^hint/.test(node.tag.getText())) add('clause', node.template);
    if (ts.isObjectLiteralExpression(node)) {
      const hint = property(node, 'hint') ?? property(node, 'mend');
      const isOfTarget = property(node, 'step') !== undefined;
      add('clause', hint);
      if (hint !== undefined) add(isOfTarget ? 'clause' : 'sentence', property(node, 'message'));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What is wrong with the form of a message; null where it is right. */
export function offenceOf({ form, text }: Message): string | null {
  if (/[^.]\.$/.test(text)) return 'ends with a full stop';
  const [first = ''] = text;
  if (form === 'sentence') return /^\p{Ll}/u.test(first) ? 'begins with a small letter' : null;
  // A name that is written in capitals stays as it is.
  return /^\p{Lu}(?![\p{Lu}\d_])/u.test(text) ? 'begins with a capital' : null;
}

function property(object: ts.ObjectLiteralExpression, name: string): ts.Node | undefined {
  for (const each of object.properties) {
    if (each.name?.getText() !== name) continue;
    if (ts.isPropertyAssignment(each)) return each.initializer;
    if (ts.isShorthandPropertyAssignment(each)) return each.name;
  }
  return undefined;
}

function textsOf(node: ts.Node): string[] {
  return literalsOf(node)
    .map(textOf)
    .filter((text) => text !== '');
}

type Literal = ts.StringLiteralLike | ts.TemplateExpression;

function textOf(literal: Literal): string {
  if (ts.isStringLiteralLike(literal)) return literal.text;
  return literal.head.text + literal.templateSpans.map((span) => GAP + span.literal.text).join('');
}

function literalsOf(node: ts.Node): Literal[] {
  if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) return [node];
  if (ts.isConditionalExpression(node)) return [...literalsOf(node.whenTrue), ...literalsOf(node.whenFalse)];
  if (ts.isParenthesizedExpression(node)) return literalsOf(node.expression);
  if (ts.isIdentifier(node)) {
    const constant = constantOf(node);
    return constant === undefined ? [] : literalsOf(constant);
  }
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
    const called = constantOf(node.expression);
    return called !== undefined && ts.isArrowFunction(called) ? literalsOf(called.body) : [];
  }
  return [];
}

/** What a constant of the surrounding blocks was made of. */
function constantOf(name: ts.Identifier): ts.Node | undefined {
  for (let at: ts.Node = name.parent; !ts.isSourceFile(at); at = at.parent) {
    const { parent } = at;
    if (!ts.isBlock(parent) && !ts.isSourceFile(parent) && !ts.isCaseClause(parent)) continue;
    for (const statement of parent.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      const found = statement.declarationList.declarations.find((each) => each.name.getText() === name.text);
      if (found?.initializer !== undefined) return found.initializer;
    }
  }
  return undefined;
}
