// Finds the texts for people in source code: messages about the whole, messages about one target, and hints. Apart from
// the test, so that the rules can be shown to fail. Pure: text in, offences out. A text that is put together elsewhere
// is followed to the constant or the parts that it is made of; what comes from a parameter is its caller's.

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
  const found: Message[] = [];
  const add = (form: Form, node: ts.Node | undefined): void => {
    for (const each of node === undefined ? [] : textsOf(node)) found.push({ file: path, form, text: each });
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
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node)) {
    const rest = node.templateSpans.map(({ literal }) => GAP + literal.text).join('');
    return node.head.text + rest === '' ? [] : [node.head.text + rest];
  }
  if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  if (ts.isParenthesizedExpression(node)) return textsOf(node.expression);
  if (ts.isIdentifier(node)) {
    const constant = constantOf(node);
    return constant === undefined ? [] : textsOf(constant);
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
