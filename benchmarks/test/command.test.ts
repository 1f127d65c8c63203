import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { allCases } from '../src/cases.ts'
import { runCommand } from '../src/command.ts'
import { hostileCases } from '../src/hostile/hostile-cases.ts'
import { musig2Cases } from '../src/musig2/musig2-cases.ts'
import { roundsCases } from '../src/rounds/rounds-cases.ts'

async function run(...args: string[]) {
  let out = ''
  let error = ''
  const code = await runCommand(args, {
    out: (text) => (out += text),
    error: (text) => (error += text),
  })
  return { code, out, error }
}

describe('the bench command', () => {
  test('explains itself on one screen, every case included', async () => {
    const { code, out, error } = await run('--help')
    expect({ code, error }).toEqual({ code: 0, error: '' })
    for (const { name } of [...allCases, ...hostileCases, ...roundsCases, ...musig2Cases]) expect(out).toContain(name)
    expect(out.split('\n').length).toBeLessThanOrEqual(40)
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
  })

  test('refuses a case that does not exist and names those that do', async () => {
    const { code, out, error } = await run('ws', '--case', 'nonsense')
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(error).toContain("no case 'nonsense' over ws")
    expect(error).toContain('sealed-200B')
  })

  test('has cases of attacks in a suite of their own', async () => {
    const { code, error } = await run('hostile', '--case', 'sealed-200B')
    expect(code).toBe(2)
    for (const { name } of hostileCases) expect(error).toContain(name)
    expect(await run('ws', '--case', 'half-open')).toMatchObject({ code: 2 })
  })

  test.each([
    ['rounds', roundsCases],
    ['musig2', musig2Cases],
  ])('has %s in a suite of their own, each case over its transport', async (suite, cases) => {
    const { code, error } = await run(suite, '--case', 'sealed-200B')
    expect(code).toBe(2)
    for (const { name, transports } of cases) {
      expect(error).toContain(name)
      expect(transports).toHaveLength(1)
    }
  })

  test('refuses a case that the transport does not have', async () => {
    expect(await run('memory', '--case', 'fanout-500')).toMatchObject({ code: 2 })
  })

  test.each([
    [[]],
    [['carrier-pigeon']],
    [['ws', 'memory']],
    [['toString']],
    [['ws', '--loud']],
    [['report']],
    [['report', 'rows.json']],
  ])('refuses %j', async (args) => {
    const { code, error } = await run(...args)
    expect(code).toBe(2)
    expect(error).toContain('--help')
  })

  test('says what is wrong with a file that holds no rows', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'rondo-report-'))
    try {
      for (const text of ['{', '[]', '[{"case":1}]', 'null']) {
        await writeFile(join(dir, 'rows.json'), text)
        const { code, error } = await run('report', join(dir, 'rows.json'), '--report', dir)
        expect({ text, code }).toEqual({ text, code: 1 })
        expect(error).toMatch(/not JSON|not the rows/)
      }
    } finally {
      await rm(dir, { recursive: true })
    }
  })
})
