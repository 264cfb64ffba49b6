export interface Shown {
  /** index of the first item to draw */
  first: number;
  /** index after the last item to draw */
  end: number;
  /** pixels from the top of the list to the first item */
  offset: number;
  /** pixels of the whole list */
  height: number;
}

export interface Layout {
  count: number;
  columns: number;
  /** pixels, gap included */
  rowHeight: number;
}

/** Which items of a long list are in view, plus `overscan` rows before and after. All lengths in pixels. */
export function windowOf(
  { count, columns, rowHeight }: Layout,
  scrollTop: number,
  viewHeight: number,
  overscan = 2,
): Shown {
  const rows = Math.ceil(count / columns);
  const firstRow = Math.min(rows, Math.max(0, Math.floor(scrollTop / rowHeight) - overscan));
  const endRow = Math.min(rows, Math.ceil((scrollTop + viewHeight) / rowHeight) + overscan);
  return {
    first: firstRow * columns,
    end: Math.min(count, Math.max(firstRow, endRow) * columns),
    offset: firstRow * rowHeight,
    height: rows * rowHeight,
  };
}

/** Columns that fit into `width` when each is at least `least` wide with `gap` between them; at least one. */
export function columnsIn(width: number, least: number, gap: number): number {
  return Math.max(1, Math.floor((width + gap) / (least + gap)));
}

/** How far to scroll so that item `index` is wholly in view: the least movement that does it. */
export function scrollFor(layout: Layout, index: number, scrollTop: number, viewHeight: number): number {
  const top = Math.floor(index / layout.columns) * layout.rowHeight;
  if (top < scrollTop) return top;
  return Math.max(scrollTop, top + layout.rowHeight - viewHeight);
}
