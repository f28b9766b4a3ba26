// Packages of Debian (or a relative of it), all that are missing in one run of apt-get, without starting a daemon.
import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";

const policy = "/usr/sbin/policy-rc.d";

/**
 * @param {string[]} wanted names of packages
 * @returns {string | undefined} why something was not installed
 */
export function installDebian(wanted) {
  const missing = [...new Set(wanted)].filter((name) => !isInstalled(name));
  if (missing.length === 0) return undefined;
  const names = missing.join(" ");
  if (!commandExists("apt-get")) return `not installed, for want of apt-get: ${names}`;
  if (process.getuid?.() !== 0) return `not installed, for want of root: apt-get install ${names}`;
  console.log(`installing ${names}`);
  // A daemon that a package starts by itself would hold a port and data: the suites start their own.
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    aptGet("update");
    const good = aptGet("install", "-y", "--no-install-recommends", ...missing);
    return good ? undefined : `apt-get could not install ${names}`;
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
}

/** @param {string} name */
export function commandExists(name) {
  return spawnSync("sh", ["-c", 'command -v "$1"', "sh", name]).status === 0;
}

function isInstalled(name) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg fills it in.
  const format = "-f=${db:Status-Status}";
  const { stdout } = spawnSync("dpkg-query", ["-W", format, name], { encoding: "utf8" });
  return stdout === "installed";
}

function aptGet(...args) {
  const { status } = spawnSync("apt-get", ["-qq", "-o", "Dpkg::Lock::Timeout=300", ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  return status === 0;
}
