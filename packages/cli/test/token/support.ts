// What the flows' tests share: a running provider, a verifier for what it gives, and somebody who acts while the command waits.
import { type DevIdp, startDevIdp } from "@sallyport/dev-idp";
import { createVerifier, type Identity } from "sallyport";
import { afterAll } from "vitest";
import { type Ran, run } from "../support/run.ts";

/** The development provider, until the file's tests are over. */
export async function provider(): Promise<{
  readonly idp: DevIdp;
  readonly verify: (token: string) => Promise<Identity>;
  /** The arguments for one of its clients. */
  readonly at: (clientId: string, issuer?: string) => string[];
}> {
  const idp = await startDevIdp({ algorithm: "ES256", quiet: true });
  const verifier = createVerifier({
    issuer: idp.issuer,
    audience: idp.audience,
    insecureAllowLoopback: true,
  });
  afterAll(async () => {
    verifier.close();
    await idp.close();
  });
  const at = (clientId: string, issuer = idp.issuer) => [
    "token",
    "--issuer",
    issuer,
    "--client-id",
    clientId,
    "--insecure-allow-loopback",
  ];
  return { idp, at, verify: (token) => verifier.verify(token.trim()) };
}

/** Runs while somebody acts on what is said on standard error. */
export function runWith(
  args: readonly string[],
  pattern: RegExp,
  act: (found: string) => Promise<void>,
): Promise<Ran> {
  let acted: Promise<void> | undefined;
  const done = run(args, {
    onStderr(all) {
      const [, found] = pattern.exec(all) ?? [];
      if (found !== undefined) acted ??= act(found);
    },
  });
  return done.finally(() => acted);
}
