/*
 * Preloaded into a module (`node --import`), this makes calls of the file system fail now and then. CHAOS_FAULTS names a file:
 * {} for none, or {"code": "EIO", "share": 0.5, "seed": 7}. Only what lies below CHAOS_DISK is touched, so programs still load.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const file = process.env.CHAOS_FAULTS ?? '';
const disk = process.env.CHAOS_DISK ?? '';
const lookEveryMs = 50;

const { readFileSync } = fs;
let faults = {};
let lookedAtMs = -Infinity;
let seen = '';
let state = 0;

function look() {
  const nowMs = performance.now();
  if (nowMs - lookedAtMs < lookEveryMs) return;
  lookedAtMs = nowMs;
  let text = '{}';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // Nobody has asked for faults.
  }
  if (text === seen) return;
  seen = text;
  faults = JSON.parse(text);
  state = faults.seed ?? 0;
}

/** A chance of 32 bits, seeded by the fault. */
function chance() {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 4_294_967_296;
}

function failure(call) {
  look();
  if (faults.code === undefined || chance() >= faults.share) return undefined;
  const number = faults.code === 'EIO' ? -5 : -28;
  return Object.assign(new Error(`${faults.code}: made by the chaos test, ${call}`), {
    code: faults.code,
    errno: number,
    syscall: call,
  });
}

function concerns(path) {
  return typeof path === 'string' && path.startsWith(disk);
}

for (const name of ['open', 'writeFile', 'mkdir', 'rename', 'symlink', 'copyFile', 'link']) {
  const original = fs.promises[name];
  fs.promises[name] = async function (path, ...rest) {
    const writes = name !== 'open' || (typeof rest[0] === 'string' && rest[0] !== 'r');
    const error = concerns(path) && writes ? failure(name) : undefined;
    if (error !== undefined) throw error;
    return original.call(fs.promises, path, ...rest);
  };
}

const probe = await fs.promises.open(new URL(import.meta.url), 'r');
const handle = Object.getPrototypeOf(probe);
await probe.close();
for (const name of ['write', 'writev', 'writeFile', 'appendFile', 'sync', 'datasync', 'truncate']) {
  const original = handle[name];
  handle[name] = async function (...rest) {
    const error = failure(name);
    if (error !== undefined) throw error;
    return original.apply(this, rest);
  };
}
syncBuiltinESMExports();
