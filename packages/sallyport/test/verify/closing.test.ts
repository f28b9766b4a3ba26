// A closed verifier: no token is accepted any more, whatever it has at hand, and what closing ended is no failure.
import { expect, test } from "vitest";
import { AuthError, createVerifier, type SecurityEvent } from "../../src/index.ts";
import { verifyHere } from "../support/at-once.ts";
import { createKit } from "../support/kit.ts";

const kit = createKit();
const now = () => kit.nowSeconds * 1000;
const closed = expect.objectContaining({ code: "closed" });

test("neither a token in the cache nor a new one is accepted, though the keys are at hand", async () => {
  const verifier = createVerifier({ issuer: kit.issuer, audience: kit.audience, jwks: kit.jwks }, { now });
  const known = kit.token();
  expect((await verifyHere(verifier, known)).subject).toBe("248289761001");
  verifier.close();
  expect(() => verifier.verifySync(known)).toThrow(closed);
  expect(() => verifier.verifySync(kit.token({ claims: { jti: "another" } }))).toThrow(closed);
  await expect(verifier.verify("not even a token")).rejects.toThrow(closed);
});

test("a fetch that closing has ended is told to nobody, and is not the provider's failure", async () => {
  const events: SecurityEvent[] = [];
  const verifier = createVerifier(
    { issuer: kit.issuer, audience: kit.audience },
    {
      now,
      fetch: () => new Promise<Response>(() => {}),
      onEvent: (event) => event.type === "security" && events.push(event),
    },
  );
  const waiting = verifier.verify(kit.token()).catch((thrown: unknown) => thrown);
  verifier.close();
  expect(await waiting).toBeInstanceOf(AuthError);
  expect(await waiting).toMatchObject({ code: "closed" });
  expect(events).toEqual([]);
  expect(verifier.health().issuers[0]?.lastError).toBeUndefined();
});
