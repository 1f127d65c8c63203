import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

// A program in a process of its own, as somebody sees it who sits before its terminal.

export interface Terminal {
  /** All that it has shown. */
  readonly screen: string
  /** Resolves once it shows this, in what came since the last time. */
  shows(what: RegExp): Promise<RegExpExecArray>
  type(line: string): void
  /** Nothing more will be typed. */
  endInput(): void
  pressCtrlC(): void
  /** The code with which it ended. */
  readonly ended: Promise<number | null>
  kill(): Promise<unknown>
}

/** Runs an example in a folder. */
export function openTerminal(example: string, args: readonly string[], folder: string): Terminal {
  const path = fileURLToPath(new URL(`../examples/${example}`, import.meta.url))
  const child = spawn(process.execPath, [path, ...args], { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] })
  let screen = ''
  let seen = 0
  let isGone = false
  const waiting = new Set<() => void>()
  const wake = (): void => {
    for (const look of [...waiting]) look()
  }
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      screen += text
      wake()
    })
  // Who has ended may be typed to in vain.
  child.stdin.on('error', () => {})
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (code) => {
      isGone = true
      wake()
      resolve(code)
    })
  })
  return {
    get screen() {
      return screen
    },
    shows: (what) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = what.exec(screen.slice(seen))
          if (found !== null) {
            seen += found.index + found[0].length
            resolve(found)
          } else if (isGone) reject(new Error(`it ended without ${what}:\n${screen}`))
          else return
          waiting.delete(look)
        }
        waiting.add(look)
        look()
      }),
    type: (line) => void child.stdin.write(`${line}\n`),
    endInput: () => void child.stdin.end(),
    pressCtrlC: () => void child.kill('SIGINT'),
    ended,
    kill() {
      child.kill('SIGKILL')
      return ended
    },
  }
}
