import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../child.mjs'
import { root } from '../root.mjs'

const node = process.execPath

test('a program’s code and both its outputs are kept', async () => {
  const ended = await run(node, ['-e', 'console.log(1); console.error(2); process.exitCode = 3'])
  expect(ended).toMatchObject({ code: 3, timedOut: false })
  expect(ended.output.split('\n').sort().join('')).toBe('12')
})

test('a program that is not there is a failure, not a crash', async () => {
  expect(await run(join(root, 'no-such-program'), [])).toMatchObject({ code: 127 })
})

test('a program that does not end is ended at its deadline', async () => {
  const ended = await run(node, ['-e', 'setInterval(() => {}, 1000)'], { deadlineMs: 500 })
  expect(ended.timedOut).toBe(true)
})

test('a signal to us ends what we started before it ends us', async () => {
  const theirs = 'console.error(process.pid); setInterval(() => {}, 1000)'
  const ours = `
    import { endChildrenWithUs, run } from ${JSON.stringify(join(root, 'tools/child.mjs'))}
    endChildrenWithUs()
    run(process.execPath, ['-e', ${JSON.stringify(theirs)}], { show: true })`
  const parent = spawn(node, ['--input-type=module', '-e', ours], { stdio: ['ignore', 'inherit', 'pipe'] })
  const [pid] = await once(parent.stderr.setEncoding('utf8'), 'data')
  parent.kill('SIGTERM')
  const [code] = await once(parent, 'exit')
  expect(code).toBe(143)
  expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH')
})
