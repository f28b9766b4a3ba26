// Reads a module as a parser sees it: what it imports, and what would be a decision. Comments and strings don't deceive it.
import { parseSync } from "rolldown/utils";

/** @typedef {{ target: string | undefined, typeOnly: boolean, line: number }} Import `target` is unknown where it is computed */

/** @returns {{ imports: Import[], decisions: { what: string, line: number }[], errors: string[] }} */
export function scan(path, text) {
  const { program, comments, errors } = parseSync(path, text);
  const lineOf = ({ start }) => text.slice(0, start).split("\n").length;
  const imports = [];
  const decisions = [];
  for (const comment of comments) {
    const target = /^\/\s*<reference\s+types=["']([^"']+)["']/.exec(comment.value)?.[1];
    if (target) imports.push({ target, typeOnly: true, line: lineOf(comment) });
  }
  walk(program, (node) => {
    const imported = importOf(node);
    if (imported) imports.push({ ...imported, line: lineOf(node) });
    const what = decisionOf(node);
    if (what) decisions.push({ what, line: lineOf(node) });
  });
  return { imports, decisions, errors: errors.map(({ message }) => message) };
}

function importOf(node) {
  switch (node.type) {
    case "ImportDeclaration":
      // `import { type A }` is not enough: with verbatimModuleSyntax the compiler keeps the empty import.
      return { target: node.source.value, typeOnly: node.importKind === "type" };
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
      return node.source && { target: node.source.value, typeOnly: node.exportKind === "type" };
    case "ImportExpression":
      return { target: textOf(node.source), typeOnly: false };
    case "TSImportType":
      return { target: textOf(node.source ?? node.argument), typeOnly: true };
    case "TSExternalModuleReference":
      return { target: textOf(node.expression), typeOnly: false };
    case "CallExpression":
      // Two more doors to a module: CommonJS, and what runtimes have so that nothing need be imported. A `require` with
      // anything but a text is a function of ours: Node's own comes from `node:module`, which no room may import.
      return nameOf(node.callee) === "getBuiltinModule" ||
        (nameOf(node.callee) === "require" && textOf(node.arguments[0]) !== undefined)
        ? { target: textOf(node.arguments[0]), typeOnly: false }
        : undefined;
  }
}

const identityFields = new Set(["scopes", "roles", "groups", "permissions", "claims", "acr", "authTime"]);
const verdicts = new Set(["code", "status", "statusCode"]);

/** What a framework's file must not do, since it would be a decision of its own. */
function decisionOf(node) {
  switch (node.type) {
    case "Literal":
      return [400, 401, 403, 503].includes(node.value) ? "a status of its own" : undefined;
    case "MemberExpression":
      return identityFields.has(nameOf(node)) ? "a look into the identity" : undefined;
    case "ObjectPattern":
      return node.properties.some(({ key }) => key && identityFields.has(key.name ?? key.value))
        ? "a look into the identity"
        : undefined;
    case "NewExpression":
      return nameOf(node.callee) === "AuthError" ? "a refusal of its own" : undefined;
    case "CallExpression":
      return ["verify", "verifySync", "decide"].includes(nameOf(node.callee))
        ? "a decision of its own"
        : undefined;
    case "SwitchStatement":
      return verdicts.has(nameOf(node.discriminant)) ? "a judgement by code" : undefined;
    case "BinaryExpression":
      return /^([!=]==?|[<>]=?)$/.test(node.operator) && [node.left, node.right].some(isVerdict)
        ? "a judgement by code"
        : undefined;
  }
}

/** `error.code`; a bare `status` may be anyone's. */
const isVerdict = (node) =>
  ["MemberExpression", "ChainExpression"].includes(node.type) && verdicts.has(nameOf(node));

/** The last name of `a`, `a.b`, `a?.b` and `a["b"]`. */
function nameOf(node) {
  if (node.type === "ChainExpression" || node.type === "ParenthesizedExpression")
    return nameOf(node.expression);
  if (node.type === "MemberExpression") return node.computed ? textOf(node.property) : node.property.name;
  return node.type === "Identifier" ? node.name : undefined;
}

function textOf(node) {
  if (node?.type === "TSLiteralType") return textOf(node.literal);
  if (node?.type === "TemplateLiteral" && node.expressions.length === 0) return node.quasis[0].value.cooked;
  return typeof node?.value === "string" ? node.value : undefined;
}

function walk(node, see) {
  if (typeof node.type === "string") see(node);
  for (const value of Object.values(node)) {
    if (value && typeof value === "object") walk(value, see);
  }
}
