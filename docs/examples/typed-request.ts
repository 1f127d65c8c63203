// One definition: types for the handler and the client, checks on both ends, errors with names, many peers at once.

import { createCoordinator, defineProtocol, generateIdentity, request } from '@rondo/core'
import { webSocket } from '@rondo/transport-ws'
import * as v from 'valibot'

const weather = defineProtocol({
  name: 'weather',
  version: 1,
  messages: {
    forecast: request({
      payload: v.object({ city: v.string() }),
      reply: v.object({ celsius: v.array(v.number()) }),
      errors: ['UNKNOWN_CITY'],
      rate: { perSecond: 20 },
    }),
  },
})

const forecasts = new Map([['Oslo', [-3, 1, 0]]])
const station = () => {
  const node = createCoordinator({ identity: generateIdentity(), transports: [webSocket()] })
  node.registerProtocol(
    weather.handler({
      forecast: ({ city }, { reject }) => {
        const celsius = forecasts.get(city)
        return celsius === undefined ? reject('UNKNOWN_CITY', city) : { celsius }
      },
    }),
  )
  return node
}

const stations = [station(), station()]
const asker = createCoordinator({ identity: generateIdentity(), transports: [webSocket()] })
for (const each of stations) {
  const { addresses } = await each.listen('ws://127.0.0.1:0')
  await asker.connectToPeer({ peerId: each.peerId, addresses })
}
const peers = stations.map(({ peerId }) => peerId)
const client = weather.client(asker)

const [first] = peers
if (first === undefined) throw new Error('there are two stations')
const { celsius } = await client.request(first, 'forecast', { city: 'Oslo' })
console.log('Oslo:', celsius)

try {
  await client.request(first, 'forecast', { city: 'Atlantis' })
} catch (error) {
  console.log(weather.rejection(error, 'forecast')?.reason) // UNKNOWN_CITY, and typed so
}

for (const outcome of await client.requestMany(peers, 'forecast', { city: 'Oslo' })) {
  if (outcome.status === 'fulfilled') console.log(outcome.peerId.slice(0, 12), outcome.value.celsius)
  else console.log(outcome.peerId.slice(0, 12), outcome.status, outcome.error.code)
}

await Promise.all([asker, ...stations].map((node) => node.stop()))
