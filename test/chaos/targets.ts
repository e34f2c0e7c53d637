/** What can be killed and stopped. The hub's process is this one. */
export const targets = ['artifacts', 'filter', 'supervisor', 'app'] as const;
export type Target = (typeof targets)[number];

/** Modules of ours, by their disks. */
export const ownModules = ['artifacts', 'filter'] as const;
export type OwnModule = (typeof ownModules)[number];
