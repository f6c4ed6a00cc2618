#!/usr/bin/env node
// Checks a học bạ evidence file (vn.hocba.bundle/1) with nothing but Node's own library: no network, no dependency, and
// no line shared with the hub. The format is described in docs/evidence.md.
//
//   node verify.mjs FILE --roots CERTIFICATE... [--status FILE]      one JSON object; exit code as `hub verify`
//   node verify.mjs --ask < questions.json                          single functions, for comparing with published vectors
//
// Not done here, and said in the answer: certificate extensions other than CA, and extended key usage of time-stamps;
// reading a source document and running the mapping that made a transcript from it. A sealed transcript therefore never
// ends better than "unknown" here, by its part "source" alone; `hub verify` judges the content.

import { createHash, createPublicKey, verify as checkSignature, constants, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";

const FILE_BYTES_MAX = 33_554_432;
const DEPTH_MAX = 16;
const SKEW_S = 300;
const PARTS = ["form", "register", "document", "signatures", "accepted", "leaf", "manifest", "log", "checkpoint",
  "timestamp", "cosignature", "later", "source"];
const SOURCE_BYTES_MAX = 1_048_576;
const EXITS = { valid: 0, invalid: 1, superseded: 6, unknown: 7 };

class Wrong extends Error {}
const need = (holds, why) => { if (!holds) throw new Wrong(why); };
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const hexOf = (bytes) => bytes.toString("hex");

// ---- canonical JSON (RFC 8785) and the profile HB-JCS/1

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const names = Object.keys(value).sort(); // by UTF-16 code units, as RFC 8785 asks
    return `{${names.map((name) => `${canonical(name)}:${canonical(value[name])}`).join(",")}}`;
  }
  if (typeof value === "string") need(value.isWellFormed(), "lone surrogate");
  if (typeof value === "number") need(Number.isFinite(value), "not a number");
  return JSON.stringify(value);
}

function parseCanonical(bytes, bytesMax = FILE_BYTES_MAX) {
  need(bytes.length <= bytesMax, "too large");
  let text, value;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch { throw new Wrong("not JSON"); }
  need(value !== null && typeof value === "object" && !Array.isArray(value), "not an object");
  walk(value, 1);
  need(text === text.normalize("NFC"), "not NFC");
  need(canonical(value) === text, "not canonical");
  return value;
}

function walk(value, depth) {
  need(depth <= DEPTH_MAX, "too deep");
  need(value !== null, "null");
  need(typeof value !== "number" || Number.isSafeInteger(value), "not an integer");
  if (typeof value === "object") for (const child of Object.values(value)) walk(child, depth + 1);
}

// ---- shapes: a text names a check ("?": may be absent), an array is a list of one shape, an object is a closed set

const CHECKS = {
  text: (v) => typeof v === "string",
  bytes: (v) => typeof v === "string" && Buffer.from(v, "base64").toString("base64") === v,
  sha256: (v) => typeof v === "string" && /^[0-9a-f]{64}$/.test(v),
  integer: (v) => Number.isSafeInteger(v),
  count: (v) => Number.isSafeInteger(v) && v >= 0,
  slug: (v) => typeof v === "string" && /^[a-z]+(-[a-z]+)*$/.test(v) && v.length >= 2 && v.length <= 30,
  yes: (v) => v === true,
  instant: (v) => typeof v === "string" && /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{3})?Z$/.test(v),
  date: (v) => typeof v === "string" && /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(v),
  cohort: (v) => ["completed", "supplementary", "transfer", "correction"].includes(v),
  source: (v) => CHECKS.bytes(v) && v.length <= 4 * Math.ceil(SOURCE_BYTES_MAX / 3),
  any: (v) => v !== null && typeof v === "object" && !Array.isArray(v),
};
const SIGNED = { signature: "text", statement: "bytes" };
const POSITION = { index: "count", path: [64, "sha256"] };
const HEAD = { cosignature: "text", note: "bytes", signature: "text", timestamp: "bytes?" };
const PLACE = { head: HEAD, in_log: POSITION, in_manifest: POSITION, leaf: "bytes", manifest: SIGNED, receipt: SIGNED };
const STATUS = { digest: "sha256", later: [64, PLACE], register: [256, SIGNED], so: "slug", type: "text" };
const BUNDLE = { ...STATUS, document: "bytes", place: PLACE, receipt: SIGNED, signatures: [12, "text"],
  source: "source?" };

function shaped(value, shape, path = "$") {
  if (typeof shape === "string") return need(CHECKS[shape.replace("?", "")](value), path);
  if (Array.isArray(shape)) {
    need(Array.isArray(value) && value.length <= shape[0], path);
    return value.forEach((one, n) => shaped(one, shape[1], `${path}[${n}]`));
  }
  need(CHECKS.any(value), path);
  const due = Object.keys(shape).filter((name) => name in value || !String(shape[name]).endsWith("?"));
  need(Object.keys(value).sort().join() === due.sort().join(), path);
  for (const name of due) shaped(value[name], shape[name], `${path}.${name}`);
}

function readFile(bytes, shape, type) {
  const value = parseCanonical(bytes);
  shaped(value, shape);
  need(value.type === type, "$.type");
  const { digest, ...rest } = value;
  need(hexOf(sha256(canonical(rest))) === digest, "digest");
  return value;
}

const bytesOf = (text) => Buffer.from(text, "base64");

// ---- Merkle trees (RFC 9162 §2.1)

const leafHash = (data) => sha256(Buffer.from([0]), data);
const nodeHash = (left, right) => sha256(Buffer.from([1]), left, right);
const allHashes = (hashes) => hashes.every((hash) => hash.length === 32);

function rootOf(hashes) {
  if (hashes.length === 0) return sha256("");
  if (hashes.length === 1) return hashes[0];
  const half = 2 ** (31 - Math.clz32(hashes.length - 1)); // the largest power of two below the count
  return nodeHash(rootOf(hashes.slice(0, half)), rootOf(hashes.slice(half)));
}

function verifyInclusion(index, size, hash, proof, root) {
  let [fn, sn] = [BigInt(index), BigInt(size) - 1n];
  if (fn < 0n || fn > sn || !allHashes([hash, root, ...proof])) return false;
  let current = hash;
  for (const step of proof) {
    if (sn === 0n) return false;
    if (fn % 2n === 1n || fn === sn) {
      current = nodeHash(step, current);
      while (fn !== 0n && fn % 2n === 0n) [fn, sn] = [fn / 2n, sn / 2n];
    } else current = nodeHash(current, step);
    [fn, sn] = [fn / 2n, sn / 2n];
  }
  return sn === 0n && current.equals(root);
}

function verifyConsistency(size1, size2, root1, root2, proof) {
  const [first, second] = [BigInt(size1), BigInt(size2)];
  if (first <= 0n || first > second || !allHashes([root1, root2, ...proof])) return false;
  if (first === second) return proof.length === 0 && root1.equals(root2);
  const path = (first & (first - 1n)) === 0n ? [root1, ...proof] : [...proof];
  if (path.length === 0) return false;
  let [fn, sn] = [first - 1n, second - 1n];
  while (fn % 2n === 1n) [fn, sn] = [fn / 2n, sn / 2n];
  let [older, newer] = [path[0], path[0]];
  for (const step of path.slice(1)) {
    if (sn === 0n) return false;
    if (fn % 2n === 1n || fn === sn) {
      [older, newer] = [nodeHash(step, older), nodeHash(step, newer)];
      while (fn !== 0n && fn % 2n === 0n) [fn, sn] = [fn / 2n, sn / 2n];
    } else newer = nodeHash(newer, step);
    [fn, sn] = [fn / 2n, sn / 2n];
  }
  return sn === 0n && older.equals(root1) && newer.equals(root2);
}

// ---- detached JWS (RFC 7515, RFC 7797) in the one shape that the hub signs

const HEADER = { alg: "text", b64: "any", crit: [5, "text"], hb_prev: [64, "text"], hb_role: "text", hb_scope: "any",
  iat: "count", typ: "text", "x5t#S256": "text" };
const CRITICAL = "b64,hb_prev,hb_role,hb_scope";
const CRITICAL_SEALED = "b64,hb_origin,hb_prev,hb_role,hb_scope";
const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const MAPPED = { grade: "text", mapping: "text", mapping_sha256: "sha256", source_sha256: "sha256", system: "text" };
const { mapping: _m, mapping_sha256: _h, ...TYPED } = MAPPED; // nothing is mapped from a scan: a person typed

function checkOrigin(origin) { // what a seal says of its document: grade, source, system, mapping
  need(CHECKS.any(origin) && ["derived", "attested", "legacy_evidence"].includes(origin.grade), "grade");
  shaped(origin, origin.grade === "legacy_evidence" ? TYPED : MAPPED, "hb_origin");
  need(NAME.test(origin.system) && origin.system.length <= 60, "system");
  const mapping = /^([a-z0-9]+(-[a-z0-9]+)*)\/[1-9][0-9]{0,4}$/;
  need(origin.mapping === undefined || (mapping.test(origin.mapping) && origin.mapping.length <= 60), "mapping");
}

function decodeUrl(text) {
  const bytes = Buffer.from(text, "base64url");
  need(bytes.toString("base64url") === text, "base64url");
  return bytes;
}

function readSignature(compact) {
  const parts = compact.split(".");
  need(compact.length <= 4096 && parts.length === 3 && parts[1] === "", "signature");
  const header = parseCanonical(decodeUrl(parts[0]));
  need(header.b64 === false, "b64");
  const { hb_origin: origin, ...plainHeader } = header;
  shaped({ ...plainHeader, b64: {} }, HEADER);
  if ("hb_origin" in header) checkOrigin(origin);
  need(Object.values(header.hb_scope).every(CHECKS.text), "hb_scope");
  need(header.crit.join() === (origin === undefined ? CRITICAL : CRITICAL_SEALED) && header.iat <= 2 ** 33, "header");
  need(["ES256", "PS256", "RS256"].includes(header.alg), "alg");
  const certificate = decodeUrl(header["x5t#S256"]);
  need(certificate.length === 32, "x5t#S256");
  return { header, signed: parts[0], signature: decodeUrl(parts[2]), certificate: hexOf(certificate) };
}

function checkRaw(alg, key, signature, data) {
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === "ec") {
    if (alg !== "ES256" || namedCurve !== "prime256v1" || signature.length !== 64) return false;
    return checkSignature("sha256", data, { key, dsaEncoding: "ieee-p1363" }, signature);
  }
  if (key.asymmetricKeyType !== "rsa" || modulusLength < 2048 || modulusLength > 4096) return false;
  if (alg === "RS256") return checkSignature("sha256", data, key, signature);
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return alg === "PS256" && checkSignature("sha256", data, { key, padding, saltLength: 32 }, signature);
}

const isSigned = (read, key, payload) =>
  checkRaw(read.header.alg, key, read.signature, Buffer.concat([Buffer.from(`${read.signed}.`), payload]));

// ---- signed notes and cosignatures (C2SP)

const ED25519_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

function noteKey(text) {
  const [name, id, encoded] = [...text.split("+", 2), text.split("+").slice(2).join("+")];
  const data = bytesOf(encoded);
  const keyId = sha256(`${name}\n`, data).subarray(0, 4);
  need(data.length === 33 && hexOf(keyId) === id, "note key");
  const key = createPublicKey({ key: Buffer.concat([ED25519_PREFIX, data.subarray(1)]), format: "der", type: "spki" });
  return { name, keyId, kind: data[0], key };
}

function noteLine(line) {
  const [dash, name, encoded, ...rest] = line.split(" ");
  need(dash === "—" && name && rest.length === 0 && CHECKS.bytes(encoded), "signature line");
  const data = bytesOf(encoded);
  need(data.length > 4, "signature line");
  return { name, keyId: data.subarray(0, 4), signature: data.subarray(4) };
}

function splitNote(note) {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(note);
  const at = text.lastIndexOf("\n\n");
  need(at > 0 && text.endsWith("\n") && !/[\x00-\x09\x0b-\x1f]/.test(text), "note");
  return [text.slice(0, at + 1), text.slice(at + 2, -1).split("\n").map(noteLine)];
}

function readHead(text) {
  const [origin, size, root, ...rest] = text.split("\n");
  need(rest.pop() === "" && /^(0|[1-9][0-9]{0,15})$/.test(size) && CHECKS.bytes(root), "checkpoint");
  const head = { origin, size: Number(size), root: bytesOf(root), successor: null };
  need(head.root.length === 32 && Number.isSafeInteger(head.size), "checkpoint");
  if (rest.length > 0) { // the last head of a closed log names the Sở that follows; no other extension is known
    const named = /^closed (?=.{2,30}$)([a-z]+(?:-[a-z]+)*)$/.exec(rest[0]);
    need(rest.length === 1 && named !== null && origin !== `so-${named[1]}.hocba/log`, "checkpoint extension");
    head.successor = named[1];
  }
  return head;
}

const isBy = (line, key) => line.name === key.name && line.keyId.equals(key.keyId);

function checkNote(note, keys) {
  const [text, lines] = splitNote(note);
  const head = readHead(text);
  const known = keys.filter((key) => key.kind === 1 && key.name === head.origin);
  const matches = lines.flatMap((line) => known.filter((key) => isBy(line, key)).map((key) => [line, key]));
  need(matches.length > 0, "log key");
  need(matches.every(([line, key]) => checkSignature(null, Buffer.from(text), key.key, line.signature)), "log key");
  return head;
}

function checkCosignature(text, line, keys) {
  const found = noteLine(line.endsWith("\n") ? line.slice(0, -1) : line);
  need(found.signature.length > 8, "cosignature");
  const message = Buffer.from(`cosignature/v1\ntime ${found.signature.readBigUInt64BE()}\n${text}`);
  const good = (key) => key.kind === 4 && isBy(found, key) &&
    checkSignature(null, message, key.key, found.signature.subarray(8));
  need(keys.some(good), "cosignature");
}

function claimedTime(line) {
  try {
    const time = noteLine(line.endsWith("\n") ? line.slice(0, -1) : line).signature.readBigUInt64BE();
    return time <= 253370764800n ? Number(time) : 0;
  } catch { return 0; }
}

// ---- times

function instant(text) {
  need(typeof text === "string" && text >= "0001" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(text), "time");
  const time = new Date(text);
  need(!Number.isNaN(time.getTime()) && time.toISOString().startsWith(text.slice(0, 19)), "time");
  return time.getTime() / 1000;
}

function endOf(until) { // of an algorithm: an instant, or the last civil day in Việt Nam
  if (until === undefined) return Infinity;
  return until.includes("T") ? instant(until) : instant(`${until}T00:00:00Z`) - 7 * 3600 + 86400;
}

// ---- the register: who may sign what, as its signed entries say

class Register {
  constructor(entries) {
    this.entries = entries.flatMap((entry) => {
      const newer = entries.filter((e) => e.kind === entry.kind && e.id === entry.id && e.version > entry.version);
      if (newer.length > 0 && !["official", "trust_policy", "source_system"].includes(entry.kind)) return [];
      return [{ ...entry, to: Math.min(entry.to, ...newer.map((e) => e.from)) }].filter((e) => e.from < e.to);
    });
    this.certificates = new Map(this.of("certificate").map((e) => {
      const der = bytesOf(e.payload.der_base64);
      return [hexOf(sha256(der)), new X509Certificate(der)];
    }));
    this.crls = this.of("revocation").flatMap((e) => e.payload.crls.map((text) => readCrl(bytesOf(text))));
  }

  of(kind) { return this.entries.filter((entry) => entry.kind === kind); }

  policy(at) {
    const held = this.of("trust_policy").filter((e) => e.from <= at && at < e.to);
    return held.sort((a, b) => b.version - a.version)[0]?.payload ?? null;
  }

  system(id, at) {
    const held = this.of("source_system").filter((e) => e.id === id && e.from <= at && at < e.to);
    return held.sort((a, b) => b.version - a.version)[0]?.payload ?? null;
  }

  holds(certificate, role, place, at) {
    return this.of("official").some(({ payload, from, to }) => payload.certificate_sha256 === certificate &&
      payload.role === role && from <= at && at < to && payload.school === place.school &&
      (place.school !== undefined || payload.so === place.so));
  }

  person(certificate, role, place, at) {
    return this.of("official").find(({ payload, from, to }) => payload.certificate_sha256 === certificate &&
      payload.role === role && from <= at && at < to && payload.school === place.school)?.payload.person;
  }
}

// ---- revocation lists (RFC 5280 §5), read as far as they are needed

function derItems(bytes) { // the values inside one constructed value: [{tag, body, raw}]
  const items = [];
  for (let at = 0; at < bytes.length;) {
    const start = at, tag = bytes[at++];
    let length = bytes[at++];
    need(length !== undefined && length !== 0x80 && length <= 0x84, "DER");
    if (length > 0x80) {
      const count = length & 0x7f;
      length = bytes.readUIntBE(at, count);
      at += count;
    }
    need(at + length <= bytes.length, "DER");
    items.push({ tag, body: bytes.subarray(at, at + length), raw: bytes.subarray(start, at + length) });
    at += length;
  }
  return items;
}

const SIGNATURE_HASHES = { // of the object identifiers of RSA PKCS#1 v1.5 and ECDSA with SHA-2
  "2a864886f70d01010b": "sha256", "2a864886f70d01010c": "sha384", "2a864886f70d01010d": "sha512",
  "2a8648ce3d040302": "sha256", "2a8648ce3d040303": "sha384", "2a8648ce3d040304": "sha512",
};
const HOLD = "0a0106"; // the reason certificateHold

function derTime({ tag, body }) {
  const text = body.toString("latin1"), digits = tag === 0x17 ? `${text < "5" ? "20" : "19"}${text}` : text;
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits);
  return Date.UTC(parts[0], parts[1] - 1, ...parts.slice(2)) / 1000;
}

const plain = (serial) => hexOf(serial).replace(/^0+/, "");
const hasCritical = (extensions) => extensions.some(({ body }) => derItems(body)[1].tag === 0x01);

function readCrl(der) {
  const [list] = derItems(der), [tbs, algorithm, signature] = derItems(list.body);
  const fields = derItems(tbs.body);
  if (fields[0].tag === 0x02) fields.shift();
  const [, issuer, thisUpdate, nextUpdate, ...rest] = fields;
  const revoked = new Map(rest.filter((one) => one.tag === 0x30).flatMap((one) => derItems(one.body)).map((one) => {
    const [serial, at, extensions] = derItems(one.body);
    return [plain(serial.body), { at: derTime(at), hold: extensions !== undefined && hexOf(extensions.raw).includes(HOLD) }];
  }));
  const extensions = rest.filter((one) => one.tag === 0xa0).flatMap((one) => derItems(derItems(one.body)[0].body));
  return { tbs: tbs.raw, hash: SIGNATURE_HASHES[hexOf(derItems(algorithm.body)[0].body)], issuer: issuer.raw,
    signature: signature.body.subarray(1), from: derTime(thisUpdate), until: derTime(nextUpdate), revoked,
    partial: hasCritical(extensions) };
}

function subjectOf(certificate) {
  const fields = derItems(derItems(derItems(certificate.raw)[0].body)[0].body);
  return fields[fields[0].tag === 0xa0 ? 5 : 4].raw;
}

/** What the lists of an issuer say of a certificate: revoked from when, and up to when its status is known. */
function statusOf(certificate, issuer, crls) {
  const lists = crls.filter((crl) => !crl.partial && crl.hash !== undefined && crl.issuer.equals(subjectOf(issuer)) &&
    checkSignature(crl.hash, crl.tbs, issuer.publicKey, crl.signature)).sort((a, b) => a.from - b.from);
  const serial = certificate.serialNumber.toLowerCase().replace(/^0+/, ""), end = Date.parse(certificate.validTo) / 1000;
  const entries = lists.map((crl) => [crl, crl.revoked.get(serial)]).filter(([crl, entry]) =>
    entry !== undefined && (crl === lists.at(-1) || !entry.hold));
  return { revokedAt: Math.min(Infinity, ...entries.map(([, entry]) => entry.at)),
    knownUntil: Math.max(-Infinity, ...lists.filter((crl) => crl.from <= end).map((crl) => crl.until)) };
}

const inTime = (certificate, at) =>
  Date.parse(certificate.validFrom) / 1000 <= at && at <= Date.parse(certificate.validTo) / 1000;

/** How a certificate stands at a time, by its best path to a root: "valid", "unknown" (status not known), "invalid". */
function standing(certificate, policy, crls, at, length = 1) {
  if (!inTime(certificate, at)) return "invalid";
  const through = (der, isRoot) => {
    const issuer = new X509Certificate(bytesOf(der));
    if (!issuer.ca || !certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) return "invalid";
    if (isRoot ? !inTime(issuer, at) : length > 2) return "invalid";
    const above = isRoot ? "valid" : standing(issuer, policy, crls, at, length + 1);
    const { revokedAt, knownUntil } = statusOf(certificate, issuer, crls);
    if (above === "invalid" || revokedAt <= at) return "invalid";
    return above === "unknown" || at > knownUntil ? "unknown" : "valid";
  };
  const ends = [...policy.roots.map((der) => through(der, true)), ...policy.intermediates.map((der) => through(der, false))];
  return ["valid", "unknown"].find((end) => ends.includes(end)) ?? "invalid";
}

// ---- time-stamp tokens (RFC 3161, in CMS: RFC 5652), one signer, whose certificate is in the token

const TOKEN_BYTES_MAX = 65_536;
const OID = { signedData: "2a864886f70d010702", tstInfo: "2a864886f70d0109100104", contentType: "2a864886f70d010903",
  messageDigest: "2a864886f70d010904", signingCertificate: "2a864886f70d010910020c",
  signingCertificateV2: "2a864886f70d010910022f", usage: "551d25", timeStamping: "2b06010505070308" };
const DIGESTS = { "608648016503040201": "sha256", "608648016503040202": "sha384", "608648016503040203": "sha512" };
const RSA = "2a864886f70d010101";

const derOnly = (bytes, tag) => {
  const items = derItems(bytes);
  need(items.length === 1 && items[0].tag === tag, "DER");
  return items[0];
};
const oidOf = (item) => { need(item.tag === 0x06, "OID"); return hexOf(item.body); };

function oidHex(dotted) { // the body of an object identifier, of any size
  const [first, second, ...rest] = dotted.split(".").map(BigInt);
  return hexOf(Buffer.concat([first * 40n + second, ...rest].map((arc) => {
    const groups = [];
    for (let left = arc; groups.length === 0 || left > 0n; left >>= 7n) groups.unshift(Number(left & 127n));
    return Buffer.from(groups.map((group, n) => (n < groups.length - 1 ? group | 128 : group)));
  })));
}

function issuerAndSerial(certificate) {
  const fields = derItems(derItems(derItems(certificate.raw)[0].body)[0].body);
  const at = fields[0].tag === 0xa0 ? 1 : 0;
  return [fields[at + 2].raw, fields[at].body];
}

function isForTimeStamps(certificate) { // RFC 3161 §2.3: the one extended key usage is timeStamping, and critical
  const last = derItems(derItems(derItems(certificate.raw)[0].body)[0].body).at(-1);
  if (last.tag !== 0xa3) return false;
  const usages = derItems(derItems(last.body)[0].body).map((one) => derItems(one.body))
    .filter(([name]) => oidOf(name) === OID.usage);
  if (usages.length !== 1 || usages[0].length !== 3 || usages[0][1].tag !== 0x01) return false;
  return derItems(derItems(usages[0][2].body)[0].body).map(oidOf).join() === OID.timeStamping;
}

const parts = (bytes, ...tags) => { // the values inside one constructed value, the first of them with these tags
  const items = derItems(bytes);
  need(tags.every((tag, n) => items[n]?.tag === tag), "DER");
  return items;
};

function digestOf(algorithm) { // the name of a hash in an AlgorithmIdentifier, whose parameters are absent or NULL
  const [oid, parameters] = parts(algorithm.body, 0x06);
  need(parameters === undefined || hexOf(parameters.raw) === "0500", "parameters");
  return DIGESTS[oidOf(oid)];
}

function readToken(token) {
  need(token.length <= TOKEN_BYTES_MAX, "too large");
  const [type, content, ...more] = parts(derOnly(token, 0x30).body, 0x06, 0xa0);
  need(oidOf(type) === OID.signedData && more.length === 0, "no signed data");
  const [version, digests, encapsulated, certificates, signers, ...other] =
    parts(derOnly(content.body, 0x30).body, 0x02, 0x31, 0x30, 0xa0, 0x31);
  need(hexOf(version.body) === "03" && other.length === 0, "signed data");
  const [contentType, wrapped] = parts(encapsulated.body, 0x06, 0xa0);
  need(oidOf(contentType) === OID.tstInfo, "no time-stamp");
  const said = derOnly(wrapped.body, 0x04).body;
  const [signerVersion, sid, digest, attributes, algorithm, signature] =
    parts(derOnly(signers.body, 0x30).body, 0x02, 0x30, 0x30, 0xa0, 0x30, 0x04);
  need(hexOf(signerVersion.body) === "01", "signer");
  const listed = derItems(digests.body).map((one) => { need(one.tag === 0x30, "digests"); return digestOf(one); });
  need(listed.includes(digestOf(digest)), "digests");
  const known = derItems(certificates.body).map((one) => new X509Certificate(one.raw));
  need(known.length <= 8, "too many certificates");
  const [issuer, serial] = parts(sid.body, 0x30, 0x02);
  const named = known.filter((one) => {
    const [by, number] = issuerAndSerial(one);
    return by.equals(issuer.raw) && number.equals(serial.body);
  });
  need(named.length === 1, "certificate of the signer");
  return { said, attributes, known, certificate: named[0], signature: signature.body, digest: digestOf(digest),
    algorithm: oidOf(derItems(algorithm.body)[0]) };
}

function checkSigner({ said, attributes, certificate, signature, digest, algorithm }) {
  const isRsa = certificate.publicKey.asymmetricKeyType === "rsa";
  need(digest !== undefined && (SIGNATURE_HASHES[algorithm] === digest || (isRsa && algorithm === RSA)), "algorithm");
  need(isRsa === algorithm.startsWith("2a864886f70d0101"), "algorithm");
  const found = Object.fromEntries(derItems(attributes.body).map((one) => {
    const [name, values] = derItems(one.body);
    return [oidOf(name), derOnly(values.body, derItems(values.body)[0].tag)];
  }));
  need(hexOf(found[OID.contentType].body) === OID.tstInfo, "content type");
  need(found[OID.messageDigest].body.equals(createHash(digest).update(said).digest()), "message digest");
  const own = found[OID.signingCertificateV2] ?? found[OID.signingCertificate];
  const hashes = ["sha1", "sha256", "sha384", "sha512"].map((name) => createHash(name).update(certificate.raw).digest());
  need(own !== undefined && hashes.some((hash) => own.body.includes(hash)), "signing certificate");
  const signed = Buffer.concat([Buffer.from([0x31]), attributes.raw.subarray(1)]); // signed as a plain SET
  need(checkSignature(digest, signed, certificate.publicKey, signature), "signature");
}

/** Whether a certificate leads to a root at a time, through certificates of the token. */
function leadsTo(certificate, roots, between, at, length = 1) {
  const issued = (issuer) => issuer.ca && inTime(issuer, at) && certificate.checkIssued(issuer) &&
    certificate.verify(issuer.publicKey);
  return roots.some(issued) || (length < 4 && between.some((one) => one.raw !== certificate.raw && issued(one) &&
    leadsTo(one, roots, between, at, length + 1)));
}

/** Check a token over some bytes under a policy; return its time. Throws Wrong. */
function checkToken(token, data, policy) {
  const read = readToken(token);
  const [, oid, imprint, , time] = parts(derOnly(read.said, 0x30).body, 0x02, 0x06, 0x30, 0x02, 0x18);
  const [algorithm, hash] = derItems(imprint.body);
  need(digestOf(algorithm) === "sha256" && hash.body.equals(sha256(data)), "other bytes");
  need(policy.timestamp_policy === undefined || oidOf(oid) === oidHex(policy.timestamp_policy), "policy");
  const at = derTime({ tag: time.tag, body: Buffer.from(time.body.toString("latin1").replace(/\.\d+Z$/, "Z")) });
  need(isForTimeStamps(read.certificate), "certificate not for time-stamps alone");
  need(inTime(read.certificate, at), "certificate not valid at that time");
  checkSigner(read);
  const roots = policy.timestamp_roots.map((der) => new X509Certificate(bytesOf(der)));
  need(leadsTo(read.certificate, roots, read.known, at), "no path to a root");
  return at;
}

/** Judge the time-stamp of a head; return its time, or null. */
function judgeStamp(head, policy, found, part, isLater) {
  if (head.timestamp === undefined || head.timestamp === "") {
    if (policy?.timestamp_required) found.add(part, "the time-stamp that the policy demands is missing");
    else if (!isLater) found.leaveOut(part, "there is no time-stamp; the time rests on Bộ's cosignature");
    return null;
  }
  if ((policy?.timestamp_roots ?? []).length === 0) {
    found.add(part, "time-stamp: the policy names no root", "unknown");
    return null;
  }
  return found.try(part, "time-stamp", () => checkToken(bytesOf(head.timestamp), bytesOf(head.note), policy));
}

/** Judge one signature; throws Wrong. `expected`: typ, scope, roles, place; seals where an origin may stand. */
function judge(compact, payload, expected, register, at) {
  const read = readSignature(compact), { header } = read;
  const policy = register.policy(at), certificate = register.certificates.get(read.certificate);
  need(policy !== null && certificate !== undefined, "signer");
  need(header.hb_origin === undefined || expected.seals, "an origin where none may stand");
  need(header.typ === expected.typ && canonical(header.hb_scope) === canonical(expected.scope), "scope");
  need(expected.roles.includes(header.hb_role), "role");
  if (header.hb_role === "registrar") need(policy.registrars.includes(read.certificate), "registrar");
  else need(register.holds(read.certificate, header.hb_role, expected.place, header.iat), "office");
  need(header.iat <= at + SKEW_S, "time ahead");
  const allowed = policy.algorithms.find((one) => one.alg === header.alg);
  need(allowed !== undefined && at < endOf(allowed.until), "algorithm");
  const stands = standing(certificate, policy, register.crls, at);
  need(!certificate.ca && stands !== "invalid", "certificate");
  if (expected.place.school !== undefined) {
    need(header.iat >= Date.parse(certificate.validFrom) / 1000 - SKEW_S, "before the certificate");
  }
  need(isSigned(read, certificate.publicKey, payload), "signature");
  return { ...read, isOpen: stands === "unknown" };
}

function parseStatement(bytes) { // a statement that is signed holds no NUL anywhere
  need(!bytes.includes("\\u0000"), "NUL");
  return parseCanonical(bytes);
}

const ENTRY = { entry_id: "text", issued_at: "instant", kind: "text", payload: "any", so: "slug", type: "text",
  valid_from: "instant", valid_to: "instant?" };

function readEntry(signed, so, version) {
  const said = parseStatement(bytesOf(signed.statement));
  shaped(said, ENTRY);
  need(said.type === "vn.hocba.register-entry/1" && said.so === so, "entry");
  need(said.entry_id.length >= 1 && said.entry_id.length <= 80, "entry");
  need(["trust_policy", "revocation", "certificate", "official", "source_system"].includes(said.kind), "kind");
  if (said.kind === "source_system") checkSystem(said.entry_id, said.payload);
  if (said.kind === "certificate") new X509Certificate(bytesOf(said.payload.der_base64));
  if (said.kind === "revocation") said.payload.crls.forEach((text) => readCrl(bytesOf(text)));
  if (said.kind === "trust_policy") {
    said.payload.log_keys.forEach((one) => noteKey(one.key));
    for (const name of ["roots", "intermediates", "timestamp_roots"]) {
      (said.payload[name] ?? []).forEach((der) => new X509Certificate(bytesOf(der)));
    }
  }
  const id = said.kind === "revocation" ? `${said.entry_id}#${version}` : said.entry_id;
  const to = said.valid_to === undefined ? Infinity : instant(said.valid_to);
  return { kind: said.kind, id, version, payload: said.payload, from: instant(said.valid_from), to,
    issued: instant(said.issued_at) };
}

function checkSystem(id, system) { // a source system: whose, which grade, and what form its documents have
  const formats = { derived: ["xades"], attested: ["extract"], legacy_evidence: ["pades", "scan"] };
  const { mapping, signers, ...rest } = system;
  shaped(rest, { format: "text", grade: "text", so: "slug" }, "system");
  need(NAME.test(id) && id.length <= 60 && (formats[system.grade] ?? []).includes(system.format), "system");
  need((mapping === undefined) === (system.grade === "legacy_evidence"), "system: mapping");
  need(mapping === undefined || (CHECKS.text(mapping) && NAME.test(mapping) && mapping.length <= 50), "system: mapping");
  if (signers !== undefined) shaped(signers, [16, "sha256"], "system.signers");
  const count = signers?.length ?? 0;
  need(system.format === "pades" || (count > 0) === (system.format === "xades"), "system: signers");
}

function isAuthentic(signed, so, entry, before, anchors) {
  const payload = bytesOf(signed.statement), scope = { owner: `so-${so}` }, typ = "vn.hocba.register-entry/1";
  const policy = before.policy(entry.issued);
  const byAnchor = anchors.some((anchor) => attempt(() => {
    const name = hexOf(sha256(anchor.raw)), read = readSignature(signed.signature), { header } = read;
    need(policy === null || policy.registrars.includes(name), "dropped");
    need(header.hb_origin === undefined && read.certificate === name && header.typ === typ && header.hb_role === "registrar", "header");
    need(canonical(header.hb_scope) === canonical(scope) && header.hb_prev.length === 0, "header");
    need(inTime(anchor, entry.issued) && isSigned(read, anchor.publicKey, payload), "signature");
  }));
  return byAnchor || attempt(() => {
    const expected = { typ, scope, roles: ["registrar"], place: { so } };
    const read = judge(signed.signature, payload, expected, before, entry.issued);
    need(!read.isOpen && read.header.hb_prev.length === 0, "chain");
  });
}

function attempt(work) {
  try { work(); } catch { return false; }
  return true;
}

// ---- findings by part

class Findings {
  constructor() { this.list = []; this.ends = Object.fromEntries(PARTS.map((part) => [part, "valid"])); }

  add(part, what, end = "invalid") {
    this.list.push({ part, what });
    if (end === "invalid" || this.ends[part] === "valid") this.ends[part] = end;
  }

  leaveOut(part, what) { // a part that the proof need not have
    this.list.push({ part, what });
    if (this.ends[part] === "valid") this.ends[part] = "absent";
  }

  try(part, what, work) {
    try { return work(); } catch (error) {
      this.add(part, error instanceof Wrong ? `${what}: ${error.message}` : what);
      return null;
    }
  }
}

function buildRegister(so, signedEntries, roots, found) {
  const anchors = roots.anchors.filter((one) => one.so === null || one.so === so).map((one) => one.certificate);
  if (anchors.length === 0) found.add("register", "no root of trust was given", "unknown");
  const known = [];
  let before = new Register([]);
  signedEntries.forEach((signed, n) => {
    const entry = found.try("register", `entry ${n}`, () => readEntry(signed, so, n + 1));
    if (entry === null) return;
    if (anchors.length > 0 && !isAuthentic(signed, so, entry, before, anchors)) {
      found.add("register", `entry ${n} is signed by nobody who is trusted`);
      return;
    }
    known.push(entry);
    if (anchors.length > 0 && entry.kind !== "official") before = new Register(known);
  });
  for (const { payload } of known.filter((entry) => entry.kind === "trust_policy")) {
    const named = payload.roots.map((der) => hexOf(sha256(bytesOf(der))));
    if (roots.authorities.size > 0 && !named.every((name) => roots.authorities.has(name))) {
      found.add("register", "a foreign root certificate");
    }
    const stamps = (payload.timestamp_roots ?? []).map((der) => hexOf(sha256(bytesOf(der))));
    if (roots.stamps.size > 0 && !stamps.every((name) => roots.stamps.has(name))) {
      found.add("register", "a foreign root of time-stamps");
    }
    for (const pinned of roots.noteKeys) {
      const given = roots.noteKeys.filter((text) => text.split("+")[0] === pinned.split("+")[0]);
      const keys = payload.log_keys.filter((one) => one.origin === pinned.split("+")[0]).map((one) => one.key);
      if (!keys.every((key) => given.includes(key))) found.add("register", "a foreign log key");
    }
  }
  return new Register(known);
}

// ---- one leaf, up to the head that Bộ cosigned

function checkPlace(place, so, register, found, part = (name) => name) {
  const at = claimedTime(place.head.cosignature), policy = register.policy(at), origin = `so-${so}.hocba/log`;
  const keysOf = (name) => (policy?.log_keys ?? []).filter((one) => one.origin === name).map((one) => noteKey(one.key));
  const seal = (name, what, role, owner, typ, data, signature) => found.try(part(name), what, () => {
    const expected = { typ, scope: { owner }, roles: [role], place: role === "bo_seal" ? {} : { so } };
    const read = judge(signature, data, expected, register, at);
    need(read.header.hb_prev.length === 0, "chain");
    if (read.isOpen) found.add(part(name), `${what}: revocation status is not known`, "unknown");
  });
  const placed = { leaf: null, manifest: null, head: null, cosignedAt: null, hash: leafHash(bytesOf(place.leaf)) };
  placed.leaf = found.try(part("leaf"), "leaf", () => readLeaf(bytesOf(place.leaf)));

  const manifestBytes = bytesOf(place.manifest.statement);
  const manifest = found.try(part("manifest"), "manifest", () => readManifest(manifestBytes));
  if (manifest !== null) {
    placed.manifest = manifest;
    seal("manifest", "seal on the manifest", "so_seal", `so-${so}`, manifest.type, manifestBytes, place.manifest.signature);
    if (manifest.so !== so) found.add(part("manifest"), "manifest of another Sở");
    const path = place.in_manifest.path.map((text) => Buffer.from(text, "hex"));
    const root = Buffer.from(manifest.root, "hex");
    if (!verifyInclusion(place.in_manifest.index, manifest.count, placed.hash, path, root)) {
      found.add(part("manifest"), "leaf not in the manifest");
    }
  }

  const note = bytesOf(place.head.note);
  let text = "";
  attempt(() => { text = splitNote(note)[0]; placed.head = readHead(text); });
  found.try(part("checkpoint"), "log key on the checkpoint", () => checkNote(note, keysOf(origin)));
  if (placed.head !== null && placed.head.origin !== origin) found.add(part("checkpoint"), "another log");
  seal("checkpoint", "seal on the checkpoint", "so_seal", `so-${so}`, "vn.hocba.checkpoint/1", note, place.head.signature);
  const logPath = place.in_log.path.map((one) => Buffer.from(one, "hex"));
  if (placed.head === null || !verifyInclusion(place.in_log.index, placed.head.size, leafHash(manifestBytes), logPath,
    placed.head.root)) found.add(part("log"), "manifest not in the log");

  placed.stampedAt = judgeStamp(place.head, policy, found, part("timestamp"), part("timestamp") !== "timestamp");
  const cosigned = placed.head !== null && attempt(() =>
    checkCosignature(text, place.head.cosignature, keysOf("bo.hocba/witness")));
  if (cosigned) placed.cosignedAt = at;
  else found.add(part("cosignature"), "cosignature");
  const receiptBytes = bytesOf(place.receipt.statement);
  const receipt = found.try(part("cosignature"), "Bộ's receipt", () => readIngest(receiptBytes));
  if (receipt !== null) {
    seal("cosignature", "seal on Bộ's receipt", "bo_seal", "bo", receipt.type, receiptBytes, place.receipt.signature);
    if (manifest !== null && placed.head !== null && (receipt.outcome !== "ingested" || receipt.so !== manifest.so ||
      receipt.lock_id !== manifest.lock_id || receipt.root !== manifest.root ||
      receipt.log_index !== place.in_log.index || !isCovered(receipt, placed.head))) {
      found.add(part("cosignature"), "Bộ's receipt is about another lock");
    }
  }
  return placed;
}

// The final head of a closed log stands for every head before it; any other head is the receipt's own.
function isCovered(receipt, head) {
  if (head.successor === null) return receipt.tree_size === head.size;
  return receipt.log_index < receipt.tree_size && receipt.tree_size <= head.size;
}

const LEAF = { action: "text", document_sha256: "sha256", effective_on: "date", envelope_sha256: "sha256",
  evidence: "text", locator: "text", period: "text", pupil: "text", salt: "sha256", type: "text", version: "count",
  year: "text" };
const GRADES = ["native", "derived", "attested", "legacy_evidence"];
const MANIFEST = { count: "count", effective_on: "date", lock_id: "sha256", requested_by: "sha256", root: "sha256",
  round: { cohort: "cohort", number: "count" }, school: "text", school_year: "text", so: "slug", type: "text" };
const MISSING = { chunks: [1000, "count"], leaves: [100_000, "sha256"], leaves_count: "count",
  pupils: [100_000, { issued_at: "instant", positions: [200, "count"], roster: "text" }], pupils_count: "count",
  request: "yes", roster: "yes" };
const INGEST = { at: "instant", attempt: "count?", codes: [1000, "text"], count: "count", lock_id: "sha256", log_index: "count", missing: "any?",
  outcome: "text", root: "sha256", so: "slug", tree_size: "count", type: "text" };

const ANSWERED = { document_sha256: "sha256", evidence: "text?", findings: [100_000, "any?"], outcome: "text", state: "text?" };
const RECEIPT = { at: "instant", command_id: "text", documents: [100_000, ANSWERED], facts: "any?", findings: [100_000, "any"],
  kind: "text", outcome: "text", register_version: "integer", school: "text", so: "slug", type: "text" };
const ANSWERS = ["accepted", "unchanged", "refused"];
const OUTCOMES = ["accepted", "partly_accepted", "refused", "locked", "ingested", "ingest_refused"];

function readReceipt(bytes) {
  const receipt = parseStatement(bytes);
  shaped(receipt, RECEIPT);
  need(receipt.type === "vn.hocba.receipt/1" && OUTCOMES.includes(receipt.outcome), "receipt");
  for (const { outcome, evidence } of receipt.documents) {
    need(ANSWERS.includes(outcome) && (evidence === undefined || GRADES.indexOf(evidence) > 0), "document");
  }
  return receipt;
}

function readLeaf(bytes) {
  const leaf = parseCanonical(bytes, 2048);
  shaped(leaf, leaf.previous_leaf === undefined ? LEAF : { ...LEAF, previous_leaf: "sha256" });
  need(leaf.type === "vn.hocba.leaf/1" && GRADES.includes(leaf.evidence), "leaf");
  need(leaf.version >= 1 && leaf.version <= 10_000 && /^[0-9]{4}-[0-9]{4}$/.test(leaf.year), "leaf");
  need(["LOCK", "UNLOCK", "SUPERSEDES"].includes(leaf.action), "action");
  return leaf;
}

function readManifest(bytes) {
  const manifest = parseStatement(bytes);
  shaped(manifest, MANIFEST);
  need(manifest.type === "vn.hocba.manifest/1" && manifest.count >= 1, "manifest");
  return manifest;
}

function readIngest(bytes) {
  const receipt = parseStatement(bytes);
  shaped(receipt, INGEST);
  need(receipt.type === "vn.hocba.ingest-receipt/1", "type");
  need(receipt.attempt === undefined || receipt.attempt >= 2, "attempt");
  if (receipt.missing !== undefined) { // what Bộ does not have beside the lock: told, and no doubt about this leaf
    const told = Object.entries(receipt.missing);
    need(told.every(([name, one]) => name in MISSING && one.length !== 0 && one !== 0), "missing");
    shaped(receipt.missing, Object.fromEntries(told.map(([name]) => [name, MISSING[name]])), "missing");
  }
  return receipt;
}

// ---- the transcript: its leaf, Sở's receipt, the chain of signatures

function pupilOf({ school, student }) {
  if (/^[0-9]{12}$/.test(student.personal_id ?? "")) return `id:${student.personal_id}`;
  if (typeof student.passport === "string") return `passport:${student.nationality}:${student.passport}`;
  return `school:${school.code}:${student.student_code}`;
}

function checkDocument(bundle, placed, register, found) {
  const bytes = bytesOf(bundle.document), digest = hexOf(sha256(bytes));
  const said = found.try("document", "document", () => {
    const value = parseCanonical(bytes, 262_144);
    need(value.type === "vn.hocba.transcript/1" && CHECKS.any(value.school) && CHECKS.any(value.student), "type");
    return value;
  });
  const at = found.try("accepted", "Sở's receipt", () => {
    const data = bytesOf(bundle.receipt.statement), receipt = readReceipt(data);
    const time = instant(receipt.at), expected = { typ: receipt.type, scope: { owner: `so-${bundle.so}` }, roles: ["so_seal"] };
    found.try("accepted", "seal on Sở's receipt", () => {
      const read = judge(bundle.receipt.signature, data, { ...expected, place: { so: bundle.so } }, register, time);
      need(read.header.hb_prev.length === 0, "chain");
      if (read.isOpen) found.add("accepted", "Sở's receipt: revocation status is not known", "unknown");
    });
    const named = receipt.documents.some((one) => one.outcome === "accepted" && one.document_sha256 === digest);
    const late = placed.cosignedAt !== null && time > placed.cosignedAt + SKEW_S;
    if (!named || late || receipt.so !== bundle.so) found.add("accepted", "the receipt does not accept the document");
    return time;
  });
  const origin = checkSource(bundle, found);
  if (said === null) {
    for (const part of ["leaf", "signatures"]) found.add(part, "the document cannot be read", "unknown");
    return { document_sha256: digest, ...origin };
  }
  if (placed.leaf !== null) checkLeaf(said, digest, bundle.signatures, placed, found);
  if (at === null) found.add("signatures", "no time at which they could be judged", "unknown");
  else found.try("signatures", "chain of signatures", () => {
    const check = bundle.signatures.some(hasOrigin) ? checkSeal : checkChain;
    if (!check(bytes, said, bundle.signatures, register, at)) return;
    found.add("signatures", "chain of signatures: revocation status is not known", "unknown");
  });
  const facts = { document_sha256: digest, ...origin, school: said.school.code, school_year: said.school_year, period: said.period };
  return placed.stampedAt === null ? facts : { ...facts, stamped_at: new Date(placed.stampedAt * 1000).toISOString() };
}

function checkLeaf(said, digest, signatures, placed, found) {
  const { leaf, manifest } = placed;
  const true_ = { document_sha256: digest, envelope_sha256: hexOf(sha256(signatures.join("\n"))), pupil: pupilOf(said),
    year: said.school_year, period: said.period, evidence: gradeTold(signatures) };
  const differing = Object.keys(true_).filter((name) => leaf[name] !== true_[name]);
  if (leaf.action === "UNLOCK") differing.push("action");
  if (manifest !== null && leaf.effective_on !== manifest.effective_on) differing.push("effective_on");
  if (differing.length > 0) found.add("leaf", `the leaf says another ${differing.join(", ")}`);
  if (manifest !== null && (manifest.school !== said.school.code || manifest.school_year !== said.school_year)) {
    found.add("manifest", "manifest of another school");
  }
}

// ---- the grade of evidence, which follows from the signatures alone, and the source that a sealed transcript rests on

function hasOrigin(compact) {
  try { return readSignature(compact).header.hb_origin !== undefined; } catch { return false; }
}

function originOf(signatures) { // null: every signature is read and none says an origin; throws Wrong
  const origins = signatures.map((compact) => readSignature(compact).header.hb_origin);
  if (origins.every((one) => one === undefined)) return null;
  need(origins.length === 1, "a seal beside other signatures");
  return origins[0];
}

function gradeTold(signatures) {
  try { return originOf(signatures)?.grade ?? "native"; } catch { return ""; }
}

const MEANS = {
  derived: "the source was signed; this transcript was worked out from it by a mapping, and no school signed it",
  attested: "nobody signed the data; the Sở stands for this transcript with its seal",
  legacy_evidence: "a person typed it in from a scan or from paper; the Sở stands for it with its seal",
};

/** Check presence and hash of the source; its content is not judged here. Return the facts of the origin. */
function checkSource(bundle, found) {
  let origin;
  try { origin = originOf(bundle.signatures); } catch {
    found.add("source", "the signatures do not tell whether there is a source", "unknown");
    return {};
  }
  if (origin === null) {
    if (bundle.source === undefined) found.ends.source = "absent";
    else found.add("source", "a source beside a transcript that its school signed");
    return { evidence: "native" };
  }
  const { grade, ...rest } = origin;
  if (bundle.source === undefined) found.add("source", "the source is not in the file: its Sở keeps it; content not judged", "unknown");
  else if (hexOf(sha256(bytesOf(bundle.source))) !== origin.source_sha256) found.add("source", "another source");
  else found.add("source", "content not judged: the source was not read, no mapping was run", "unknown");
  found.list.push({ part: "source", what: `${grade}: ${MEANS[grade]}` });
  return { evidence: grade, ...rest };
}

/** Check the one seal of a transcript that says its origin; tell whether the status of its certificate is open. */
function checkSeal(bytes, said, signatures, register, at) {
  const origin = originOf(signatures), system = register.system(origin.system, at);
  need(system !== null, `the register has no system ${origin.system}`);
  need(system.grade === origin.grade, `grade: the register says ${system.grade}`);
  need(system.mapping === origin.mapping?.split("/")[0], "mapping of another system");
  const scope = { school: said.school.code, school_year: said.school_year, period: said.period };
  const roles = [origin.grade === "derived" ? "system_seal" : "so_seal"];
  const expected = { typ: "vn.hocba.transcript/1", scope, roles, place: { so: system.so }, seals: true };
  const read = judge(signatures[0], bytes, expected, register, at);
  need(read.header.hb_prev.length === 0, "chain");
  return read.isOpen;
}

/** Check the chain; tell whether the status of a signer's certificate is open. Throws Wrong. */
function checkChain(bytes, said, signatures, register, at) {
  const order = ["subject_teacher", "homeroom_teacher", "principal", "school_seal"];
  const place = { school: said.school.code };
  const scope = { school: said.school.code, school_year: said.school_year, period: said.period };
  const reads = signatures.map((compact) =>
    judge(compact, bytes, { typ: "vn.hocba.transcript/1", scope, roles: order, place }, register, at));
  const roles = reads.map((read) => read.header.hb_role), hashes = signatures.map((text) => hexOf(sha256(text)));
  need(new Set(signatures).size === signatures.length, "a signature twice");
  for (const role of order.slice(1)) need(roles.filter((one) => one === role).length === 1, role);
  need(roles.every((role, n) => n === 0 || order.indexOf(roles[n - 1]) <= order.indexOf(role)), "order");
  reads.forEach((read, n) => {
    const before = order[order.indexOf(roles[n]) - 1];
    const follows = hashes.filter((_, k) => roles[k] === before);
    need(read.header.hb_prev.join() === follows.join(), "a link is broken");
    const earlier = reads.filter((_, k) => order.indexOf(roles[k]) < order.indexOf(roles[n]));
    need(earlier.every((one) => read.header.iat >= one.header.iat - SKEW_S), "times are reversed");
  });
  const [teacher, principal] = ["homeroom_teacher", "principal"].map((role) => reads[roles.indexOf(role)]);
  const persons = [teacher, principal].map((one) =>
    register.person(one.certificate, one.header.hb_role, place, one.header.iat));
  const excepted = register.policy(at).same_person_exceptions.includes(said.school.code);
  need(excepted || (persons[0] !== persons[1] && teacher.certificate !== principal.certificate), "one person twice");
  return reads.some((read) => read.isOpen);
}

// ---- the whole file

function verifyBundle(bytes, roots, statusBytes) {
  const found = new Findings();
  const bundle = found.try("form", "file", () => readFile(bytes, BUNDLE, "vn.hocba.bundle/1"));
  if (bundle === null) {
    for (const part of PARTS.slice(1)) found.ends[part] = "unknown";
    return answer(found, null, {}, null);
  }
  const register = buildRegister(bundle.so, bundle.register, roots, found);
  const placed = checkPlace(bundle.place, bundle.so, register, found);
  const facts = checkDocument(bundle, placed, register, found);
  const chain = { last: hexOf(placed.hash), leaves: [], asOf: placed.cosignedAt,
    successor: placed.head?.successor ?? null };
  for (const place of bundle.later) {
    if (!follow(chain, place, bundle.so, register, found)) found.add("later", "a leaf that does not follow");
  }
  if (statusBytes !== null) found.try("later", "status file", () => {
    const status = readFile(statusBytes, STATUS, "vn.hocba.status/1");
    need(status.so === bundle.so, "another Sở");
    const own = buildRegister(status.so, status.register, roots, found);
    for (const place of status.later) follow(chain, place, bundle.so, own, found);
  });
  const versions = chain.leaves.filter((leaf) => leaf.action !== "UNLOCK").map((leaf) => leaf.version);
  if (chain.leaves.length > 0 && versions.length === 0) found.add("later", "unlocked, but not by what", "unknown");
  const ended = chain.successor === null ? {} : { closed: "true", successor: chain.successor };
  return answer(found, chain.asOf, { ...facts, ...ended, leaf_sha256: hexOf(placed.hash) }, versions.at(-1) ?? null);
}

function follow(chain, place, so, register, found) {
  let leaf = null;
  attempt(() => { leaf = readLeaf(bytesOf(place.leaf)); });
  if (leaf === null || leaf.previous_leaf !== chain.last) return false;
  const placed = checkPlace(place, so, register, found, () => "later");
  chain.last = hexOf(placed.hash);
  chain.leaves.push(leaf);
  chain.successor ??= placed.head?.successor ?? null;
  if (chain.asOf !== null && placed.cosignedAt !== null) chain.asOf = Math.max(chain.asOf, placed.cosignedAt);
  return true;
}

function answer(found, asOf, facts, supersededBy) {
  const ends = Object.values(found.ends);
  const settled = supersededBy === null ? "valid" : "superseded";
  const verdict = ends.includes("invalid") ? "invalid" : ends.includes("unknown") ? "unknown" : settled;
  const shown = supersededBy === null ? facts : { ...facts, superseded_by: String(supersededBy) };
  return { verdict, as_of: asOf === null ? null : new Date(asOf * 1000).toISOString(), parts: found.ends, facts: shown,
    findings: found.list,
    not_checked: ["the transcript's own fields, beyond its type", "certificate extensions other than CA, and extended key usage of time-stamps",
      "revocation of the certificate behind a time-stamp",
      "what a source document says, and the mapping that made a transcript from it"] };
}

// ---- roots of trust, questions, command line

function rootsOf(files) { // [[name, content]]
  const roots = { anchors: [], authorities: new Set(), stamps: new Set(), noteKeys: [] };
  for (const [name, bytes] of files) {
    const named = /^anchor-([a-z-]+)\.(der|pem|crt|cer)$/.exec(name);
    const text = bytes[0] === 0x30 ? "" : bytes.toString("utf8");
    const pems = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    for (const certificate of (bytes[0] === 0x30 ? [bytes] : pems).map((one) => new X509Certificate(one))) {
      if (/^timestamp(-[a-z0-9-]+)?\.(der|pem|crt|cer)$/.test(name)) roots.stamps.add(hexOf(sha256(certificate.raw)));
      else if (certificate.ca) roots.authorities.add(hexOf(sha256(certificate.raw)));
      else roots.anchors.push({ so: named === null ? null : named[1], certificate });
    }
    const keys = text.match(/^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$/gm) ?? [];
    keys.forEach(noteKey);
    roots.noteKeys.push(...keys);
  }
  return roots;
}

const fromHex = (text) => Buffer.from(text, "hex");
const QUESTIONS = {
  canonical: ({ text }) => hexOf(Buffer.from(canonical(JSON.parse(text)))),
  reads: ({ data }) => attempt(() => parseCanonical(fromHex(data))),
  leaf_hash: ({ data }) => hexOf(leafHash(fromHex(data))),
  root: ({ hashes }) => hexOf(rootOf(hashes.map(fromHex))),
  inclusion: (q) => verifyInclusion(q.index, q.size, fromHex(q.hash), q.proof.map(fromHex), fromHex(q.root)),
  consistency: (q) => verifyConsistency(q.size1, q.size2, fromHex(q.root1), fromHex(q.root2), q.proof.map(fromHex)),
  signature: ({ alg, key, signature, data }) => checkRaw(alg,
    createPublicKey({ key: fromHex(key), format: "der", type: "spki" }), fromHex(signature), fromHex(data)),
  checkpoint: ({ note, keys }) => attempt(() => checkNote(fromHex(note), keys.map(noteKey))),
  bundle: ({ file, roots, status }) => verifyBundle(bytesOf(file),
    rootsOf(roots.map(([name, content]) => [name, bytesOf(content)])), status === undefined ? null : bytesOf(status)),
  timestamp: ({ token, data, roots }) =>
    attempt(() => checkToken(fromHex(token), fromHex(data), { timestamp_roots: roots })),
  cosignature: ({ text, line, keys }) => attempt(() => checkCosignature(text, line, keys.map(noteKey))),
};

function ask(question) {
  try { return QUESTIONS[question.ask](question); } catch { return null; }
}

function main(args) {
  if (args[0] === "--ask") {
    const questions = JSON.parse(readFileSync(0, "utf8"));
    console.log(JSON.stringify(questions.map(ask)));
    return 0;
  }
  const files = { "": [], "--roots": [], "--status": [] };
  let option = "";
  for (const arg of args) {
    if (arg in files) option = arg;
    else { files[option].push(arg); if (option === "--status") option = ""; }
  }
  let bundle, status, roots;
  try {
    bundle = files[""].map((path) => readFileSync(path))[0];
    status = files["--status"].map((path) => readFileSync(path))[0] ?? null;
    roots = rootsOf(files["--roots"].map((path) => [basename(path), readFileSync(path)]));
  } catch (error) {
    console.error(String(error));
    return 2;
  }
  if (bundle === undefined) {
    console.error("usage: node verify.mjs FILE --roots CERTIFICATE... [--status FILE]");
    return 2;
  }
  if (bundle.subarray(0, 5).toString("latin1") === "%PDF-") {
    console.error("This is a PDF (a printed sheet). verify.mjs checks evidence files (JSON) only: check the sheet with "
      + "`hub verify FILE.pdf`, or take bang-chung.json out of it (pdfdetach -saveall FILE.pdf) and check that here; "
      + "it then says nothing of the sheet's seal or looks.");
    return 2;
  }
  const found = verifyBundle(bundle, roots, status);
  console.log(JSON.stringify(found));
  return EXITS[found.verdict];
}

process.exitCode = main(process.argv.slice(2));
