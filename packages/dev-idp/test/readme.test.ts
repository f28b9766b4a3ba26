import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { type Client, seededClients, seededPeople } from "../src/index.ts";
import { start, verified } from "./support.ts";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
// A formatter may align the columns of the tables.
const rows = readme.replace(/ +/g, " ");
const block = (language: string) =>
  readme.match(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s"))?.[1] ?? "";

describe("the README", () => {
  it("names the people and the clients that there are", () => {
    for (const { username, password, roles, permissions } of seededPeople) {
      expect(rows).toContain(
        `| ${username} / ${password} | ${roles.join(", ")} | ${permissions.join(", ")} |`,
      );
    }
    for (const { id, secret } of seededClients)
      expect(rows).toContain(`| ${secret ? `${id} / ${secret}` : id} |`);
  });

  it("says what the machine client may do", () => {
    const { roles, scopes, permissions } = seededClients.find(({ id }) => id === "machine") as Client;
    expect(permissions).toEqual(scopes);
    const list = scopes?.join(", ").replace(/, ([^,]+)$/, " and $1");
    expect(readme).toContain(`\`machine\` has the role ${roles}, and the scopes and permissions ${list}.`);
  });

  it("has a curl line that gets a token for alice", async () => {
    const idp = await start();
    const [, form = "", path = ""] =
      readme.match(/^curl -s -d (\S+) http:\/\/127\.0\.0\.1:4400(\/control\/token)$/m) ?? [];
    const response = await fetch(idp.issuer + path, { method: "POST", body: new URLSearchParams(form) });
    expect((await verified(idp, await response.text())).claims).toMatchObject({
      sub: "alice",
      roles: ["Admin"],
    });
  });

  it("has no link that leads out of the package", () => {
    const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, target = ""]) => target);
    expect(links.length).toBeGreaterThan(3);
    expect(links.filter((target) => !/^(https:\/\/|#)/.test(target))).toEqual([]);
  });

  it("has an example for tests that runs", async () => {
    const { stderr } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", block("ts")],
      {
        cwd: import.meta.dirname,
        env: { ...process.env, NODE_ENV: "test", NODE_OPTIONS: "" },
      },
    );
    expect(stderr).toBe("");
  });

  it("has an example of a file that works", async () => {
    const folder = await mkdtemp(join(tmpdir(), "dev-idp-"));
    const file = join(folder, "people.json");
    try {
      await writeFile(file, block("json"));
      const idp = await start({ file });
      const { claims } = await verified(idp, await idp.token({ person: "dora" }));
      expect(claims).toMatchObject({
        aud: "billing",
        tenant: "north",
        client_id: "shop",
        roles: ["Dispatcher"],
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("has curl lines that make the provider fail, heal it and rotate its key", async () => {
    const idp = await start();
    const lines = [
      ...readme.matchAll(/^curl -s (.*) http:\/\/127\.0\.0\.1:4400(\/control\/(?!token)\w+)$/gm),
    ];
    expect(lines).toHaveLength(3);
    const statuses: number[] = [];
    for (const [, flags = "", path = ""] of lines) {
      const body = new URLSearchParams(
        [...flags.matchAll(/-d (\w+)=(\w*)/g)].map(([, name = "", value = ""]) => [name, value]),
      );
      await fetch(idp.issuer + path, { method: "POST", body });
      statuses.push((await fetch(`${idp.issuer}/jwks`)).status);
    }
    expect(statuses).toEqual([500, 200, 200]);
    const { keys } = (await (await fetch(`${idp.issuer}/jwks`)).json()) as { keys: unknown[] };
    expect(keys).toHaveLength(2);
  });
});
