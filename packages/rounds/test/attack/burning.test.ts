import { expect, test } from 'vitest'
import { AttemptValues } from '../../src/engine/attempt-values.js'
import { defineRounds } from '../../src/index.js'
import { RoundView } from '../../src/plan/round-view.js'
import { bytes, schemaOf } from '../../src/plan/schemas.js'
import { alice, idOf } from '../plan/samples.js'

const anything = schemaOf((_): _ is unknown => true, 'anything')

function valuesOf(make: () => Promise<{ shown: number; secret: Uint8Array }>, spend: () => Promise<boolean>) {
  const plan = defineRounds({ name: 'burning', setup: anything })
    .secret('coin', make)
    .agree('agreed')
    .phase('spend', { contribution: bytes(1), contribute: (_, local) => local.burn('coin') })
    .result(() => 1)
  const random = (length: number): Uint8Array => new Uint8Array(length)
  const attempt = idOf('1')
  const values = new AttemptValues({
    ...{ plan, attempt, me: alice.peerId, role: undefined, input: undefined, random, spend },
  })
  const [round, said] = [idOf('2'), new Map<string, readonly unknown[]>()]
  const view = new RoundView({
    ...{ round, attempt, number: 1, setup: 1, roster: [alice.peerId], roles: [undefined], phase: 'spend', said },
  })
  return { values, local: values.localIn(view) }
}

test('a secret that cannot be made fails whoever burns it, and nothing is spent or left to crash the process', async () => {
  const stray: unknown[] = []
  const note = (cause: unknown): void => void stray.push(cause)
  process.on('unhandledRejection', note)
  let spent = 0
  const { local } = valuesOf(
    () => Promise.reject(new Error('the device is gone')),
    () => {
      spent += 1
      return new Promise((resolve) => setImmediate(() => setImmediate(() => resolve(true))))
    },
  )
  await expect(local.burn('coin')).rejects.toThrow('the device is gone')
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', note)
  expect(stray).toEqual([])
  expect(spent).toBe(0)
})

test('a secret is handed out once, and not after the attempt', async () => {
  const secret = new Uint8Array([1])
  const once = valuesOf(
    async () => ({ shown: 1, secret }),
    async () => true,
  )
  const [first, second] = await Promise.allSettled([once.local.burn('coin'), once.local.burn('coin')])
  expect(first).toMatchObject({ status: 'fulfilled', value: secret })
  expect(second).toMatchObject({ status: 'rejected', reason: { code: 'SECRET_SPENT' } })
  for (const at of ['made', 'spent'] as const) {
    let goOn = (): void => {}
    const waiting = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const late = valuesOf(
      async () => {
        if (at === 'made') await waiting
        return { shown: 1, secret }
      },
      async () => {
        if (at === 'spent') await waiting
        return true
      },
    )
    const burned = late.local.burn('coin')
    await Promise.resolve()
    late.values.end()
    goOn()
    await expect(burned).rejects.toMatchObject({ code: 'ROUND_OVER' })
  }
})
