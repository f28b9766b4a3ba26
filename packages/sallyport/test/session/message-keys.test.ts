// Which key seals, and which keys are remembered.
import { describe, expect, test, vi } from "vitest";
import { createMessageKeys } from "../../src/platform/message-keys.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const [secret, other] = [bytes("one"), bytes("other")];

function start() {
  let salts = 0;
  const make = vi.fn((of: Uint8Array, salt: Uint8Array) => `${of} ${salt}`);
  const keys = createMessageKeys(make, () => {
    salts += 1;
    return bytes(`salt ${salts}`);
  });
  return { keys, make };
}

describe("the key that seals", () => {
  test("is made once, and of each secret another", () => {
    const { keys, make } = start();
    const first = keys.toSeal(secret);
    expect(keys.toSeal(secret)).toBe(first);
    expect(keys.toSeal(other).key).not.toBe(first.key);
    expect(make).toHaveBeenCalledTimes(2);
  });

  test("is another after a million messages", () => {
    const { keys } = start();
    const first = keys.toSeal(secret);
    let changes = 0;
    for (let message = 2; message <= 2 ** 20; message += 1) if (keys.toSeal(secret) !== first) changes += 1;
    expect(changes).toBe(0);
    const next = keys.toSeal(secret);
    expect(next.salt).not.toEqual(first.salt);
    expect(next.key).toBe(`${secret} ${next.salt}`);
    expect(keys.toSeal(secret)).toBe(next);
  });
});

test("a key that could not be made is not kept", () => {
  const { keys } = start();
  const first = keys.toSeal(secret);
  keys.failed(secret);
  expect(keys.toSeal(secret).salt).not.toEqual(first.salt);
});

describe("the key that opens", () => {
  test("is remembered once it has opened a message", () => {
    const { keys, make } = start();
    const salt = bytes("a salt");
    for (let visit = 0; visit < 3; visit += 1) {
      const opening = keys.toOpen(secret, salt);
      expect(opening.key).toBe(`${secret} ${salt}`);
      keys.opened(secret, opening);
    }
    expect(make).toHaveBeenCalledOnce();
    expect(keys.toOpen(other, salt).key).toBe(`${other} ${salt}`);
  });

  test("is made again where it has opened nothing: salts that somebody makes up take nobody's place", () => {
    const { keys, make } = start();
    const good = keys.toOpen(secret, bytes("good"));
    keys.opened(secret, good);
    for (let attempt = 0; attempt < 5000; attempt += 1) keys.toOpen(secret, bytes(`made up ${attempt}`));
    expect(keys.toOpen(secret, bytes("good"))).toBe(good);
    keys.toOpen(secret, bytes("made up 0"));
    expect(make).toHaveBeenCalledTimes(5002);
  });

  test("does not depend on what becomes of the bytes that the salt came in", () => {
    const { keys } = start();
    const shared = bytes("first");
    const opening = keys.toOpen(secret, shared);
    shared.set(bytes("other"));
    keys.opened(secret, opening);
    expect(keys.toOpen(secret, bytes("first"))).toBe(opening);
    expect(keys.toOpen(secret, shared)).not.toBe(opening);
  });
});
