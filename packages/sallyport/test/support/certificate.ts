// Just enough X.509 (RFC 5280) to make a certificate for a test: self-signed, or signed by a test's own authority.
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { TestKey } from "./signing.ts";

function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const size = body.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}
const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts);
const oid = (hex: string) => der(6, Buffer.from(hex, "hex"));
const utf8 = (text: string) => der(0x0c, Buffer.from(text));
const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"));
const nameOf = (commonName: string) => sequence(der(0x31, sequence(oid("550403"), utf8(commonName))));
const utcTime = (text: string) => der(0x17, Buffer.from(text));

/** What {@link createCertificate} needs. */
export interface CertificateOptions {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly issuer: string;
  /** An EC P-256 key. */
  readonly issuerKey: KeyObject;
  readonly dnsNames?: readonly string[];
  readonly authority?: boolean;
}

/** A certificate in DER, valid from 2020 to 2049. */
function createCertificate(options: CertificateOptions): Buffer {
  const { subject, publicKey, issuer, issuerKey, dnsNames = [], authority = false } = options;
  const names = sequence(...dnsNames.map((name) => der(0x82, Buffer.from(name))));
  const extensions = [
    ...(dnsNames.length > 0 ? [sequence(oid("551d11"), der(4, names))] : []),
    ...(authority
      ? [sequence(oid("551d13"), der(1, Buffer.from([255])), der(4, sequence(der(1, Buffer.from([255])))))]
      : []),
  ];
  const body = sequence(
    der(0xa0, der(2, Buffer.from([2]))),
    der(2, Buffer.from([1 + Math.floor(Math.random() * 100), 7])),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(utcTime("200101000000Z"), utcTime("491231235959Z")),
    nameOf(subject),
    publicKey.export({ type: "spki", format: "der" }),
    ...(extensions.length > 0 ? [der(0xa3, sequence(...extensions))] : []),
  );
  const signature = sign("sha256", body, issuerKey);
  return sequence(body, ecdsaWithSha256, der(3, Buffer.from([0]), signature));
}

let authority: KeyObject | undefined;

/** The certificate of a test's key, as `x5c` has it. */
export function certificateFor(key: TestKey): string {
  authority ??= generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  return createCertificate({
    subject: "Test key",
    publicKey: key.publicKey,
    issuer: "Test authority",
    issuerKey: authority,
  }).toString("base64");
}

/** A TLS server's key and certificate for these names, and the authority that vouches for them, in PEM. */
export function createTlsIdentity(dnsNames: readonly string[]) {
  const root = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const server = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = (bytes: Buffer) =>
    `-----BEGIN CERTIFICATE-----\n${bytes.toString("base64").replace(/(.{64})/g, "$1\n")}\n-----END CERTIFICATE-----\n`;
  const issued = { issuer: "Test root", issuerKey: root.privateKey };
  return {
    ca: pem(
      createCertificate({ ...issued, subject: "Test root", publicKey: root.publicKey, authority: true }),
    ),
    cert: pem(
      createCertificate({ ...issued, subject: "Test server", publicKey: server.publicKey, dnsNames }),
    ),
    key: String(server.privateKey.export({ type: "pkcs8", format: "pem" })),
  };
}
