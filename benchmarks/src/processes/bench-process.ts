import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { TransportName } from '../bench-case.ts'
import type { ContestantName } from '../contestants/contestants.ts'
import type { Ends } from '../ends/ends.ts'
import type { Reply } from './call.ts'

/** Nearly everything that a case asks for at once takes less than this; what takes longer hangs. */
const callTimeoutMsDefault = 120_000
const endTimeoutMs = 5_000
const sampleIntervalUs = 200
const program = fileURLToPath(new URL('./contestant-process.ts', import.meta.url))

export interface ProcessOptions {
  readonly contestant: ContestantName
  readonly transport: TransportName
  /** Names its profile. */
  readonly label: string
  readonly cpuProfDir: string | undefined
}

type Argument<Command> = Command extends (argument: infer A) => unknown ? A : never
type Result<Command> = Command extends (argument: never) => infer R ? Awaited<R> : never

export interface ProgramOptions {
  readonly program: string
  readonly args: readonly string[]
  readonly callTimeoutMs?: number | undefined
  /** Names its profile. */
  readonly label: string
  readonly cpuProfDir: string | undefined
}

/** A process that does what it is told, as the runner sees it. */
export class CalledProcess<Known extends { readonly [Name in keyof Known]: object }> {
  readonly #label: string
  readonly #callTimeoutMs: number
  readonly #child: ChildProcess
  readonly #calls = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  #callCount = 0
  #ended: string | undefined

  constructor({ program, args, label, cpuProfDir, callTimeoutMs = callTimeoutMsDefault }: ProgramOptions) {
    const profile = ['--cpu-prof', `--cpu-prof-dir=${cpuProfDir}`, `--cpu-prof-name=${label}.cpuprofile`]
    const sampling = [...profile, `--cpu-prof-interval=${sampleIntervalUs}`]
    this.#label = label
    this.#callTimeoutMs = callTimeoutMs
    this.#child = fork(program, [...args], {
      execArgv: ['--expose-gc', ...(cpuProfDir === undefined ? [] : sampling)],
    })
    this.#child.on('message', (reply: Reply) => this.#settle(reply))
    this.#child.on('exit', (code, signal) => {
      this.#ended = `ended by itself (${signal ?? code})`
      this.#fail(this.#ended)
    })
    this.#child.on('error', (error) => this.#fail(error.message))
  }

  /** Asks an end for something. Rejects when it fails, dies, or does not answer in time. */
  async call<E extends keyof Known & string, C extends keyof Known[E] & string>(
    end: E,
    command: C,
    argument: Argument<Known[E][C]>,
  ): Promise<Result<Known[E][C]>> {
    if (this.#ended !== undefined) throw new Error(`${this.#label} ${this.#ended}`)
    const id = this.#callCount
    this.#callCount += 1
    const answered = new Promise<unknown>((resolve, reject) => this.#calls.set(id, { resolve, reject }))
    const timeoutMs = this.#callTimeoutMs
    const deadline = setTimeout(() => this.#fail(`hangs: no end of ${command} in ${timeoutMs} ms`), timeoutMs)
    try {
      this.#child.send({ id, end, command, argument })
      // What the command returned, by way of JSON.
      return (await answered) as Result<Known[E][C]>
    } finally {
      clearTimeout(deadline)
      this.#calls.delete(id)
    }
  }

  /** Gently, so that a profile gets written; by force where that does not help. */
  async end(): Promise<void> {
    const child = this.#child
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    const force = setTimeout(() => child.kill('SIGKILL'), endTimeoutMs)
    if (child.connected) child.disconnect()
    await exited
    clearTimeout(force)
  }

  #settle(reply: Reply): void {
    const call = this.#calls.get(reply.id)
    if (reply.ok) call?.resolve(reply.value)
    else call?.reject(new Error(`${this.#label}: ${reply.message}`))
  }

  #fail(what: string): void {
    for (const { reject } of this.#calls.values()) reject(new Error(`${this.#label} ${what}`))
  }
}

/** A contestant's process. */
export class BenchProcess extends CalledProcess<Ends> {
  constructor({ contestant, transport, label, cpuProfDir }: ProcessOptions) {
    super({ program, args: [contestant, transport], label, cpuProfDir })
  }
}
