/**
 * What an `oidc-provider` keeps, in memory, and apart for each of them: the one that comes with it is shared by all
 * providers of a process, and warns that it is there. Nothing expires here but what says so itself.
 */
import type { Adapter, AdapterPayload } from "oidc-provider"

interface Kept {
  readonly payload: AdapterPayload
  readonly endsAtMillis: number
}

/** Makes the storage of one provider: what it keeps of each kind is in a map of its own. */
export const makeStorage = (): (kind: string) => Adapter => {
  const kinds = new Map<string, Map<string, Kept>>()

  const entriesOf = (kind: string): Map<string, Kept> => {
    const entries = kinds.get(kind) ?? new Map<string, Kept>()
    kinds.set(kind, entries)
    return entries
  }

  return (kind) => {
    const entries = entriesOf(kind)
    const find = async (id: string): Promise<AdapterPayload | undefined> => {
      const kept = entries.get(id)
      return kept === undefined || kept.endsAtMillis <= Date.now() ? undefined : kept.payload
    }
    const findWhere = async (is: (payload: AdapterPayload) => boolean): Promise<AdapterPayload | undefined> =>
      Array.from(entries.values()).find(({ payload }) => is(payload))?.payload
    return {
      upsert: async (id, payload, expiresIn) => {
        const endsAtMillis = expiresIn === undefined ? Infinity : Date.now() + expiresIn * 1_000
        entries.set(id, { payload, endsAtMillis })
      },
      find,
      findByUid: (uid) => findWhere((payload) => payload.uid === uid),
      findByUserCode: (userCode) => findWhere((payload) => payload.userCode === userCode),
      consume: async (id) => {
        const payload = await find(id)
        if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1_000)
      },
      destroy: async (id) => void entries.delete(id),
      revokeByGrantId: async (grantId) => {
        for (const [id, { payload }] of entries) if (payload.grantId === grantId) entries.delete(id)
      }
    }
  }
}
