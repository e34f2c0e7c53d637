/** The groups that names begin with. */
export type GroupOf<Name extends string> = Name extends `${infer Group} ${string}` ? Group : never;

/** One line on each group. */
export type GroupSummaries = Readonly<Record<string, string>>;
