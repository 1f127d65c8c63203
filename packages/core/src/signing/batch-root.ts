import { ByteWriter } from '../bytes/byte-writer.js'
import type { PeerId } from '../identity/peer-id.js'

// The only bytes that an author's key signs for messages: the root of a batch, behind a tag of its own, with the author, the
// count and the epoch. A lone message is a batch of one.

export interface BatchRoot {
  readonly author: PeerId
  /** The author's epoch; every statement in the batch that names one names this one. */
  readonly epoch: number
  readonly count: number
  readonly root: Uint8Array
}

/** Of both suites. */
export const signatureBytes = 64

const tag = 'rondo/1 batch root\0'

/** What is signed. The caller has checked every field. */
export function encodeBatchRoot({ author, epoch, count, root }: BatchRoot): Uint8Array {
  const writer = new ByteWriter({ capacityBytes: 128 })
  writer.ascii(tag)
  writer.u8(author.length)
  writer.ascii(author)
  writer.u48(epoch)
  writer.u16(count)
  writer.bytes(root)
  return writer.view()
}
