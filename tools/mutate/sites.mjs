// Finds what can be disabled in a source file: each refusal (a throw, a returned "no"), and each alternative of its condition.
// Where answers have many forms (a page, a removed cookie, "go on as before"), each way out of a function before its end is one.
import { parseSync } from "rolldown/utils";

/**
 * @typedef {object} Site
 * @property {number} start
 * @property {number} end
 * @property {string} text how it reads: of a refusal with the `if` before it
 * @property {number} line
 * @property {"statement" | "operand" | "otherwise"} kind `otherwise`: a condition whose "no" is what refuses
 * @property {string} within the nearest function that has a name
 * @property {boolean} endless whether only such statements end the loop around it
 */

/**
 * @param {string} path
 * @param {string} text
 * @param {{ everyWayOut?: boolean }} [options] whether an early `return` or `continue` is a refusal whatever it says, and
 *   `undefined` or `false` as one of two values as well
 * @returns {Site[]} in the order of the text
 */
export function findSites(path, text, { everyWayOut = false } = {}) {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
  const sites = new Map();

  function add(node, kind, place, from = node.start) {
    const { start, end } = node;
    const line = text.slice(0, start).split("\n").length;
    sites.set(start, { start, end, line, kind, text: text.slice(from, end).replace(/\s+/g, " "), ...place });
  }

  /** Of `a || b || c` each operand alone can be what refuses. */
  function addOperands(test, place) {
    if (test.type === "ParenthesizedExpression") addOperands(test.expression, place);
    else if (isEither(test)) {
      addOperands(test.left, place);
      addOperands(test.right, place);
    } else add(test, "operand", place);
  }

  function visit(node, outer) {
    if (!node || typeof node.type !== "string") return;
    const place = {
      within: functionName(node) ?? outer.within,
      endless: (node.type === "ForStatement" && !node.test) || outer.endless,
    };
    if (node.type === "ThrowStatement" && !sites.has(node.start)) add(node, "statement", place);
    if (node.type === "IfStatement") {
      const isOut = (one) => isRefusal(one) || (everyWayOut && isWayOut(one, node.test));
      const refusals = statementsOf(node.consequent).filter(isOut);
      for (const refusal of refusals) add(refusal, "statement", place, node.start);
      if (refusals.length > 0 && isEither(node.test)) addOperands(node.test, place);
    }
    if (everyWayOut && node.type === "ConditionalExpression") {
      if (isNo(node.consequent)) addOperands(node.test, place);
      else if (isNo(node.alternate)) add(node.test, "otherwise", place);
    }
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) for (const one of value) visit(one, place);
      else if (value && typeof value === "object") visit(value, place);
    }
  }
  visit(program, { within: "", endless: false });
  return [...sites.values()].sort((left, right) => left.start - right.start);
}

/**
 * Puts every site behind its switch; the first has the number `first`. The switch is asked only where the site would
 * refuse, so that a test is run again for the refusals that happened in it, and for no other.
 */
export function instrument(text, sites, first) {
  const edits = sites.flatMap(({ start, end, kind }, index) => {
    const on = `!__mutant(${first + index})`;
    return kind === "statement"
      ? [
          { at: start, put: `{ if (${on}) ` },
          { at: end, put: " }" },
        ]
      : [
          { at: start, put: "((" },
          { at: end, put: kind === "operand" ? `) && ${on})` : `) || __mutant(${first + index}))` },
        ];
  });
  // Backwards, so that what is still to come stays where it was found.
  return edits
    .sort((left, right) => right.at - left.at)
    .reduce((result, { at, put }) => result.slice(0, at) + put + result.slice(at), text);
}

function functionName(node) {
  if (node.type === "FunctionDeclaration") return node.id?.name;
  const value = node.type === "VariableDeclarator" ? node.init : node.value;
  return /^(Arrow)?Function(Expression)?$/.test(value?.type ?? "") ? (node.id ?? node.key)?.name : undefined;
}

function isEither(test) {
  return test.type === "LogicalExpression" && test.operator === "||";
}

function statementsOf(node) {
  return node.type === "BlockStatement" ? node.body : [node];
}

/** Of `undefined` and `false`, one of two values. */
function isNo(node) {
  return (node.type === "Identifier" && node.name === "undefined") || node.value === false;
}

/** An early end that is more than handing out what is there already. */
function isWayOut({ type, argument }, test) {
  if (type === "ContinueStatement") return true;
  if (type !== "ReturnStatement") return false;
  const known = test.type === "BinaryExpression" && test.operator === "!==" ? test.left : test;
  return !(argument?.type === "Identifier" && argument.name === known.name);
}

function isRefusal(node) {
  if (node.type === "ThrowStatement") return true;
  if (node.type !== "ReturnStatement") return false;
  const value = node.argument;
  return (
    value === null ||
    value.type === "TemplateLiteral" ||
    (value.type === "Literal" && (value.value === false || typeof value.value === "string")) ||
    (value.type === "Identifier" && value.name === "undefined") ||
    (value.type === "MemberExpression" && value.property.name === "NaN") ||
    (value.type === "CallExpression" && /^(denied|noneOf|refuse|malformed)$/.test(value.callee.name ?? ""))
  );
}
