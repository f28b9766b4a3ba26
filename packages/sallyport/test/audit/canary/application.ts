// What a verified token says, and what the application's own code makes of it.
import { type } from "arktype";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { Refused } from "../../../src/http/refusal.ts";
import { anyOf, check } from "../../../src/index.ts";
import type { SallyportDeps } from "../../../src/sallyport.ts";
import { canary, finish, listen, request, textOf } from "./ears.ts";
import { bearer, codes, ears, kit, now, options, self, token } from "./scene.ts";

describe("a verified caller who may not: events name the identity, and nothing else of it", () => {
  const needs = {
    scopes: { scopes: ["users:write"] },
    roles: { roles: ["Admin"] },
    alternatives: anyOf({ roles: ["Admin"] }, { permissions: ["users:write"] }),
    claims: { claims: [{ claim: "nested", equals: "x" }] },
    acr: { acr: "gold", maxAgeSeconds: 60 },
    check: check("own", () => false),
  };
  test.each(Object.entries(needs))("%s", async (_, needed) => {
    ears.permitted = { ...self, keyId: canary("kid") };
    const key = kit.as(kit.keys.rs, { kid: canary("kid") });
    const core = await listen({ ...options, jwks: { keys: [key.jwk] } }, ears, { now });
    const text = token({ key });
    for (let use = 0; use < 2; use += 1) await request(core, ears, bearer(text), needed);
    await request(core, ears, bearer(text));
    await finish(core, ears);
    expect(ears.events).toMatchObject([
      {
        outcome: "refused",
        subject: canary("sub"),
        clientId: canary("client"),
        actor: canary("actor"),
        keyId: canary("kid"),
        cached: false,
      },
      { outcome: "refused", cached: true },
      { outcome: "allowed", subject: canary("sub") },
    ]);
    expect(ears.leaks()).toEqual([]);
  });
});

describe("the application's own code fails with what it was given", () => {
  const throwing = (what: unknown) => {
    throw new Error(`cannot take ${JSON.stringify(what)}`);
  };
  const standard = (validate: (value: unknown) => unknown) =>
    ({ "~standard": { version: 1, vendor: "own", validate } }) as unknown as NonNullable<
      SallyportDeps["claims"]
    >;
  test.each<[string, SallyportDeps, string]>([
    ["zod", { claims: z.object({ email: z.literal("x"), acr: z.enum(["gold"]) }) as never }, "invalid_token"],
    ["zod, strict", { claims: z.strictObject({ email: z.string() }) as never }, "invalid_token"],
    [
      "zod, with a transformation that throws",
      { claims: z.looseObject({}).transform(throwing) as never },
      "invalid_token",
    ],
    ["arktype", { claims: type({ email: "'x'" }) as never }, "invalid_token"],
    ["a schema that throws", { claims: standard(throwing) }, "invalid_token"],
    ["a schema that rejects", { claims: standard(async (value) => throwing(value)) }, "invalid_token"],
    [
      "a schema that throws words",
      {
        claims: standard((value) => {
          throw `${JSON.stringify(value)}`;
        }),
      },
      "invalid_token",
    ],
    [
      "a schema whose issues repeat the values",
      {
        claims: standard((value) => ({
          issues: [{ message: JSON.stringify(value), path: [canary("path")] }],
        })),
      },
      "invalid_token",
    ],
    ["isRevoked says yes", { isRevoked: () => true }, "token_revoked"],
    [
      "isRevoked answers with an object",
      { isRevoked: ((identity: unknown) => ({ identity })) as never },
      "revocation_unavailable",
    ],
  ])("%s", async (_, deps, code) => {
    const core = await listen(options, ears, { now, ...deps });
    await request(core, ears, bearer(token()));
    await core.verifier.verify(token()).catch((error: unknown) => ears.hear("verify()", error));
    await finish(core, ears);
    expect([...ears.codes]).toContain(code);
    expect(ears.leaks()).toEqual([]);
  });

  // What the application itself throws is its own word: it goes to `cause`, for the log, and nowhere else.
  test.each<[string, SallyportDeps, Parameters<typeof request>[3], string]>([
    ["isRevoked throws", { isRevoked: throwing }, undefined, "revocation_unavailable"],
    [
      "isRevoked rejects",
      { isRevoked: async (identity) => throwing(identity) },
      undefined,
      "revocation_unavailable",
    ],
    ["a check throws", {}, check("own", throwing), "check_failed"],
    ["a check rejects", {}, check("own", async (identity) => throwing(identity)), "check_failed"],
  ])("%s: kept in `cause` alone", async (_, deps, needed, code) => {
    ears.permitted = self;
    const outputs: unknown[] = [];
    const core = await listen(options, ears, { now, ...deps });
    const outcome = await core.guard(needed)({
      ...bearer(token()),
      method: "GET",
      scheme: "Bearer",
      header: () => undefined,
      url: "/",
      route: "/",
      requestId: undefined,
    });
    if (!(outcome instanceof Refused)) throw new Error("not refused");
    expect(textOf(outcome.error.cause)).toContain(canary("sub"));
    outputs.push(
      outcome.body,
      outcome.headers,
      outcome.error.message,
      outcome.error.stack,
      outcome.error.description,
    );
    await core.close();
    for (const output of outputs) ears.hear("refusal", output);
    expect(outcome.error.code).toBe(code);
    codes.add(code);
    // `onRefused` is handed the error itself: the application may read its own word there.
    expect(ears.leaks().filter((leak) => !leak.includes(" in onRefused"))).toEqual([]);
  });
});
