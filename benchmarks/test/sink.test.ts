import { expect, test } from 'vitest'
import { bytesPayloads } from '../src/contestants/bytes-payloads.ts'
import { fold } from '../src/contestants/payload-kind.ts'
import { createSink } from '../src/ends/sink.ts'

const count = 3
let digest = 0
for (let index = 0; index < count; index += 1) digest = fold(digest, bytesPayloads.digestAt(index))

function receive(...indexes: number[]) {
  const sink = createSink(bytesPayloads)
  const take = sink.lane()
  for (const index of indexes) take(bytesPayloads.at(index))
  return sink.commands
}

test('a sink settles once everything sent is here, and then counts anew', async () => {
  const sink = receive(0, 1, 2)
  await sink.settle({ count, digest })
  await sink.settle({ count: 0, digest: 0 })
})

test('a message that is another, out of order, or one too many fails the run', async () => {
  for (const indexes of [
    [0, 1, 3],
    [0, 2, 1],
    [0, 1, 2, 3],
  ]) {
    await expect(receive(...indexes).settle({ count, digest })).rejects.toThrow('not as they were sent')
  }
})

test('every lane has to receive everything', async () => {
  const sink = createSink(bytesPayloads)
  const lanes = [sink.lane(), sink.lane()]
  for (const index of [0, 1, 2]) lanes[0]?.(bytesPayloads.at(index))
  for (const index of [0, 1, 1]) lanes[1]?.(bytesPayloads.at(index))
  await expect(sink.commands.settle({ count, digest })).rejects.toThrow('not as they were sent')
})
