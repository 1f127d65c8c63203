import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { PeerTarget } from '@rondo/core'
import type { News, Order, ToldOutcome } from './child/words.js'

// A signer in a process of its own, as the test sees it. Everything here waits for news; nothing waits for time.

const program = fileURLToPath(new URL('child/signer.ts', import.meta.url))

export interface SignerProcess {
  readonly pid: number
  readonly target: PeerTarget
  readonly publicKey: string
  readonly died: Promise<NodeJS.Signals | null>
  /** Resolves once it has done so. */
  order(order: Order): Promise<void>
  /** Fire and forget, for an order that it may not survive. */
  send(order: Order): void
  connectedTo(peerIds: readonly string[]): Promise<void>
  /** The next outcome of which this holds, those that were told before included. */
  outcome(holds: (told: Extract<News, { news: 'outcome' }>) => boolean): Promise<ToldOutcome>
  kill(): Promise<void>
}

/** Starts the process and waits until it listens. */
export async function startSigner(number: number, folder: string, nonceFile: string): Promise<SignerProcess> {
  const child = spawn(process.execPath, [program, String(number), folder, nonceFile], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const heard: News[] = []
  const waiting = new Set<() => void>()
  let stderr = ''
  let isGone = false
  child.stderr?.on('data', (data) => {
    stderr += String(data)
  })
  child.on('message', (news: News) => {
    heard.push(news)
    for (const look of [...waiting]) look()
  })
  const died = endOf(child).then((signal) => {
    isGone = true
    for (const look of [...waiting]) look()
    return signal
  })

  /** The first news, told before or yet to come, that `pick` makes something of. */
  function first<T>(what: string, pick: (news: News) => T | undefined, from = 0): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = heard
          .slice(from)
          .map(pick)
          .find((each) => each !== undefined)
        if (found !== undefined) resolve(found)
        else if (isGone) reject(new Error(`signer ${number} ended before ${what}: ${stderr}`))
        else return
        waiting.delete(look)
      }
      waiting.add(look)
      look()
    })
  }

  const { target, publicKey } = await first('it listened', (news) => (news.news === 'listening' ? news : undefined))
  return {
    pid: child.pid ?? 0,
    target,
    publicKey,
    died,
    async order(order) {
      const from = heard.length
      child.send(order)
      await first(order.order, (news) => (news.news === 'done' && news.order === order.order ? true : undefined), from)
    },
    send: (order) => void child.send(order),
    async connectedTo(peerIds) {
      const isAll = (peers: readonly string[]): boolean => peerIds.every((peerId) => peers.includes(peerId))
      await first('it was connected', (news) => (news.news === 'connected' && isAll(news.peers) ? true : undefined))
    },
    outcome: (holds) =>
      first('its round ended', (news) => (news.news === 'outcome' && holds(news) ? news.outcome : undefined)),
    async kill() {
      child.kill('SIGKILL')
      await died
    },
  }
}

function endOf(child: ChildProcess): Promise<NodeJS.Signals | null> {
  return new Promise((resolve) => child.on('exit', (_code, signal) => resolve(signal)))
}
