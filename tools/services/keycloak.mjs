// Keycloak, from Maven Central, kept built in the user's cache: `SALLYPORT_KEYCLOAK_HOME`. The suites never write there.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { commandExists } from "./lib/debian.mjs";

const version = "26.7.3";
/** Of the archive as published: Maven's own check compares it with a sum from the same place. */
const sha256 = "27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f";
const leastJava = 17;
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "sallyport");
const home = process.env.SALLYPORT_KEYCLOAK_HOME ?? join(cache, `keycloak-${version}`);

export const name = "keycloak";
export const debian = [
  ...(commandExists("java") ? [] : ["default-jre-headless"]),
  ...(existsSync(home) || commandExists("mvn") ? [] : ["maven"]),
  ...(existsSync(home) || commandExists("unzip") ? [] : ["unzip"]),
];

export async function prepare() {
  const java = javaVersion();
  if (!(java >= leastJava)) throw new Error(`there is no Java ${leastJava} or later`);
  if (!existsSync(home)) await install();
  return { SALLYPORT_KEYCLOAK_HOME: home };
}

/** Builds beside the place and moves there at the end: an install that was cut short is none. */
async function install() {
  console.log(`installing Keycloak ${version} into ${home}`);
  mkdirSync(cache, { recursive: true });
  removeLeftovers();
  const work = mkdtempSync(join(cache, "installing-"));
  try {
    await download(work);
    run("unzip", ["-q", join(work, archive), "-d", work]);
    // What is decided when Keycloak is built costs a minute at each start, where it is decided then.
    run(join(work, `keycloak-${version}/bin/kc.sh`), ["build", "--db=dev-file"]);
    try {
      renameSync(join(work, `keycloak-${version}`), home);
    } catch (error) {
      // Another run may have been faster.
      if (!existsSync(home)) throw error;
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Of runs that were killed; one that goes on now is younger. */
function removeLeftovers() {
  const oldest = Date.now() - 3_600_000;
  for (const name of readdirSync(cache).filter((one) => one.startsWith("installing-"))) {
    const path = join(cache, name);
    if (statSync(path).mtimeMs < oldest) rmSync(path, { recursive: true, force: true });
  }
}

const archive = `keycloak-quarkus-dist-${version}.zip`;

async function download(folder) {
  run("mvn", [
    "--batch-mode",
    "--quiet",
    "--strict-checksums",
    `-Dmaven.repo.local=${join(folder, "m2")}`,
    "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy",
    `-Dartifact=org.keycloak:keycloak-quarkus-dist:${version}:zip`,
    `-DoutputDirectory=${folder}`,
  ]);
  const hash = createHash("sha256");
  await pipeline(createReadStream(join(folder, archive)), hash);
  if (hash.digest("hex") !== sha256) throw new Error(`${archive} is not the file that it should be`);
}

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (error) throw new Error(`${command} can't be run: ${error.message}`);
  if (status !== 0) throw new Error(`${command} failed: ${`${stdout}${stderr}`.trim().slice(-600)}`);
}

/** @returns {number} the major version; NaN without Java */
function javaVersion() {
  const { stderr } = spawnSync("java", ["-version"], { encoding: "utf8" });
  return Number(/version "(\d+)/.exec(stderr ?? "")?.[1]);
}
