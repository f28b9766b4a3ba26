// Several real processes of one application: one grant whatever happens at once, and what is left when one is killed.
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createProcessScene, type ProcessScene } from "./processes/scene.ts";

let scene: ProcessScene;
beforeEach(async () => {
  scene = await createProcessScene();
});
afterEach(() => scene.close());

const minute = 60_000;

async function signedIn(worker: Awaited<ReturnType<ProcessScene["worker"]>>): Promise<string> {
  const [change] = await worker.start();
  return `${change?.name}=${change?.value}`;
}

test("F01: fifty requests in each of four processes at the moment of expiry: one grant, nobody refused", async () => {
  const workers = await Promise.all([1, 2, 3, 4].map(() => scene.worker()));
  const [first] = workers;
  const cookie = await signedIn(first as (typeof workers)[0]);
  for (let round = 1; round <= 10; round += 1) {
    scene.offset += 11 * minute;
    const tokens = (await Promise.all(workers.map((worker) => worker.find(cookie, 50)))).flat();
    expect(tokens).toEqual(Array(200).fill(`access-${round + 1}`));
    expect(scene.grants).toHaveLength(round);
  }
}, 60_000);

describe("F03: a process is killed between the provider's answer and saving it", () => {
  /** Kills the process that is about to save. */
  async function killAtSaving() {
    const [killed, other] = await Promise.all([scene.worker(), scene.worker()]);
    const cookie = await signedIn(killed);
    scene.offset += 9.5 * minute;
    const gone = once(killed.process, "exit");
    scene.beforeSaving = (pid) => process.kill(pid, "SIGKILL");
    await Promise.all([gone, killed.find(cookie, 1).catch(() => {})]);
    expect(killed.process.signalCode).toBe("SIGKILL");
    scene.beforeSaving = undefined;
    expect(scene.grants).toEqual(["refresh-1"]);
    return { other, cookie };
  }

  test("while its lease lasts, the others go on with the tokens that there are, and don't ask", async () => {
    const { other, cookie } = await killAtSaving();
    expect(await other.find(cookie, 20)).toEqual(Array(20).fill("access-1"));
    expect(scene.grants).toHaveLength(1);
  });

  test("after that, where a refresh token is good once, the session ends: one more question, and no loop", async () => {
    const { other, cookie } = await killAtSaving();
    scene.offset += minute;
    expect(await other.find(cookie, 20)).toEqual(Array(20).fill("nobody"));
    expect(await other.find(cookie, 20)).toEqual(Array(20).fill("nobody"));
    expect(scene.grants).toEqual(["refresh-1", "refresh-1"]);
    expect(scene.store.rows.size).toBe(0);
    expect(await (await scene.worker()).find(cookie, 1)).toEqual(["nobody"]);
    expect(scene.grants).toHaveLength(2);
  });

  test("after that, where a refresh token stays good, the session goes on", async () => {
    scene.rotates = false;
    const { other, cookie } = await killAtSaving();
    scene.offset += minute;
    expect(await other.find(cookie, 20)).toEqual(Array(20).fill("access-3"));
    expect(scene.grants).toEqual(["refresh-1", "refresh-1"]);
  });
});
