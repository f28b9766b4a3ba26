// What the test files import as "vitest", where there is no vitest: the same `expect`, and a runner that needs a JavaScript
// engine alone. A file's tests run one after the other. `@vitest/expect` and `@vitest/spy` come with vitest.
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  customMatchers,
  GLOBAL_EXPECT,
  getState,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from "@vitest/expect";
import { fn, spyOn } from "@vitest/spy";

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

export const expect = Object.assign(
  (value, message) => {
    setState({ assertionCalls: getState(expect).assertionCalls + 1 }, expect);
    return chai.expect(value, message);
  },
  chai.expect,
  globalThis[ASYMMETRIC_MATCHERS_OBJECT],
);
setState({ assertionCalls: 0 }, expect);
Object.defineProperty(globalThis, GLOBAL_EXPECT, { value: expect, configurable: true });
chai.expect.extend(expect, customMatchers);

/** Asks again until it is as expected, or takes too long. */
expect.poll = (read) =>
  new Proxy(
    {},
    {
      get:
        (_, matcher) =>
        async (...expected) => {
          for (let times = 0; ; times += 1) {
            try {
              return expect(await read())[matcher](...expected);
            } catch (error) {
              if (times === 200) throw error;
              await new Promise((later) => setTimeout(later, 5));
            }
          }
        },
    },
  );

/** Without clocks: a file that needs them is not for here. */
export const vi = { fn, spyOn };

/** Types are the compiler's: here, every chain of calls ends well. */
export const expectTypeOf = new Proxy(() => {}, {
  get: () => expectTypeOf,
  apply: () => expectTypeOf,
});

let suite = newSuite("", undefined, false);
let cleanups = [];

function newSuite(name, parent, skipped) {
  const hooks = { beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] };
  return { name, parent, skipped: skipped || parent?.skipped === true, hooks, children: [] };
}

function addSuite(name, define, skipped) {
  const own = newSuite(name, suite, skipped);
  suite.children.push(own);
  const outer = suite;
  suite = own;
  try {
    if (define() instanceof Promise)
      throw new Error(`describe(${name}): an async function is not waited for`);
  } finally {
    suite = outer;
  }
}

/** `options` may stand second or third, and says nothing that matters here. */
function addTest(name, second, third, skipped) {
  const run = typeof second === "function" ? second : third;
  suite.children.push({ name, run, skipped: skipped || suite.skipped });
}

/** `describe` or `test` with what hangs on it. */
function withVariants(add) {
  const make = (skipped) => {
    const plain = (name, second, third) => add(String(name), second, third, skipped);
    return Object.assign(plain, {
      each: (rows) => (name, run) => {
        for (const [index, row] of rows.entries()) {
          const given = Array.isArray(row) ? row : [row];
          plain(`${name} [${index}: ${String(describeValue(given[0]))}]`, () => run(...given));
        }
      },
    });
  };
  return Object.assign(make(false), {
    skip: make(true),
    skipIf: (condition) => make(Boolean(condition)),
    runIf: (condition) => make(!condition),
  });
}

const describeValue = (value) => (typeof value === "object" && value !== null ? "…" : value);

export const describe = withVariants((name, define, _options, skipped) => addSuite(name, define, skipped));
export const test = withVariants(addTest);
export const beforeAll = (hook) => suite.hooks.beforeAll.push(hook);
export const afterAll = (hook) => suite.hooks.afterAll.push(hook);
export const beforeEach = (hook) => suite.hooks.beforeEach.push(hook);
export const afterEach = (hook) => suite.hooks.afterEach.push(hook);
export const onTestFinished = (cleanup) => cleanups.push(cleanup);

/**
 * Loads one test file and runs what it registers.
 *
 * @returns {Promise<{ passed: number, skipped: number, failures: string[] }>}
 */
export async function runFile(name, load) {
  const root = newSuite(name, undefined, false);
  const result = { passed: 0, skipped: 0, failures: [] };
  suite = root;
  try {
    await load();
    await runSuite(root, [name], result);
  } catch (error) {
    result.failures.push(`${name}: ${tellError(error)}`);
  }
  return result;
}

async function runSuite(own, path, result) {
  let broken;
  if (!own.skipped) {
    try {
      for (const hook of own.hooks.beforeAll) await hook();
    } catch (error) {
      broken = error;
    }
  }
  for (const child of own.children) {
    const inner = [...path, child.name];
    if (child.children) await runSuite(child, inner, result);
    else if (child.skipped) result.skipped += 1;
    else {
      const error = broken ?? (await outcomeOf(child, own));
      if (error === undefined) result.passed += 1;
      else result.failures.push(`${inner.join(" > ")}: ${tellError(error)}`);
    }
  }
  if (!own.skipped) for (const hook of own.hooks.afterAll) await hook();
}

/** What the test throws; `undefined` where it passes. */
async function outcomeOf(one, own) {
  const around = [];
  for (let at = own; at; at = at.parent) around.unshift(at);
  cleanups = [];
  try {
    for (const { hooks } of around) for (const hook of hooks.beforeEach) await hook();
    await one.run({});
    return undefined;
  } catch (error) {
    return error ?? new Error("threw nothing");
  } finally {
    for (const { hooks } of around.reverse()) for (const hook of hooks.afterEach) await hook();
    for (const cleanup of cleanups.reverse()) await cleanup();
  }
}

function tellError(error) {
  const { message = String(error), stack = "" } = error ?? {};
  const [place = ""] = String(stack).match(/^\s+at .*$/m) ?? [];
  return `${message}${place}`;
}
