// What the tests make tokens with where a runtime's `node:crypto` is not all there: workerd takes no KeyObject within options
// and no padding for a signature, Deno encrypts nothing without padding. The arithmetic of RSA (RFC 8017) is done here then.
import * as crypto from "node:crypto";

export * from "node:crypto";
export { default } from "node:crypto";

export function sign(hash, data, given) {
  if (given?.padding !== crypto.constants.RSA_PKCS1_PSS_PADDING)
    return crypto.sign(hash, data, withText(given));
  return raiseToPrivate(given.key, pssBlock(hash, data, given.saltLength, modulusBits(given.key)));
}

export function privateEncrypt(given, block) {
  if (given.padding === crypto.constants.RSA_NO_PADDING) return raiseToPrivate(given.key, block);
  return crypto.privateEncrypt(withText(given), block);
}

export function createVerify(hash) {
  const made = crypto.createVerify(hash);
  const { verify: original } = made;
  made.verify = (given, ...rest) => original.call(made, withText(given), ...rest);
  return made;
}

export const publicEncrypt = (given, data) => crypto.publicEncrypt(withText(given), data);
export const verify = (hash, data, given, signature) => crypto.verify(hash, data, withText(given), signature);

const pool = new Map();
let taken = new Map();
let kept = new Map();

/** The keys that there are by now are nobody else's: a module that several files share has them. */
export function keepKeys() {
  kept = new Map(taken);
}

/** From here on, the RSA keys of former files are handed out again: making them is half of a run's time. */
export function reuseKeys() {
  taken = new Map(kept);
}

export function generateKeyPairSync(type, options) {
  if (type !== "rsa") return makePair(type, options);
  const kind = JSON.stringify([type, options]);
  const pairs = pool.get(kind) ?? [];
  const index = taken.get(kind) ?? 0;
  taken.set(kind, index + 1);
  pairs[index] ??= makePair(type, options);
  pool.set(kind, pairs);
  return pairs[index];
}

/** Of a pair's public key, workerd exports the private members too. */
function makePair(type, options) {
  const { publicKey, privateKey } = crypto.generateKeyPairSync(type, options);
  const pem = publicKey.export({ type: "spki", format: "pem" });
  return { privateKey, publicKey: onWorkerd ? crypto.createPublicKey(pem) : publicKey };
}

const onWorkerd = globalThis.navigator?.userAgent === "Cloudflare-Workers";

/** Where an options object can't hold a KeyObject, it holds the key's text. */
function withText(given) {
  if (!onWorkerd || !(given?.key instanceof crypto.KeyObject)) return given;
  const type = given.key.type === "private" ? "pkcs8" : "spki";
  return { ...given, key: given.key.export({ type, format: "pem" }) };
}

const toNumber = (bytes) => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
const toBytes = (number, length) => Buffer.from(number.toString(16).padStart(length * 2, "0"), "hex");
const members = new WeakMap();

function numbersOf(key) {
  if (!members.has(key)) {
    const jwk = key.export({ format: "jwk" });
    const read = (name) => toNumber(Buffer.from(jwk[name], "base64url"));
    members.set(key, {
      n: read("n"),
      p: read("p"),
      q: read("q"),
      dp: read("dp"),
      dq: read("dq"),
      qi: read("qi"),
    });
  }
  return members.get(key);
}
const modulusBits = (key) => numbersOf(key).n.toString(2).length;

/** RSASP1 by the Chinese remainder theorem (RFC 8017 §5.2.1). */
function raiseToPrivate(key, block) {
  const { n, p, q, dp, dq, qi } = numbersOf(key);
  const message = toNumber(block);
  if (message >= n) throw new Error("The block is larger than the modulus");
  const first = power(message % p, dp, p);
  const second = power(message % q, dq, q);
  const difference = ((first - second) * qi) % p;
  return toBytes(second + q * (difference < 0n ? difference + p : difference), block.length);
}

function power(base, exponent, modulus) {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === "1") result = (result * base) % modulus;
  }
  return result;
}

/** EMSA-PSS-ENCODE (RFC 8017 §9.1.1), for a modulus of whole bytes. */
function pssBlock(hash, data, saltLength, bits) {
  const digest = (...parts) => crypto.createHash(hash).update(Buffer.concat(parts)).digest();
  const salt = crypto.randomBytes(saltLength);
  const check = digest(Buffer.alloc(8), digest(data), salt);
  const length = bits / 8;
  const open = Buffer.alloc(length - check.length - 1);
  open[open.length - salt.length - 1] = 1;
  salt.copy(open, open.length - salt.length);
  for (let counter = 0, at = 0; at < open.length; counter += 1) {
    for (const byte of digest(check, Buffer.from([0, 0, 0, counter]))) {
      if (at < open.length) open[at] ^= byte;
      at += 1;
    }
  }
  open[0] &= 0x7f;
  return Buffer.concat([open, check, Buffer.from([0xbc])]);
}
