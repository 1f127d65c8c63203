import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Ended {
  /** What it wrote, a line each. */
  readonly lines: readonly string[]
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
}

export interface Child {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
  /** The first line that it writes, or its end where it writes none. */
  readonly ready: Promise<string>
}

/** Runs a script, made of the built packages, in a process of its own. */
export function runChild(script: URL, args: readonly (string | number)[], shell?: string): Child {
  const program = [process.execPath, fileURLToPath(script), ...args.map(String)]
  const [command = '', ...rest] = shell === undefined ? program : ['sh', '-c', `${shell}; exec "$@"`, 'sh', ...program]
  const child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => {
      // The last line may have been cut off by the end.
      const lines = stdout.split('\n').slice(0, -1)
      resolve({ lines, code, signal, stderr })
    })
  })
  const ready = new Promise<string>((resolve) => {
    child.stdout.on('data', (data) => {
      stdout += data
      const end = stdout.indexOf('\n')
      if (end >= 0) resolve(stdout.slice(0, end))
    })
    child.stderr.on('data', (data) => {
      stderr += data
    })
    void ended.then(() => resolve(`it ended: ${stderr}`))
  })
  return { process: child, ended, ready }
}
