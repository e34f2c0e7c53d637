import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { parseZone } from '../desired/zone.ts';
import { queueKind, queueParts } from '../testing/queue-kind.ts';
import { defaultsSchema } from './common/defaults.ts';
import { zoneKinds } from './registry.ts';

const folder = dirname(fileURLToPath(import.meta.url));

/** What the compiler says of each of these files when they are as given, and all others of the package as they are. */
function errorsIn(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(folder, '../../../../tsconfig.pure.json'),
    { noEmit: true, incremental: false },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: ({ code }) => expect.fail(`tsconfig.pure.json: ${code}`) },
  );
  const options = config?.options ?? {};
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  const virtualFolders = new Set(Object.keys(texts).map(dirname));
  host.directoryExists = (name) => virtualFolders.has(name) || ts.sys.directoryExists(name);
  host.fileExists = (file) => Object.hasOwn(texts, file) || ts.sys.fileExists(file);
  host.getSourceFile = (file, version, ...rest) => {
    const text = texts[file];
    return text === undefined ? read(file, version, ...rest) : ts.createSourceFile(file, text, version);
  };
  const program = ts.createProgram([join(folder, '../index.ts'), ...Object.keys(texts)], options, host);
  return Object.fromEntries(
    Object.keys(texts).map((file) => [
      file,
      program
        .getSemanticDiagnostics(program.getSourceFile(file))
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
        .join('\n'),
    ]),
  );
}

const kinds = ts.sys.readFile(join(folder, 'kinds.ts')) ?? '';
const registry = ts.sys.readFile(join(folder, 'registry.ts')) ?? '';
const named = kinds
  .replace(
    'import type { SpotTypes }',
    "import type { QueueTypes } from './queue/index.ts';\nimport type { SpotTypes }",
  )
  .replace('readonly line: LineTypes;', 'readonly line: LineTypes;\n  readonly queue: QueueTypes;');
const registered = registry
  .replace('import { spotKind }', "import { queueKind } from './queue/index.ts';\nimport { spotKind }")
  .replace('line: lineKind }', 'line: lineKind, queue: queueKind }');

/** The compiler takes its time where other tests take the machine's. */
const timeoutMs = 120_000;

test(
  'a new kind of zone is its folder and a line in each of two files, and does not compile without any of its parts',
  () => {
    const file = (name: string): string => join(folder, name);
    const without = (part: string): string => file(`queue-without-${part}/index.ts`);
    const parts = Object.keys(queueParts);
    const errors = errorsIn({
      [file('queue/index.ts')]: queueKind(),
      [file('kinds.ts')]: named,
      [file('registry.ts')]: registered,
      ...Object.fromEntries(parts.map((part) => [without(part), queueKind([part])])),
      [file('registry-without-queue.ts')]: registry,
      [file('kinds-without-queue.ts')]: kinds,
      [file('registry-of-unnamed.ts')]: registered.replace("'./kinds.ts'", "'./kinds-without-queue.ts'"),
    });
    expect(errors).toMatchObject({
      [file('queue/index.ts')]: '',
      [file('kinds.ts')]: '',
      [file('registry.ts')]: '',
      [file('registry-without-queue.ts')]: expect.stringContaining("Property 'queue' is missing") as string,
      [file('registry-of-unnamed.ts')]: expect.stringContaining("'queue' does not exist") as string,
    });
    for (const part of parts) expect(errors[without(part)]).toContain(`Property '${part}' is missing`);
  },
  timeoutMs,
);

test.each(Object.entries(zoneKinds))('the example of kind %s is a zone of that kind', (kind, { documentation }) => {
  expect(parseZone('Z', documentation.example, defaultsSchema.parse({}))).toMatchObject({ kind });
});
