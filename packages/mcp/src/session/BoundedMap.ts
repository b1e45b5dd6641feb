/**
 * Maps that hold so many entries and no more: what was put in last pushes out what was put in, or put in again, longest
 * ago. It is no cache: it knows no time, and makes nothing that is missing.
 *
 * @since 0.1.0
 */

/**
 * Puts an entry in, as the last one, and forgets the oldest beyond `max`.
 *
 * @category operations
 * @since 0.1.0
 */
export const put = <Key, Value>(map: Map<Key, Value>, key: Key, value: Value, max: number): void => {
  // A map is walked in the order in which entries were put in.
  map.delete(key)
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= max) return
    map.delete(oldest)
  }
}
