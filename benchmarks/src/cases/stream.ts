import type { BenchCase, Setting } from '../bench-case.ts'
import { holdContest } from '../contest.ts'
import { pieceBytes } from '../contestants/piece-payloads.ts'
import type { Pair } from '../processes/pair.ts'

// A long transfer, and what it does to small requests over the same connection.

const throughput = 'throughput'
const senderCpu = 'sender CPU'
const receiverCpu = 'receiver CPU'
const idleP99 = 'request p99, idle'
const busyP99 = 'request p99, in a transfer'
const slowdown = 'in a transfer / idle'
const bytesPerMegabyte = 1_000_000
const usPerMs = 1_000

export const stream: BenchCase = {
  name: 'stream-1MiB',
  about: 'a long transfer in pieces of 1 MiB, and small requests beside it',
  transports: ['ws'],
  payloadBytes: pieceBytes,
  metrics: [
    { name: throughput, unit: 'MB/s', goals: [{ against: 'raw-ws-1MiB', atLeast: 0.6 }] },
    { name: senderCpu, unit: 'ms/MiB' },
    { name: receiverCpu, unit: 'ms/MiB' },
    { name: idleP99, unit: 'µs' },
    { name: busyP99, unit: 'µs' },
    { name: slowdown, unit: 'times', goals: [{ atMost: 3 }] },
  ],
  measure: (setting) =>
    holdContest(setting, {
      caseName: 'stream-1MiB',
      contestants: ['rondo-stream', 'raw-ws-1MiB', 'libp2p-stream'],
      async prepare({ server, client }) {
        const target = await server.call('server', 'listen', { answers: false })
        await client.call('client', 'connect', { target, count: 1 })
      },
      run: async (pair) => ({ ...(await transfer(pair, setting)), ...(await askBeside(pair, setting)) }),
    }),
}

async function transfer({ server, client }: Pair, { plan: { warmUpMs, windowMs } }: Setting) {
  const [flow, sent] = await Promise.all([
    server.call('server', 'watch', { warmUpMs, windowMs }),
    client.call('client', 'saturate', { forMs: warmUpMs + windowMs }),
  ])
  await server.call('server', 'settle', sent)
  return {
    [throughput]: (flow.perSecond * pieceBytes) / bytesPerMegabyte,
    [senderCpu]: sent.cpuUs / usPerMs,
    [receiverCpu]: flow.cpuUs / usPerMs,
  }
}

async function askBeside({ server, client }: Pair, { plan }: Setting) {
  const idle = await client.call('client', 'ask', { count: plan.requests })
  const busy = await client.call('client', 'askWhileSending', { count: plan.transferPieces })
  await server.call('server', 'settle', busy.sent)
  return { [idleP99]: idle.p99Us, [busyP99]: busy.p99Us, [slowdown]: busy.p99Us / idle.p99Us }
}
