import { expect, test } from 'vitest'
import type { MaybePromise } from '../../src/crypto/crypto-provider.js'
import { VerifiedRoots } from '../../src/signing/verified-roots.js'
import { alice, bob, epoch } from './samples.js'

const root = { author: alice.peerId, epoch, count: 4, root: new Uint8Array(32).fill(1) }
const signature = new Uint8Array(64).fill(2)

function counting(answer: (asked: number) => MaybePromise<boolean>) {
  let asked = 0
  const ask = (): MaybePromise<boolean> => {
    asked += 1
    return answer(asked)
  }
  return { ask, asked: () => asked }
}

test('a root that was found signed is not asked for again', () => {
  const { ask, asked } = counting(() => true)
  const roots = new VerifiedRoots(ask)
  expect([roots.verify(root, signature), roots.verify({ ...root }, signature.slice())]).toEqual([true, true])
  expect(asked()).toBe(1)
})

test('another author, root, count, epoch or signature is another question', () => {
  const { ask, asked } = counting(() => true)
  const roots = new VerifiedRoots(ask)
  roots.verify(root, signature)
  for (const other of [
    { author: bob.peerId },
    { epoch: epoch + 1 },
    { count: 5 },
    { root: new Uint8Array(32).fill(3) },
  ]) {
    roots.verify({ ...root, ...other }, signature)
  }
  roots.verify(root, new Uint8Array(64).fill(4))
  expect(asked()).toBe(6)
})

test('what did not hold is not remembered, so forgeries displace nothing', () => {
  const { ask, asked } = counting((count) => count === 1)
  const roots = new VerifiedRoots(ask, { rootsMax: 1 })
  roots.verify(root, signature)
  for (let forgery = 0; forgery < 5; forgery += 1) {
    expect(roots.verify(root, new Uint8Array(64).fill(forgery + 10))).toBe(false)
  }
  expect(roots.verify(root, signature)).toBe(true)
  expect(asked()).toBe(6)
  expect(roots.size).toBe(1)
})

test('only so many are remembered', () => {
  const { ask, asked } = counting(() => true)
  const roots = new VerifiedRoots(ask, { rootsMax: 2 })
  for (const count of [1, 2, 3, 1]) roots.verify({ ...root, count }, signature)
  expect(roots.size).toBe(2)
  expect(asked()).toBe(4)
})

test('who asks while the answer is on its way gets the same one', async () => {
  const answers: ((holds: boolean) => void)[] = []
  const { ask, asked } = counting(() => new Promise<boolean>((resolve) => answers.push(resolve)))
  const roots = new VerifiedRoots(ask)
  const verdicts = [roots.verify(root, signature), roots.verify(root, signature)]
  answers[0]!(false)
  expect(await Promise.all(verdicts)).toEqual([false, false])
  expect(asked()).toBe(1)
  // A refusal is not remembered either way.
  const later = roots.verify(root, signature)
  answers[1]!(true)
  expect(await later).toBe(true)
  expect(roots.verify(root, signature)).toBe(true)
  expect(asked()).toBe(2)
})
