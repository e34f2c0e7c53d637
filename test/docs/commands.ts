/** A shell block of a document, and what the document says that it prints. */
export interface Commands {
  /** Counted from 1: where the block begins in the file. */
  readonly line: number;
  readonly script: string;
  /** The block without a language that follows it directly; `…` stands for anything. */
  readonly prints: string | undefined;
}

/** Finds the blocks marked `sh` in a Markdown text, in their order. */
export function commandsOf(markdown: string): Commands[] {
  const fences = [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gmu)];
  return fences.flatMap((fence, index) => {
    if (fence[1] !== 'sh') return [];
    const next = fences[index + 1];
    const follows = next?.[1] === '' && markdown.slice(fence.index + fence[0].length, next.index).trim() === '';
    return [
      {
        line: markdown.slice(0, fence.index).split('\n').length,
        script: fence[2] ?? '',
        prints: follows ? next[2] : undefined,
      },
    ];
  });
}

/** Whether a program printed what a document says. */
export function printsAs(expected: string, output: string): boolean {
  const pattern = expected
    .trim()
    .split('…')
    .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/gu, '\\$&'))
    .join('[\\s\\S]*?');
  return new RegExp(`^${pattern}$`, 'u').test(output.trim());
}
