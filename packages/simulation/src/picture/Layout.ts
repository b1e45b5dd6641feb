/**
 * Where things are on a page: rows from top to bottom, in the order in which things happened and further apart where more
 * time went by, and columns for lanes. Long times in which nothing happens are cut short, as a page is read by people.
 *
 * Coordinates are templates: `#2-7` is seven left of lane 2, `@31+4` is four below row 31. So the page can put everything
 * elsewhere when rows and lanes are left out, and whoever draws need not know where it is.
 *
 * @since 0.1.0
 */
import type { Point, Sequence } from "./Sequence.ts"

/**
 * A row: what is at one place in the order of everything.
 *
 * @category models
 * @since 0.1.0
 */
export interface Row {
  readonly order: number
  readonly atMillis: number
  /** The room that it takes above it, in pixels, beside that for the time that went by. */
  readonly height: number
}

/**
 * A layout, in pixels.
 *
 * @category models
 * @since 0.1.0
 */
export interface Layout {
  readonly rows: ReadonlyArray<Row>
  /** The place of each row. */
  readonly ys: ReadonlyArray<number>
  /** The place of each lane. */
  readonly xs: ReadonlyArray<number>
  readonly width: number
  readonly height: number
  /** The row of a point, or the last one before it where it has none of its own. */
  readonly rowOf: (point: { readonly order: number }) => number
  /** The columns of spans that overlap on their lane, from 0. */
  readonly spanColumns: ReadonlyArray<number>
  /** The columns of bands that overlap, from 0. */
  readonly bandColumns: ReadonlyArray<number>
}

const timesWidth = 84
const bandWidth = 9
const calloutsWidth = 168
/**
 * What is left free above the first row, in pixels.
 *
 * @category geometry
 * @since 0.1.0
 */
export const topHeight = 18

/** As many bands are beside each other; further ones lie on these. */
const bandsShown = 8

/** What fits two lines, a label, the end of a span, and the head of an arrow. */
const heights = { fault: 34, label: 21, end: 12, arrival: 4 } as const

/** From when on a time in which nothing happens is cut short, and said in words. */
const pauseMillis = 1000
const pauseHeight = 42

/**
 * The room for a time in which nothing happens. The script of the page has the same.
 *
 * @category geometry
 * @since 0.1.0
 */
export const gapOf = (millis: number): number =>
  millis <= 0 ? 0 : millis >= pauseMillis ? pauseHeight : 4 + Math.round(7 * Math.log10(1 + millis))

/**
 * Where the column of a band is.
 *
 * @category geometry
 * @since 0.1.0
 */
export const bandX = (column: number): number => timesWidth + 4 + (column % bandsShown) * bandWidth

/**
 * Puts numbers into a template.
 *
 * @category geometry
 * @since 0.1.0
 */
export const place = (template: string, xs: ReadonlyArray<number>, ys: ReadonlyArray<number>): string =>
  template.replace(
    /([#@])(\d+)([+-]\d+)?/g,
    (_, sign: string, index: string, more: string | undefined) =>
      String(((sign === "#" ? xs : ys)[Number(index)] ?? 0) + Number(more ?? 0))
  )

const rowsOf = (sequence: Sequence): ReadonlyArray<Row> => {
  const rows = new Map<number, Row>()
  const add = (point: Point | undefined, height: number): void => {
    if (point === undefined || (rows.get(point.order)?.height ?? -1) >= height) return
    rows.set(point.order, { order: point.order, atMillis: point.atMillis, height })
  }
  for (const { arrivals, lost, sent } of sequence.arrows) {
    add(sent, heights.label)
    for (const arrival of arrivals) add(arrival, heights.arrival)
    add(lost, heights.arrival)
  }
  for (const { from } of sequence.bands) add(from, heights.fault)
  for (const { from } of sequence.spans) add(from, heights.label)
  for (const { to } of [...sequence.spans, ...sequence.bands]) add(to, heights.end)
  for (const { at } of sequence.marks) add(at, heights.label)
  add(sequence.end, heights.end)
  return [...rows.values()].toSorted((left, right) => left.order - right.order)
}

const ysOf = (rows: ReadonlyArray<Row>): ReadonlyArray<number> => {
  const ys: Array<number> = []
  let y = topHeight
  let atMillis = rows[0]?.atMillis ?? 0
  for (const row of rows) {
    y += row.height + gapOf(row.atMillis - atMillis)
    atMillis = row.atMillis
    ys.push(y)
  }
  return ys
}

interface Interval {
  readonly from: Point
  readonly to: Point | undefined
}

/** The first column that is free when each begins; in one for each `track`. */
const columnsOf = <A extends Interval>(intervals: ReadonlyArray<A>, trackOf: (interval: A) => string) => {
  const tracks = new Map<string, Array<number>>()
  return intervals.map((interval) => {
    const track = trackOf(interval)
    const ends = tracks.get(track) ?? []
    tracks.set(track, ends)
    const free = ends.findIndex((end) => end < interval.from.order)
    const column = free === -1 ? ends.length : free
    ends[column] = interval.to?.order ?? Infinity
    return column
  })
}

/** How far a lane is from the one before it. */
const distances = { clients: 150, sides: 300, servers: 200 } as const

/** More lanes than these are closer together. */
const lanesWide = 5
const narrow = 0.75

const xsOf = ({ lanes }: Sequence, start: number): ReadonlyArray<number> => {
  let x = start
  const scale = lanes.length > lanesWide ? narrow : 1
  return lanes.map(({ side }, index) => {
    const before = lanes[index - 1]
    if (before !== undefined) {
      const distance = side === "client" ? distances.clients : distances.servers
      x += scale * (before.side === side ? distance : distances.sides)
    }
    return x
  })
}

/**
 * Lays a diagram out.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (sequence: Sequence): Layout => {
  const rows = rowsOf(sequence)
  const ys = ysOf(rows)
  const bandColumns = columnsOf(sequence.bands, () => "")
  const columns = Math.min(bandsShown, Math.max(0, ...bandColumns.map((column) => column + 1)))
  const xs = xsOf(sequence, timesWidth + columns * bandWidth + calloutsWidth)
  const orders = rows.map(({ order }) => order)
  return {
    rows,
    ys,
    xs,
    width: (xs.at(-1) ?? 0) + calloutsWidth,
    height: (ys.at(-1) ?? 0) + 48,
    rowOf: ({ order }) => {
      let [low, high] = [0, orders.length]
      while (low < high) {
        const middle = (low + high) >>> 1
        if ((orders[middle] ?? 0) <= order) low = middle + 1
        else high = middle
      }
      return Math.max(0, low - 1)
    },
    spanColumns: columnsOf(sequence.spans, ({ lane }) => lane),
    bandColumns
  }
}
