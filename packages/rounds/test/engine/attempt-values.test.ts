import { encodePeerId } from '@rondo/core'
import { bytes, defineRounds, schemaOf } from '@rondo/rounds'
import { describe, expect, test } from 'vitest'
import { AttemptValues } from '../../src/engine/attempt-values.js'
import { RoundView } from '../../src/plan/round-view.js'

const me = encodePeerId(new Uint8Array(32).fill(1))
const attempt = 'ab'.repeat(32)

/** Counts how often each is made. */
function made() {
  const counts = { salt: 0, key: 0 }
  const plan = defineRounds({ name: 'kept', setup: schemaOf((value): value is null => value === null, 'nothing') })
    .remember('salt', () => {
      counts.salt += 1
      return { salt: counts.salt }
    })
    .secret('key', () => {
      counts.key += 1
      return { shown: 'shown', secret: `secret ${counts.key}` }
    })
    .phase('before', { contribution: bytes(1), contribute: () => new Uint8Array(1) })
    .agree('agreed')
    .phase('after', { contribution: bytes(1), contribute: () => new Uint8Array(1) })
    .result(() => 0)
  return { plan, counts }
}

function valuesWith(spend: (attempt: string, secret: string) => Promise<boolean>) {
  const { plan, counts } = made()
  const parts = { plan, attempt, me, role: undefined, input: undefined, random: (size: number) => new Uint8Array(size) }
  const values = new AttemptValues({ ...parts, spend })
  const localIn = (phase: string) => {
    const said = { said: new Map(), round: attempt, attempt, number: 1 }
    return values.localIn(new RoundView({ ...said, setup: null, roster: [me], roles: [undefined], phase }))
  }
  return { values, counts, localIn }
}

const unspent = async (): Promise<boolean> => true

describe('a secret', () => {
  test('is not handed out before it is on the disk that it was', async () => {
    let written: (isFirst: boolean) => void = () => {}
    const asked: string[][] = []
    const { localIn } = valuesWith((...spent) => {
      asked.push(spent)
      return new Promise((resolve) => {
        written = resolve
      })
    })
    let handed: unknown
    const burning = localIn('after')
      .burn('key')
      .then((secret) => {
        handed = secret
      })
    await Promise.resolve()
    expect([asked, handed]).toEqual([[[attempt, 'key']], undefined])
    written(true)
    await burning
    expect(handed).toBe('secret 1')
  })

  test('is not handed out where the disk says that it was, and not where it cannot be written', async () => {
    const spent = valuesWith(async () => false)
    await expect(spent.localIn('after').burn('key')).rejects.toMatchObject({ code: 'SECRET_SPENT' })
    const broken = valuesWith(() => Promise.reject(new Error('the disk is full')))
    await expect(broken.localIn('after').burn('key')).rejects.toThrow('the disk is full')
    // Whether it was written nobody knows.
    await expect(broken.localIn('after').burn('key')).rejects.toMatchObject({ code: 'SECRET_SPENT' })
  })

  test('is handed out once, whoever asks at the same time, and is shown no more', async () => {
    const { localIn, counts } = valuesWith(unspent)
    expect(await localIn('before').shown('key')).toBe('shown')
    const asked = await Promise.allSettled([localIn('after').burn('key'), localIn('after').burn('key')])
    expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    await expect(localIn('after').shown('key')).rejects.toMatchObject({ code: 'SECRET_SPENT' })
    expect(counts.key).toBe(1)
  })

  test('is not handed out before all have agreed', async () => {
    const { localIn } = valuesWith(unspent)
    for (const phase of ['before', 'agreed']) await expect(localIn(phase).burn('key')).rejects.toThrow(TypeError)
    expect(await localIn('after').burn('key')).toBe('secret 1')
  })

  test('is not handed out when the attempt ended while it was being written down', async () => {
    const { values, localIn } = valuesWith(async () => {
      values.end()
      return true
    })
    await expect(localIn('after').burn('key')).rejects.toMatchObject({ code: 'ROUND_OVER' })
  })
})

test('what is remembered is made once, and is gone when the attempt is over', () => {
  const { values, localIn, counts } = valuesWith(unspent)
  const local = localIn('before')
  expect(local.remember('salt')).toBe(localIn('after').remember('salt'))
  expect(counts.salt).toBe(1)
  values.end()
  expect(() => local.remember('salt')).toThrow(expect.objectContaining({ code: 'ROUND_OVER' }))
})

test('a name that was never declared is a TypeError', async () => {
  const local = valuesWith(unspent).localIn('after')
  expect(() => Reflect.apply(local.remember, local, ['pepper'])).toThrow(TypeError)
  await expect(Reflect.apply(local.shown, local, ['pepper'])).rejects.toThrow(TypeError)
  await expect(Reflect.apply(local.burn, local, ['pepper'])).rejects.toThrow(TypeError)
})
