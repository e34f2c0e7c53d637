/** Rows and columns of a tiled display. */
export interface TileGrid {
  readonly rows: number;
  readonly columns: number;
}

/** The most square grid for `count` pictures, wider than high; `current` stays where it holds them with no row or column to spare. */
export function tileGrid(count: number, current: TileGrid | undefined): TileGrid {
  if (current !== undefined && fits(count, current)) return current;
  const columns = Math.ceil(Math.sqrt(count));
  return { rows: Math.ceil(count / columns), columns };
}

function fits(count: number, { rows, columns }: TileGrid): boolean {
  return rows * columns >= count && (rows - 1) * columns < count && rows * (columns - 1) < count;
}
