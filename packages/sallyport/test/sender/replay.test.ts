// The memory of used proofs, and stores of one's own: what is remembered, for how long, and what happens when it can't be.
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { createReplayMemory, createVerifier, type ReplayStore } from "../../src/index.ts";
import { publicUrl, requestOf } from "../cases/dpop.ts";
import { createKit } from "../support/kit.ts";

const kit = createKit();
const honest = (jti = "token-1") =>
  requestOf({ id: "D00", name: "honest", token: { claims: { jti } }, expect: "accept" }, kit);

function start(replayStore?: ReplayStore, now = () => kit.nowSeconds * 1000) {
  return createVerifier(
    { issuer: kit.issuer, audience: kit.audience, jwks: kit.jwks, publicUrl },
    { now, ...(replayStore && { replayStore }) },
  );
}
const codeOf = (answer: Promise<unknown>) =>
  answer.then(
    () => "accept",
    (error: { code?: unknown }) => error.code ?? error,
  );

describe("one process's memory", () => {
  test("knows a key until its time, and then forgets it", () => {
    let now = 0;
    const store = createReplayMemory({ now: () => now });
    expect([store.add("a", 90_000), store.add("a", 90_000), store.add("b", 10_000)]).toEqual([
      true,
      false,
      true,
    ]);
    expect(store.size).toBe(2);
    now = 89_999;
    expect([store.add("a", 90_000), store.size]).toEqual([false, 1]);
    now = 105_000;
    expect([store.add("a", 200_000), store.size]).toEqual([true, 1]);
  });

  test("knows a key whatever time it comes with", () => {
    const store = createReplayMemory({ now: () => 0 });
    expect([store.add("a", 90_000), store.add("a", 20_000)]).toEqual([true, false]);
  });

  test("that is full throws rather than forgets, and has room again in time", () => {
    let now = 0;
    const store = createReplayMemory({ maxEntries: 2, now: () => now });
    store.add("a", 10_000);
    store.add("b", 10_000);
    expect(() => store.add("c", 10_000)).toThrow("full");
    expect(store.add("a", 10_000)).toBe(false);
    now = 15_000;
    expect(store.add("c", 20_000)).toBe(true);
  });
});

describe("a proof", () => {
  test("D07 is good once, from a verifier's first use of its key to its last", async () => {
    const verifier = start();
    const { token, presented } = honest();
    expect(await codeOf(verifier.verify(token, presented))).toBe("accept");
    expect(await codeOf(verifier.verify(token, presented))).toBe("invalid_dpop_proof");
    const next = honest();
    expect(await codeOf(verifier.verify(next.token, next.presented))).toBe("accept");
    expect(await codeOf(verifier.verify(token, presented))).toBe("invalid_dpop_proof");
  });

  test("D07 of two at once, one is let in", async () => {
    const verifier = start();
    const { token, presented } = honest();
    const codes = await Promise.all([1, 2, 3].map(() => codeOf(verifier.verify(token, presented))));
    expect(codes.sort()).toEqual(["accept", "invalid_dpop_proof", "invalid_dpop_proof"]);
  });

  test("is remembered until the last moment at which it would be accepted", async () => {
    let now = kit.nowSeconds * 1000;
    const verifier = start(undefined, () => now);
    const { token, presented } = honest();
    expect(await codeOf(verifier.verify(token, presented))).toBe("accept");
    for (const seconds of [1, 60, 90]) {
      now = (kit.nowSeconds + seconds) * 1000;
      expect(await codeOf(verifier.verify(token, presented))).toBe("invalid_dpop_proof");
    }
  });

  test("is looked at twice for one request, by guards that follow each other", async () => {
    const verifier = start();
    const { token, presented } = honest();
    const request = {};
    for (let guard = 0; guard < 3; guard += 1) {
      expect(await codeOf(verifier.verify(token, { ...presented, request }))).toBe("accept");
    }
    expect(await codeOf(verifier.verify(token, { ...presented, request: {} }))).toBe("invalid_dpop_proof");
    for (const changes of [{ method: "DELETE" }, { url: "/admin" }]) {
      const inner = { ...presented, ...changes, request };
      expect(await codeOf(verifier.verify(token, inner))).toBe("invalid_dpop_proof");
    }
    const another = honest("token-2");
    expect(await codeOf(verifier.verify(token, { ...another.presented, request }))).toBe(
      "invalid_dpop_proof",
    );
    expect(await codeOf(verifier.verify(another.token, { ...presented, request }))).toBe(
      "invalid_dpop_proof",
    );
  });

  test("that was refused is not remembered", async () => {
    const keys: string[] = [];
    const verifier = start({ add: (key) => keys.push(key) > 0 });
    const { token, presented } = honest();
    expect(await codeOf(verifier.verify(token, { ...presented, method: "POST" }))).toBe("invalid_dpop_proof");
    expect(keys).toEqual([]);
    expect(await codeOf(verifier.verify(token, presented))).toBe("accept");
    expect(keys).toEqual([expect.stringMatching(/^[A-Za-z0-9_-]{43}$/)]);
  });
});

describe("a store of one's own", () => {
  test.each<[string, ReplayStore["add"], string]>([
    ["says that a proof is new", () => true, "accept"],
    ["says so later", async () => true, "accept"],
    ["knows the proof", () => false, "invalid_dpop_proof"],
    ["knows it later", async () => false, "invalid_dpop_proof"],
    [
      "throws",
      () => {
        throw new Error("down");
      },
      "replay_store_unavailable",
    ],
    ["rejects", () => Promise.reject(new Error("down")), "replay_store_unavailable"],
    ["answers OK, as Redis does", (() => "OK") as never, "replay_store_unavailable"],
    ["answers nothing", (() => undefined) as never, "replay_store_unavailable"],
    ["answers 1 later", (async () => 1) as never, "replay_store_unavailable"],
  ])("that %s", async (_, add, expected) => {
    const { token, presented } = honest();
    expect(await codeOf(start({ add }).verify(token, presented))).toBe(expected);
  });

  test.each<[string, (failure: Error) => unknown]>([
    [
      "throws",
      (failure) => {
        throw failure;
      },
    ],
    ["rejects", (failure) => Promise.reject(failure)],
  ])("and %s: of its error the names and codes are kept, and nothing of what it holds", async (_, fail) => {
    const kept: unknown[] = [];
    const add = (key: string) => {
      kept.push(key);
      return fail(
        Object.assign(
          new Error(`SET ${key} failed at redis://user:hunter2@cache`, { cause: new Error(key) }),
          {
            code: "ECONNREFUSED",
            command: { args: [key] },
          },
        ),
      ) as never;
    };
    const { token, presented } = honest();
    const error = await start({ add })
      .verify(token, presented)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "replay_store_unavailable", status: 503 });
    const said = inspect(error, { depth: 9, showHidden: true });
    expect(said).toContain("Error ECONNREFUSED, caused by Error");
    for (const secret of [String(kept[0]), "hunter2", "redis:"]) expect(said).not.toContain(secret);
  });

  test("is told until when a proof counts", async () => {
    const untils: number[] = [];
    const { token, presented } = honest();
    await start({ add: (_, expiresAt) => untils.push(expiresAt) > 0 }).verify(token, presented);
    expect(untils).toEqual([(kit.nowSeconds + 90) * 1000 + 1]);
  });

  test("is told a whole number, whatever the proof's iat", async () => {
    const untils: number[] = [];
    const proof = { claims: { iat: kit.nowSeconds + 0.4567 } };
    const { token, presented } = requestOf({ id: "D06", name: "", proof, expect: "accept" }, kit);
    await start({ add: (_, expiresAt) => untils.push(expiresAt) > 0 }).verify(token, presented);
    expect(untils).toEqual([(kit.nowSeconds + 90) * 1000 + 457]);
  });

  test("shared by two processes lets a proof in once", async () => {
    const replayStore = createReplayMemory({ now: () => kit.nowSeconds * 1000 });
    const { token, presented } = honest();
    expect(await codeOf(start(replayStore).verify(token, presented))).toBe("accept");
    expect(await codeOf(start(replayStore).verify(token, presented))).toBe("invalid_dpop_proof");
  });
});
