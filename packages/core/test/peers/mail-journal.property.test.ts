import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { decodeLetter, encodeLetter, MailJournal } from '../../src/peers/mail-journal.js'
import type { Letter } from '../../src/peers/mail-queue.js'
import { createMemoryStore } from '../../src/store/memory-store.js'
import { addressee, letterTo } from './letters.js'

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/)
const letter: fc.Arbitrary<Letter> = fc.record({
  number: fc.integer({ min: 1, max: 2 ** 40 }),
  peerId: fc.integer({ min: 1, max: 200 }).map(addressee),
  protocol: name,
  version: fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
  type: name,
  signed: fc.boolean(),
  codecId: fc.integer({ min: 0, max: 255 }),
  payload: fc.uint8Array({ maxLength: 300 }),
  keptAtMs: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  queueMs: fc.integer({ min: 1, max: 2 ** 40 }),
})
const keyOf = ({ number }: Letter): string => number.toString(16).padStart(12, '0')

test('a letter is read as it was written', () => {
  fc.assert(
    fc.property(letter, (given) => {
      expect(decodeLetter(keyOf(given), encodeLetter(given, nativeCrypto), nativeCrypto)).toEqual(given)
    }),
  )
})

test('whatever byte is changed, cut or added, the entry is damaged and nothing throws', () => {
  fc.assert(
    fc.property(letter, fc.nat(), fc.integer({ min: 1, max: 255 }), (given, at, flip) => {
      const value = encodeLetter(given, nativeCrypto)
      const read = (bytes: Uint8Array, key = keyOf(given)) => decodeLetter(key, bytes, nativeCrypto)
      const changed = value.slice()
      changed[at % value.length] = (changed[at % value.length] ?? 0) ^ flip
      expect(read(changed)).toBeUndefined()
      expect(read(value.subarray(0, at % value.length))).toBeUndefined()
      expect(read(new Uint8Array([...value, flip]))).toBeUndefined()
      expect(read(value, keyOf({ ...given, number: given.number + flip }))).toBeUndefined()
    }),
  )
})

test('random bytes under random keys are damaged, too', () => {
  fc.assert(
    fc.property(fc.string(), fc.uint8Array({ maxLength: 200 }), (key, value) => {
      expect(decodeLetter(key, value, nativeCrypto)).toBeUndefined()
    }),
  )
})

test('what holds together and says what no letter says is damaged', () => {
  const sound = letterTo(addressee(1))
  const wrong: Partial<Letter>[] = [
    { protocol: '' },
    { type: 'no name!' },
    { peerId: 'z6Mk' as never },
    { peerId: '' as never },
  ]
  for (const fault of wrong) {
    const value = encodeLetter({ ...sound, ...fault }, nativeCrypto)
    expect(decodeLetter(keyOf(sound), value, nativeCrypto)).toBeUndefined()
  }
})

test('two nodes on one store, and the program beside them, do not see each other’s', async () => {
  const store = createMemoryStore()
  await store.put('mine', Uint8Array.of(1))
  const [one, two] = [7, 8].map((owner) => new MailJournal(store, addressee(owner), nativeCrypto))
  const found = async (journal = one): Promise<unknown[]> => {
    const letters: unknown[] = []
    for await (const { letter } of journal?.read() ?? []) letters.push(letter)
    return letters
  }
  const letters = [9, 10, 300, 17].map((number) => letterTo(addressee(1), { number }))
  for (const each of letters) await one?.write(each)
  await two?.write(letterTo(addressee(2), { number: 10 }))
  expect(await found()).toEqual([letters[0], letters[1], letters[3], letters[2]])
  await one?.remove(letters)
  expect([await found(), (await found(two)).length]).toEqual([[], 1])
})
