// Runs other programs, and ends them when this one is ended: nothing outlives Ctrl-C.
// What is shown shares our terminal, so Ctrl-C reaches it by itself; what is kept gets a process group of its own.

import { spawn } from 'node:child_process'
import { root } from './root.mjs'

const killAfterMs = 10_000
const lookAfterParentMs = 500
const ownGroups = process.platform !== 'win32'

/** @typedef {{ code: number, output: string, ms: number, timedOut: boolean }} Ended */
/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/** @type {Map<ChildProcess, { ownGroup: boolean }>} */
const living = new Map()
let ending = false

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {object} [options]
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {boolean} [options.show] lets the program write to our terminal; otherwise its output is kept
 * @param {number} [options.deadlineMs]
 * @returns {Promise<Ended>}
 */
export function run(command, args, { cwd = root, env = process.env, show = false, deadlineMs } = {}) {
  const begun = performance.now()
  const ownGroup = !show && ownGroups
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      detached: ownGroup,
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    })
    living.set(child, { ownGroup })
    let output = ''
    let timedOut = false
    child.stdout?.setEncoding('utf8').on('data', (text) => (output += text))
    child.stderr?.setEncoding('utf8').on('data', (text) => (output += text))
    const deadline =
      deadlineMs !== undefined &&
      setTimeout(() => {
        timedOut = true
        end(child, 'SIGKILL')
      }, deadlineMs)
    /** @param {number} code */
    const finish = (code) => {
      if (deadline) clearTimeout(deadline)
      living.delete(child)
      if (!ending) resolve({ code, output, ms: performance.now() - begun, timedOut })
      else if (living.size === 0) process.exit()
    }
    child.on('error', (error) => {
      output += `${command} did not start: ${error.message}\n`
      finish(127)
    })
    child.on('close', (code) => finish(code ?? 1))
  })
}

/** @param {ChildProcess} child @param {NodeJS.Signals} signal */
function end(child, signal) {
  try {
    if (living.get(child)?.ownGroup && child.pid !== undefined) process.kill(-child.pid, signal)
    else child.kill(signal)
  } catch {
    // it ended in the meantime
  }
}

/**
 * From here on a signal to this process ends its children first, gently, then by force. So does the end of the parent:
 * npm ends the shell between us and itself, and the shell takes nobody with it.
 */
export function endChildrenWithUs() {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    endAll('SIGTERM')
  }, lookAfterParentMs).unref()
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, endAll)
}

/** @param {NodeJS.Signals} signal */
function endAll(signal) {
  process.exitCode = signal === 'SIGINT' ? 130 : 143
  if (living.size === 0) process.exit()
  const terminalDoes = signal === 'SIGINT' && process.stdin.isTTY === true
  for (const [child, { ownGroup }] of living) {
    if (ending) end(child, 'SIGKILL')
    else if (ownGroup || !terminalDoes) end(child, signal)
  }
  ending = true
  setTimeout(() => {
    for (const child of living.keys()) end(child, 'SIGKILL')
  }, killAfterMs).unref()
}
