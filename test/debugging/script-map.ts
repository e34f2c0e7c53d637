import { fileURLToPath } from 'node:url';
import { SourceMapConsumer, type RawSourceMap } from 'source-map-js';
import { localPath, type PathMapping } from './path-mapping.ts';

/** A place in a file of this machine; lines count from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
}

/** A place in what the engine runs; both count from 0, as in the inspector's protocol. */
export interface ScriptPlace {
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** What a script was made of. */
export interface ScriptMap {
  /** The files on this machine that the sources of the map resolve to. */
  readonly files: readonly string[];
  /** Where the first statement of a source line begins; undefined where the line left no code. */
  scriptPlace(place: SourcePlace): ScriptPlace | undefined;
  sourcePlace(place: ScriptPlace): SourcePlace | undefined;
  /** Identifiers that have another name in the sources than in the script: a bundler gives every file's names one scope. */
  renamed(): readonly Renamed[];
}

/** An occurrence of a renamed identifier, with its name in the source. */
export interface Renamed extends ScriptPlace {
  readonly name: string;
}

interface ScriptMapOptions {
  readonly scriptUrl: string;
  /** As the script names it: a data URL, or a URL relative to the script. */
  readonly sourceMapUrl: string;
  readonly paths: PathMapping;
  /** Reads a file of the debugged process by the path that it has there. */
  readonly readRemote: (path: string) => Promise<string>;
}

/** Loads a script's source map. Relative sources are relative to the script, and then go through the path mapping. */
export async function loadScriptMap(options: ScriptMapOptions): Promise<ScriptMap> {
  const { scriptUrl, paths } = options;
  const raw = JSON.parse(await mapText(options)) as RawSourceMap;
  const files = raw.sources.map((source) => fileOf(new URL(source, scriptUrl), paths));
  const consumer = new SourceMapConsumer({ ...raw, sourceRoot: '', sources: files });
  return {
    files,
    scriptPlace({ file, line }) {
      const places: ScriptPlace[] = [];
      consumer.eachMapping((mapping) => {
        if (mapping.source !== file || mapping.originalLine !== line) return;
        places.push({ lineNumber: mapping.generatedLine - 1, columnNumber: mapping.generatedColumn });
      });
      return places.sort((a, b) => a.lineNumber - b.lineNumber || a.columnNumber - b.columnNumber)[0];
    },
    sourcePlace({ lineNumber, columnNumber }) {
      const { source, line } = consumer.originalPositionFor({ line: lineNumber + 1, column: columnNumber });
      return (source as string | null) === null ? undefined : { file: source, line };
    },
    renamed() {
      const found: Renamed[] = [];
      consumer.eachMapping(({ name, generatedLine, generatedColumn: columnNumber }) => {
        if (name !== null) found.push({ name, lineNumber: generatedLine - 1, columnNumber });
      });
      return found;
    },
  };
}

/** What a bundler has in its packages' maps (webpack:…) is nothing that lies here: it stays as it is. */
function fileOf(source: URL, paths: PathMapping): string {
  return source.protocol === 'file:' ? localPath(fileURLToPath(source), paths) : source.href;
}

async function mapText({ scriptUrl, sourceMapUrl, readRemote }: ScriptMapOptions): Promise<string> {
  const url = new URL(sourceMapUrl, scriptUrl);
  if (url.protocol === 'file:') return readRemote(fileURLToPath(url));
  return (await fetch(url)).text();
}
