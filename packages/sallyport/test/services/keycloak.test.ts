// A real Keycloak issues the tokens (`npm run test:services -- keycloak`); each subject is a file in `keycloak/`.
import { afterAll, beforeAll, describe } from "vitest";
import { audiencesAndRoles } from "./keycloak/audiences-and-roles.ts";
import { command } from "./keycloak/command.ts";
import { dpop } from "./keycloak/dpop.ts";
import { introspection } from "./keycloak/introspection.ts";
import { outage } from "./keycloak/outage.ts";
import { page } from "./keycloak/page.ts";
import { rotation } from "./keycloak/rotation.ts";
import { createScene, type Scene } from "./keycloak/scene.ts";
import { tokenTypes } from "./keycloak/token-types.ts";

const home = process.env.SALLYPORT_KEYCLOAK_HOME;

describe.skipIf(!home)("Keycloak", () => {
  let scene: Scene;
  const theScene = () => scene;

  // One server for all, in one process: its start takes longer than everything that is done with it.
  beforeAll(async () => {
    scene = await createScene(home ?? "");
  }, 200_000);
  afterAll(() => scene?.stop());

  tokenTypes(theScene);
  audiencesAndRoles(theScene);
  dpop(theScene);
  command(theScene);
  describe("introspection", () => introspection(theScene));
  describe("docs/providers/keycloak.md", () => page(theScene));
  describe("a key rotation", { timeout: 100_000 }, () => rotation(theScene));
  // Last, since it takes the server away.
  describe("an outage", { timeout: 200_000 }, () => outage(theScene));
});
