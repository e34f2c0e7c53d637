import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { corporaOf } from '../testing/config-corpus.ts';
import { parseKeyFile } from './index.ts';

/** Loads each text with libglib in the C locale and prints what it reads, everything as Latin-1 so that bytes survive. */
const python = String.raw`
import base64, ctypes, json, os, sys, tempfile
g = ctypes.CDLL("libglib-2.0.so.0")
P, S = ctypes.c_void_p, ctypes.c_char_p
class GError(ctypes.Structure):
    _fields_ = [("domain", ctypes.c_uint32), ("code", ctypes.c_int), ("message", S)]
E = ctypes.POINTER(GError)
def declare(name, result, *arguments):
    f = getattr(g, name); f.restype = result; f.argtypes = arguments; return f
new = declare("g_key_file_new", P)
load = declare("g_key_file_load_from_file", ctypes.c_int, P, S, ctypes.c_int, ctypes.POINTER(E))
groups = declare("g_key_file_get_groups", ctypes.POINTER(S), P, P)
keys = declare("g_key_file_get_keys", ctypes.POINTER(S), P, S, P, P)
value = declare("g_key_file_get_value", P, P, S, S, P)
string = declare("g_key_file_get_string", P, P, S, S, ctypes.POINTER(E))
items = declare("g_key_file_get_string_list", ctypes.POINTER(S), P, S, S, P, ctypes.POINTER(E))
unref = declare("g_key_file_unref", None, P)
def strv(p):
    out = []
    while p and p[len(out)] is not None: out.append(p[len(out)])
    return out
def text(b): return b.decode("latin1")
def checked(call, *arguments):
    error = E()
    found = call(*arguments, ctypes.byref(error))
    return None if error else found
results = []
for line in sys.stdin:
    with tempfile.NamedTemporaryFile(delete=False) as f: f.write(base64.b64decode(line))
    file, error = new(), E()
    if load(file, f.name.encode(), 0, ctypes.byref(error)):
        read = []
        for group in strv(groups(file, None)):
            entries = []
            for key in strv(keys(file, group, None, None)):
                s = checked(string, file, group, key)
                l = checked(items, file, group, key, None)
                entries.append([text(key), text(ctypes.string_at(value(file, group, key, None))),
                                None if s is None else text(ctypes.string_at(s)),
                                None if l is None else [text(i) for i in strv(l)]])
            read.append([text(group), entries])
        results.append(read)
    else:
        results.append({"code": error.contents.code, "message": text(error.contents.message)})
    os.unlink(f.name); unref(file)
json.dump(results, sys.stdout)
`;

type GlibEntry = [key: string, value: string, string: string | null, list: string[] | null];
type GlibResult = [group: string, entries: GlibEntry[]][] | { code: number; message: string };

function askGlib(files: readonly Uint8Array[]): GlibResult[] {
  const input = files.map((bytes) => `${Buffer.from(bytes).toString('base64')}\n`).join('');
  const env = { PATH: process.env['PATH'], LC_ALL: 'C' };
  const output = execFileSync('python3', ['-c', python], {
    input,
    env,
    maxBuffer: 1 << 28,
    encoding: 'utf8',
    stdio: 'pipe',
  });
  return JSON.parse(output) as GlibResult[];
}

const hasGlib = (() => {
  try {
    return Array.isArray(askGlib([Buffer.from('[a]\n')])[0]);
  } catch {
    return false;
  }
})();
if (!hasGlib) console.warn('skipped: the comparison with GLib needs python3 and libglib-2.0.so.0');

/** GLib's errors by the codes of ours: G_KEY_FILE_ERROR_UNKNOWN_ENCODING 0, PARSE 1, GROUP_NOT_FOUND 4. */
const glibCodes: Record<string, number> = {
  'unsupported-encoding': 0,
  'invalid-line': 1,
  'invalid-group-name': 1,
  'invalid-key-name': 1,
  'key-before-group': 4,
};

function latin1(text: string) {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function expectSame(bytes: Uint8Array, glib: GlibResult): void {
  const parsed = parseKeyFile(bytes);
  if (!Array.isArray(glib)) {
    expect(parsed.ok ? 'read' : glibCodes[parsed.error.code], glib.message).toBe(glib.code);
    return;
  }
  if (!parsed.ok) throw new Error(`GLib reads it, we say line ${parsed.error.at.line}: ${parsed.error.message}`);
  const { file } = parsed;
  expect(Buffer.from(bytes).equals(file.toBytes())).toBe(true);
  // In a file that is not UTF-8 the model gives bytes as Latin-1 already, but for what GLib requires to be UTF-8.
  const raw = Buffer.from(file.toString(), 'utf8').equals(Buffer.from(bytes)) ? latin1 : (text: string) => text;
  const ours = file.groups().map((group) => [
    raw(group),
    file.keys(group).map((key) => {
      const string = file.string(group, key);
      const list = file.stringList(group, key);
      return [
        raw(key),
        raw(file.get(group, key) ?? ''),
        string.ok ? latin1(string.value) : null,
        list.ok ? list.value.map(latin1) : null,
      ];
    }),
  ]);
  const theirs = glib.map(([group, entries]) => [
    group,
    entries.filter(([key], i) => entries.findIndex((entry) => entry[0] === key) === i),
  ]);
  expect(ours).toEqual(theirs);
}

/** Files that look at one rule of GLib each. */
const oddFiles = [
  '',
  '\n',
  '# only a comment',
  'key=1\n[g]\n',
  'a = b\n',
  '[g]\nkey\n',
  '[g]\n=1\n',
  '[g]\n =1\n',
  '[g] # comment\n',
  '[g] \t\n a = 1 \t\n',
  '[g]\r\na=1\r\nb=2\r',
  '[g]\r',
  '[g]\na=1\r\r\nb = \r\n',
  '[]\n',
  '[a[b]\n',
  '[a]]\n',
  '[ a ]\nx=1\n',
  '[a\tb]\n',
  '[ä ö]\nü=ß\n',
  '\u{feff}[g]\na=1\n',
  '\v[g]\n',
  '[g]\n\va=1\n\f b=2\n',
  '[g]\na=\v1\nb=\f2\n',
  '[g]\nname[de]=x\nname[C]=y\nname[c]=z\nname[]=w\nname=v\n',
  '[g]\nname[dé_1.x@y-z]=x\n',
  '[g]\nname[d!]=x\n',
  '[g]\nname [C]=x\n',
  '[g]\nname\t[C]=x\n',
  '[g]\nna]me=x\n',
  '[g]\n[x=1\n',
  '[g]\nEncoding=UTF-8\n[h]\nEncoding=latin1\n',
  '[g]\nEncoding=utf-8\n',
  '[g]\nEncoding=latin1\n',
  '[g]\n[h]\n[g]\nEncoding=x\n',
  '[g]\na=1\n[h]\na=2\n[g]\na=3\nb=4\na=5\n',
  '[g]\na="x;y" # z ; w\n;b=1\n',
  '[g]\na=1;;2;\\;3;\\\nb=\\s\\n\\t\\r\\\\x\nc=\\q\nd=;\ne=;;\nf=\n',
  '[g]\0x\na=1\n',
  '[g]\0]\n',
  '[g]\na=1\0x\nb\0=2\n',
  '[g]\n\0a=1\nb=\0\n',
  '[g]\nEncoding=UTF-8\0\n',
];

describe.skipIf(!hasGlib)('the key file model reads what GLib reads', () => {
  const corpora = corporaOf('keyfile').map(({ title, configs }) => [title, configs.map(({ bytes }) => bytes)] as const);
  test.for(corpora)('in %s', ([, files], { skip }) => {
    skip(files.length === 0);
    askGlib(files).forEach((glib, i) => {
      const file = files[i];
      if (file !== undefined) expectSame(file, glib);
    });
  });

  // One start of Python for all of them.
  const answers = hasGlib ? askGlib(oddFiles.map((text) => Buffer.from(text))) : [];
  test.each(oddFiles.map((text, i) => [text, i] as const))('in %j', (text, i) => {
    expectSame(Buffer.from(text), answers[i] ?? []);
  });

  test('in bytes that are not UTF-8', () => {
    const bytes = Buffer.from('[gr\xfcn]\n\xe4=\xf6\nplain=1\nsmall=\\s\xff\n', 'latin1');
    const [glib] = askGlib([bytes]);
    if (glib !== undefined) expectSame(bytes, glib);
  });

  test('in generated files', { timeout: 20_000 + Number(process.env['FUZZ_RUNS'] ?? 0) }, () => {
    const piece = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom('[', ']', '=', ' ', '\t', '\r', '#', ';', '\\', '\\s', '\\;', '\v', '\f', '\0'),
      },
      { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'Encoding', 'UTF-8', 'C', 'de', 'ä', '1', '.', '-') },
    );
    const word = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));
    const line = fc.oneof(
      word.map((name) => `[${name}]`),
      fc.constantFrom('[a]', '[b]', ' [a] ', '[c]\r', '# c', '', '  '),
      fc.tuple(word, word).map(([key, value]) => `${key}=${value}`),
      fc
        .tuple(fc.constantFrom('a', 'b', ' c ', 'a[C]', 'a[de]', 'Encoding'), word)
        .map(([key, value]) => `${key}=${value}`),
      fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')),
    );
    const ending = fc.constantFrom('\n', '\n', '\r\n', '\r\r\n');
    const text = fc
      .tuple(
        fc.constantFrom('', '[a]\n'),
        fc.array(fc.tuple(line, ending), { maxLength: 5 }),
        fc.constantFrom('', 'a=1', '[b]\r'),
      )
      .map(([head, lines, tail]) => head + lines.flat().join('') + tail);
    const files = fc.sample(text, Number(process.env['FUZZ_RUNS'] ?? 3000)).map((sample) => Buffer.from(sample));
    askGlib(files).forEach((glib, i) => {
      const file = files[i];
      if (file !== undefined) expectSame(file, glib);
    });
  });
});
