import { type Coordinator, createCoordinator, generateIdentity, parsePeerId, RondoError } from '@rondo/core'
import { webSocket } from '@rondo/transport-ws'
import { createDrop, createParcels, parcels, weigh } from './parcels.js'

// What the pages of these tests can be told to do. Bundled and run in the browser; each takes and returns plain JSON.

export interface Target {
  readonly peerId: string
  readonly addresses: readonly string[]
  readonly network?: string
}

/** Connects and stays, to be asked. */
export async function join(target: Target): Promise<string> {
  return (await connect(target)).peerId
}

/** Sends a text, and returns what comes back. */
export async function greet({ text, ...target }: Target & { readonly text: string }): Promise<unknown> {
  const node = await connect(target)
  const answer = new Promise((resolve) => node.once('message', ({ payload }) => resolve(payload)))
  await node.sendTo(parsePeerId(target.peerId), { type: 'greeting', payload: text })
  return answer
}

/** Has every parcel weighed at the other end. */
export async function sendParcels(target: Target): Promise<unknown[]> {
  const client = parcels.client(await connect(target))
  const peerId = parsePeerId(target.peerId)
  return Promise.all(createParcels().map((parcel) => client.request(peerId, 'weigh', parcel)))
}

/** The code that connecting fails with. */
export async function failToJoin(target: Target): Promise<string> {
  return codeOf(connect(target))
}

export async function failToListen(): Promise<string> {
  return codeOf(create().listen('ws://127.0.0.1:0'))
}

/** Says that it is there, and returns why the other end went away. */
export async function outlive(target: Target): Promise<string> {
  const node = await connect(target)
  const gone = new Promise<string>((resolve) => node.once('disconnected', (_, { code }) => resolve(code)))
  await node.sendTo(parsePeerId(target.peerId), { type: 'here' })
  return gone
}

export interface Pour extends Target {
  readonly messages: number
  readonly messageBytes: number
}

/** Sends numbered messages as fast as `sendTo` allows. Returns the most bytes that ever waited in the socket. */
export async function pour({ messages, messageBytes, ...target }: Pour): Promise<number> {
  const node = await connect(target)
  const peerId = parsePeerId(target.peerId)
  const { send } = WebSocket.prototype
  let waitingBytesMost = 0
  WebSocket.prototype.send = function (data) {
    send.call(this, data)
    waitingBytesMost = Math.max(waitingBytesMost, this.bufferedAmount)
  }
  for (let number = 0; number < messages; number += 1) {
    await node.sendTo(peerId, { type: 'drop', payload: createDrop(number, messageBytes) })
  }
  return waitingBytesMost
}

/** How many signatures WebCrypto verified while connecting; those over nothing only ask whether it can. */
export async function countVerified(target: Target): Promise<number | 'no WebCrypto'> {
  const subtle: typeof crypto.subtle | undefined = crypto.subtle
  if (subtle === undefined) {
    await connect(target)
    return 'no WebCrypto'
  }
  const verify = subtle.verify.bind(subtle)
  let verified = 0
  subtle.verify = async (algorithm, key, signature, data) => {
    const genuine = await verify(algorithm, key, signature, data)
    if (genuine && data.byteLength > 0) verified += 1
    return genuine
  }
  await connect(target)
  return verified
}

function create(network?: string): Coordinator {
  const node = createCoordinator({ identity: generateIdentity(), transports: [webSocket()], network })
  node.registerProtocol(parcels.handler({ weigh }))
  return node
}

async function connect({ peerId, addresses, network }: Target): Promise<Coordinator> {
  const node = create(network)
  await node.connectToPeer({ peerId: parsePeerId(peerId), addresses })
  return node
}

function codeOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'no failure',
    (error: unknown) => (error instanceof RondoError ? error.code : String(error)),
  )
}
