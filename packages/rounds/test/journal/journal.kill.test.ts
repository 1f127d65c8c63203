import { spawn } from 'node:child_process'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openLevelStore } from '@rondo/store-level'
import { createSeededRandom } from '@rondo/testkit/memory'
import { expect, onTestFinished, test } from 'vitest'
import { articleIn, attempt, roomOf } from './child/lives.ts'
import { headOf, journalOn, owner } from './journal-setting.ts'

const kills = process.env['RONDO_TIER'] === 'full' ? 200 : 20
const script = fileURLToPath(new URL('child/spend-and-die.ts', import.meta.url))

/** Runs it, made of the built packages, until it dies; returns the whole lines that it wrote. */
function runToDeath(args: readonly (string | number)[]): Promise<{ readonly lines: string[]; readonly end: unknown }> {
  const child = spawn(process.execPath, [script, ...args.map(String)], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data) => {
    stdout += data
  })
  child.stderr.on('data', (data) => {
    stderr += data
  })
  return new Promise((resolve) => {
    child.on('close', (_, signal) => resolve({ lines: stdout.split('\n').slice(0, -1), end: { signal, stderr } }))
  })
}

test(`a process that is killed while it spends has nothing left to spend twice: ${kills} kills on a disk`, async () => {
  const location = await realpath(await mkdtemp(join(tmpdir(), 'rondo-journal-')))
  onTestFinished(() => rm(location, { recursive: true, force: true }))
  const random = createSeededRandom(1)
  const heard: { readonly what: string; readonly life: number; readonly number: number }[] = []
  for (let life = 1; life <= kills; life += 1) {
    const { lines, end } = await runToDeath([
      location,
      owner,
      life,
      Math.floor(random() * 4),
      Math.floor(random() ** 2 * 8_000),
    ])
    expect(end).toEqual({ signal: 'SIGKILL', stderr: '' })
    for (const line of lines) {
      const [what = '', , number] = line.split(' ')
      heard.push({ what, life, number: Number(number) })
    }
    const store = await openLevelStore(location)
    const { journal, reports } = journalOn(store)
    const rooms = new Map((await journal.load(0)).map((each) => [each.room, new Set(each.articles.map(String))]))
    expect(reports).toEqual([])
    for (let each = 1; each <= life; each += 1) if (!rooms.has(roomOf(each))) journal.open(headOf(each))
    for (const { what, life: of, number } of heard) {
      if (what === 'kept') expect(rooms.get(roomOf(of))).toContain(String(articleIn(of, number).bytes))
      else expect(await journal.spend(roomOf(of), attempt, `s${number}`)).toBe(false)
    }
    await store.close()
  }
  const spent = heard.filter(({ what }) => what === 'spent').length
  expect(spent).toBeGreaterThan(kills)
  process.stderr.write(JSON.stringify({ kills, spent, kept: heard.length - spent }))
})
