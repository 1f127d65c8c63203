import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { type Decoder, decoders, type Outcome } from './decoders.js'
import { createMutate } from './mutations.js'

// Point 1 of docs/security.md: mutated bytes against every decoder. No exception but those with a code, no memory that stays, and,
// in the full tier, no input that takes much longer than others. What a decoder makes of honest bytes is tested where it is at home.

const full = process.env['RONDO_TIER'] === 'full'
const mutations = full ? 1_000_000 : 2_000
/** What may stay after all of them. */
const keptBytesMax = 4 * 1_048_576
const slowestTimesMedianMax = 50

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

function usedBytes(): number {
  collect()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** The inputs that took longest so far; what a pause of the machine brought in is found out by trying again. */
class Slowest {
  readonly #entries: { readonly tookMs: number; readonly bytes: Uint8Array }[] = []

  add(tookMs: number, bytes: Uint8Array): void {
    if (this.#entries.length === 64 && tookMs <= this.#entries[63]!.tookMs) return
    this.#entries.push({ tookMs, bytes: bytes.slice() })
    this.#entries.sort((a, b) => b.tookMs - a.tookMs)
    this.#entries.length = Math.min(this.#entries.length, 64)
  }

  async retried(decoder: Decoder): Promise<number> {
    let slowestMs = 0
    for (const { bytes } of this.#entries) {
      let fastestMs = Number.POSITIVE_INFINITY
      for (let round = 0; round < 15; round += 1) fastestMs = Math.min(fastestMs, (await timed(decoder, bytes)).tookMs)
      slowestMs = Math.max(slowestMs, fastestMs)
    }
    return slowestMs
  }
}

async function timed(decoder: Decoder, bytes: Uint8Array): Promise<{ outcome: Outcome; tookMs: number }> {
  const beganMs = performance.now()
  try {
    const given = decoder.decode(bytes)
    const outcome = typeof given === 'string' ? given : await given
    return { outcome, tookMs: performance.now() - beganMs }
  } catch (cause) {
    throw new Error(`${decoder.name} threw at ${Buffer.from(bytes).toString('hex')}`, { cause })
  }
}

async function attack(decoder: Decoder, count: number) {
  const mutate = createMutate(1, decoder.samples)
  const outcomes = new Map<Outcome, number>()
  const tookMs = new Float64Array(count)
  const slowest = new Slowest()
  for (let index = 0; index < count; index += 1) {
    const bytes = mutate(decoder.samples[index % decoder.samples.length]!)
    const run = await timed(decoder, bytes)
    tookMs[index] = run.tookMs
    slowest.add(run.tookMs, bytes)
    outcomes.set(run.outcome, (outcomes.get(run.outcome) ?? 0) + 1)
  }
  return { outcomes, tookMs, slowest }
}

test.each(decoders.map((decoder) => [decoder.name, decoder] as const))('%s', async (name, decoder) => {
  const count = Math.ceil(mutations * decoder.share)
  expect((await timed(decoder, decoder.samples[0]!)).outcome).toBe(decoder.honest)
  await attack(decoder, Math.min(count, 2_000))
  const before = usedBytes()
  const { outcomes, tookMs, slowest } = await attack(decoder, count)
  const told = Object.fromEntries([...outcomes].sort(([, a], [, b]) => b - a))
  expect(count - (outcomes.get('ok') ?? 0)).toBeGreaterThan(count / 20)
  if (decoder.isSealed) expect(told).not.toHaveProperty('ok')
  if (!full) return
  const medianMs = tookMs.slice().sort()[count >> 1]!
  const slowestMs = await slowest.retried(decoder)
  process.stderr.write(
    `${name}: ${count} mutations, median ${(medianMs * 1_000).toFixed(1)} µs, slowest ${(slowestMs * 1_000).toFixed(1)} µs ` +
      `(${(slowestMs / medianMs).toFixed(1)}x), ${JSON.stringify(told)}\n`,
  )
  // A signature by a key never seen takes a thousand times what a broken form does: that has a budget, and is no decoding.
  if (!decoder.verifies) expect(slowestMs / medianMs).toBeLessThanOrEqual(slowestTimesMedianMax)
  // The times themselves are 8 bytes each.
  expect(usedBytes() - before - tookMs.byteLength).toBeLessThanOrEqual(keptBytesMax)
})
