import { redactUrl } from '@companion/foundation';
import type { ArtifactKind, DesiredState, EditSpec } from './desired.ts';

/** One artifact's place in a release. */
export interface ReleaseArtifact {
  readonly name: string;
  readonly kind: ArtifactKind;
  readonly sha256: string;
  /** The name that a download which is no archive keeps: the last part of its URL's path. */
  readonly fileName: string;
  /** An archive stays packed; missing where it is unpacked. */
  readonly unpack?: 'none';
}

/** Sources that take the place of the config's own. */
export interface ReleaseSources {
  /** Of the URIs: where it is the same, they are the same, passwords included. */
  readonly sha256: string;
  /** The URIs without user, password, query and fragment. */
  readonly shown: readonly string[];
  /** The URIs as they go into the config; missing in a release that was read back, as they may hold passwords. */
  readonly uris?: readonly string[];
}

/** Everything that decides what a release holds, and nothing else. */
export interface Release {
  /** Digest of the rest: the same contents always have the same id, so a twin delivered again changes nothing. */
  readonly id: string;
  readonly artifacts: readonly ReleaseArtifact[];
  readonly config: string | undefined;
  /** Missing where the config keeps its own; they go in before the edits. */
  readonly sources?: ReleaseSources;
  readonly edits: readonly EditSpec[];
}

/** The folder of a release that artifacts of a kind stand in. */
export const folderOfKind: Readonly<Record<ArtifactKind, string>> = {
  model: 'models',
  config: 'configs',
  stream: 'streams',
};

/** Length of a release id in hexadecimal digits: 64 bits are plenty for the few releases of one device, and fit a log line. */
const idLength = 16;

/** Defines the release that a desired state asks for. `digest` is SHA-256 in hexadecimal (pure code has no crypto of its own). */
export function defineRelease(state: DesiredState, digest: (text: string) => string): Release {
  const artifacts = state.artifacts.map(({ name, kind, sha256, url, unpack }) => ({
    name,
    kind,
    sha256,
    fileName: fileNameOf(url, name),
    ...(unpack === 'none' ? { unpack } : {}),
  }));
  const edits = state.edits.map(({ name, file, group, set }) => ({ name, file, group, set: sorted(set) }));
  const { config, sources } = state;
  // Without sources and packed archives the text is as it was before there were any: releases that are out there keep their ids.
  const held = JSON.stringify({
    artifacts,
    config: config ?? null,
    ...(sources === undefined ? {} : { sources }),
    edits,
  });
  return {
    id: digest(held).slice(0, idLength),
    artifacts,
    config,
    ...(sources === undefined
      ? {}
      : {
          sources: { sha256: digest(JSON.stringify(sources)), shown: sources.map(redactUrl), uris: sources },
        }),
    edits,
  };
}

/** The last part of the URL's path, made harmless; the artifact's own name where that is empty. */
function fileNameOf(url: string, name: string): string {
  const path = url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  const last = path.slice(path.lastIndexOf('/') + 1);
  const safe = decoded(last).replace(/[^A-Za-z0-9._-]/g, '_');
  return safe === '' || /^\.+$/.test(safe) ? name : safe;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function sorted(set: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(set).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
