import { describe, expect, test } from 'vitest';
import { checkAppConfig, maxTextBytes, type ConfigSource } from './index.ts';

const app = `[application]
[source0]
enable=1
type=3
uri=file:///opt/a.mp4
[primary-gie]
enable=1
config-file=infer.txt
`;
const infer = '[property]\nnum-detected-classes=2\nlabelfile-path=model.onnx\nonnx-file=model.onnx\n';

/** Counts what is read; sizes are what `sizes` says, or not known at all. */
class Files implements ConfigSource {
  readonly texts: Readonly<Record<string, string>>;
  readonly sizes: Readonly<Record<string, number>>;
  readonly wasRead: string[] = [];

  constructor(texts: Readonly<Record<string, string>>, sizes: Readonly<Record<string, number>> = {}) {
    this.texts = texts;
    this.sizes = sizes;
  }

  read(path: string): Uint8Array | undefined {
    this.wasRead.push(path);
    const text = this.texts[path];
    return text === undefined ? undefined : Buffer.from(text);
  }

  sizeBytes(path: string): number | undefined {
    return this.sizes[path];
  }

  exists(path: string): boolean {
    return path in this.texts || path in this.sizes;
  }
}

function found(files: Files, path = '/c/app.txt'): string[] {
  return checkAppConfig({ path, files })
    .diagnostics.filter(({ code }) => code === 'too-large')
    .map(({ severity, at, message }) => `${at.file}:${at.line}: ${severity}: ${message}`);
}

describe('text files that a config names', () => {
  test('a model of 700 MB named as label file is a finding with its line, and is not read', () => {
    const files = new Files({ '/c/app.txt': app, '/c/infer.txt': infer }, { '/c/model.onnx': 700_000_000 });
    expect(found(files)).toEqual([
      '/c/infer.txt:3: error: [property] labelfile-path: /c/model.onnx has 700000000 bytes, and a text file may have 4194304: is it the right file?',
    ]);
    expect(files.wasRead).not.toContain('/c/model.onnx');
  });

  test('so is a config that another names', () => {
    const files = new Files({ '/c/app.txt': app }, { '/c/infer.txt': maxTextBytes + 1 });
    expect(found(files)).toEqual([expect.stringMatching(/^\/c\/app.txt:8: error: \[primary-gie\] config-file: /)]);
    expect(files.wasRead).toEqual(['/c/app.txt']);
  });

  test('so is the config itself, and nothing says that it is not there', () => {
    const files = new Files({}, { '/c/app.txt': maxTextBytes + 1 });
    expect(checkAppConfig({ path: '/c/app.txt', files }).diagnostics).toMatchObject([
      { code: 'too-large', at: { file: '/c/app.txt', line: 1 } },
    ]);
  });

  test('so is one whose size shows only when it is read', () => {
    const labels = 'x\n'.repeat(maxTextBytes / 2 + 1);
    const files = new Files({ '/c/app.txt': app, '/c/infer.txt': infer, '/c/model.onnx': labels });
    expect(found(files)).toEqual([expect.stringMatching(/^\/c\/infer.txt:3: /)]);
  });

  test('a file of just the limit is read', () => {
    const texts = { '/c/app.txt': app, '/c/infer.txt': infer, '/c/model.onnx': 'x\n'.repeat(maxTextBytes / 2) };
    const files = new Files(texts, { '/c/model.onnx': maxTextBytes });
    expect(found(files)).toEqual([]);
    expect(files.wasRead).toContain('/c/model.onnx');
  });

  test('many large ones together are too much', () => {
    const groups = Array.from({ length: 40 }, (_, i) => `[secondary-gie${i}]\nenable=1\nconfig-file=c${i}.txt\n`);
    const text = `# ${'x'.repeat(2_000_000)}\n[property]\n`;
    const texts = Object.fromEntries(groups.map((_, i) => [`/c/c${i}.txt`, text]));
    const files = new Files({ ...texts, '/c/app.txt': `[application]\n${groups.join('')}` });
    expect(found(files).length).toBeGreaterThan(0);
    expect(found(files)[0]).toMatch(/\[secondary-gie33\] config-file: \/c\/c33.txt is one too many/);
  });
});
