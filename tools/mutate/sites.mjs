// Finds what can be disabled in a source file: each refusal (a throw, a returned "no"), and each alternative of its condition.
import { parseSync } from "rolldown/utils";

/** @typedef {{ start: number, end: number, text: string, line: number, kind: "statement" | "operand" }} Site */

/** @returns {Site[]} in the order of the text */
export function findSites(path, text) {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
  const sites = new Map();
  const add = (node, kind) => {
    const { start, end } = node;
    sites.set(start, {
      start,
      end,
      text: text.slice(start, end),
      line: text.slice(0, start).split("\n").length,
      kind,
    });
  };

  /** Of `a || b || c` each operand alone can be what refuses. */
  function addOperands(test) {
    if (test.type === "ParenthesizedExpression") addOperands(test.expression);
    else if (test.type === "LogicalExpression" && test.operator === "||") {
      addOperands(test.left);
      addOperands(test.right);
    } else add(test, "operand");
  }

  function visit(node) {
    if (!node || typeof node.type !== "string") return;
    if (node.type === "ThrowStatement") add(node, "statement");
    if (node.type === "IfStatement") {
      const refusals = statementsOf(node.consequent).filter(isRefusal);
      for (const refusal of refusals) add(refusal, "statement");
      if (refusals.length > 0 && node.test.type === "LogicalExpression") addOperands(node.test);
    }
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) value.forEach(visit);
      else if (value && typeof value === "object") visit(value);
    }
  }
  visit(program);
  return [...sites.values()].sort((left, right) => left.start - right.start);
}

/** Puts every site behind its switch; the first has the number `first`. */
export function instrument(text, sites, first) {
  let result = text;
  for (const [index, { start, end, kind }] of [...sites.entries()].reverse()) {
    const number = first + index;
    const inner = result.slice(start, end);
    const replacement =
      kind === "statement"
        ? `if (!__mutant(${number})) ${inner}`
        : `(__mutant(${number}) ? false : (${inner}))`;
    result = result.slice(0, start) + replacement + result.slice(end);
  }
  return result;
}

function statementsOf(node) {
  return node.type === "BlockStatement" ? node.body : [node];
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
