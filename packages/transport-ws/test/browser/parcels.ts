import { ByteWriter, createCborCodec, defineProtocol, request } from '@rondo/core'

// What page and Node send each other. Asked to weigh a parcel they answer with a checksum, and both know what it has to be.

const anything = schema((value) => value !== undefined)
const text = schema((value) => typeof value === 'string')

export const parcels = defineProtocol({
  name: 'parcels',
  messages: { weigh: request({ payload: anything, reply: text }) },
})

/** Bytes and trees from nothing up to 1 MiB, the largest message. */
export function createParcels(): readonly unknown[] {
  const bytes = [0, 1, 1_000, 65_535, 65_536, 1_048_576].map(createBytes)
  const tree = { nested: { list: [1, -1.5, null, true, 2 ** 40, 10n ** 30n], text: 'på en fjellknaus 🏔' } }
  const large = { ...tree, bytes: createBytes(900_000), rows: Array.from({ length: 10_000 }, (_, row) => `row ${row}`) }
  return [...bytes, tree, large]
}

/** One of many that look alike but for their number. */
export function createDrop(number: number, bytes: number): Uint8Array {
  const drop = new Uint8Array(bytes)
  new DataView(drop.buffer).setUint32(0, number)
  return drop
}

/** Bytes that differ with their size, and in every place. */
function createBytes(size: number): Uint8Array {
  let state = size | 1
  return Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 0x41c64e6d) + 0x3039) | 0
    return state >>> 24
  })
}

/** The least that the standard calls a schema. */
function schema(fits: (value: unknown) => boolean) {
  const validate = (value: unknown) => (fits(value) ? { value } : { issues: [{ message: 'does not fit' }] })
  return { '~standard': { version: 1, vendor: 'parcels', validate } } as const
}

/** SHA-256 of the one way in which a value is written in CBOR. */
export async function weigh(parcel: unknown): Promise<string> {
  const writer = new ByteWriter()
  createCborCodec().encode(parcel, writer)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', writer.slice()))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
