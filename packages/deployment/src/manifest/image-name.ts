/** The parts of a container image's name: `registry:5000/path/name:tag@sha256:…`. */
export interface ImageName {
  /** Registry and path, without tag and digest. */
  readonly repository: string;
  readonly tag: string | undefined;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string | undefined;
}

// The distribution project's grammar of references: lower-case path components behind an optional host with a port.
const shape =
  /^(?<repository>(?:(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*(?::\d+)?)\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)(?::(?<tag>[\w][\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

/** Reads an image's name; undefined where no container engine would take it. */
export function parseImageName(text: string): ImageName | undefined {
  const groups = shape.exec(text)?.groups;
  const repository = groups?.['repository'];
  return repository === undefined ? undefined : { repository, tag: groups?.['tag'], digest: groups?.['digest'] };
}
