import { fileURLToPath } from 'node:url'
import type { Measured, Sample, Setting } from '../bench-case.ts'
import { CalledProcess } from '../processes/bench-process.ts'
import { type Pair, withPair } from '../processes/pair.ts'
import type { Attacks } from './attacks.ts'

// One honest pair, and an attacker in a process of its own. Runs with the attack and without take turns over the same connections,
// so the ratio of the two is what the attack costs.

const program = fileURLToPath(new URL('./attacker-process.ts', import.meta.url))

/** What figures with the attack are compared with. */
export const calm = 'rondo-calm'
export const attacked = 'rondo-attacked'

export type Attacker = CalledProcess<Attacks>

export interface Siege<Ready> {
  readonly caseName: string
  readonly runs: number
  prepare(pair: Pair, attack: Besieger): Promise<Ready>
  run(pair: Pair, ready: Ready, isAttacked: boolean, attack: Besieger): Promise<Sample>
}

export interface Besieger {
  /** Lends an attacker, and ends its process afterwards. */
  withAttacker<T>(use: (attacker: Attacker) => Promise<T>): Promise<T>
  /** A line that explains the figures; the last one under each heading counts. */
  note(heading: string, line: string): void
}

export function holdSiege<Ready>(setting: Setting, siege: Siege<Ready>): Promise<Measured> {
  const notes = new Map<string, string>()
  const { caseName, runs } = siege
  const besieger: Besieger = {
    async withAttacker(use) {
      const { cpuProfDir } = setting
      const attacker: Attacker = new CalledProcess({ program, args: [], label: `${caseName}.attacker`, cpuProfDir })
      try {
        return await use(attacker)
      } finally {
        await attacker.end()
      }
    },
    note: (heading, line) => void notes.set(heading, `${heading}: ${line}`),
  }
  return withPair('rondo-guarded', caseName, setting, async (pair) => {
    const ready = await siege.prepare(pair, besieger)
    const samples: { readonly [attacked]: Sample[]; readonly [calm]: Sample[] } = { [attacked]: [], [calm]: [] }
    for (let run = 0; run < runs; run += 1) {
      samples[calm].push(await siege.run(pair, ready, false, besieger))
      samples[attacked].push(await siege.run(pair, ready, true, besieger))
    }
    return { contestants: new Map(Object.entries(samples)), notes: [...notes.values()] }
  })
}
