import type { Link, Transport } from '@rondo/core'
import type { Arena, End } from './arena.js'
import type { Case } from './case.js'
import { numberOf, payload } from './payload.js'

const spokes = 8

export const topologyCases: readonly Case[] = [
  {
    title: 'a hub serves many diallers, and no frame strays',
    needs: ['reliable', 'ordered'],
    async run(arena, expect) {
      const ends = await openHub(arena)
      for (let number = 0; number < 50; number += 1)
        ends.forEach((end, index) => {
          end.send(payload(1_000 * index + number, 300))
        })
      for (const [index, end] of ends.entries()) {
        await arena.until(end, '50 echoes', ({ frames }) => frames.length >= 50)
        const wanted = Array.from({ length: 50 }, (_, number) => 1_000 * index + number)
        expect(end.inbox.frames.map(numberOf)).toEqual(wanted)
      }
    },
  },
  {
    title: 'a link of a hub that closes leaves the others alone',
    needs: ['reliable'],
    async run(arena, expect) {
      const ends = await openHub(arena)
      const [first, ...others] = ends
      await arena.within(first?.link.close() ?? Promise.resolve(), 'one link to close')
      for (const end of others) end.send(new Uint8Array([1]))
      for (const end of others) await arena.until(end, 'the echo', ({ frames }) => frames.length === 1)
      expect(others.flatMap(({ inbox }) => inbox.reasons)).toEqual([])
    },
  },
  {
    title: 'in a mesh everybody reaches everybody',
    needs: ['reliable', 'meshes'],
    async run(arena, expect) {
      const addresses = arena.traits.meshAddresses
      const nodes = await Promise.all(addresses.map((address) => createMeshNode(arena, address)))
      for (const [index, node] of nodes.entries())
        for (const other of nodes.slice(index + 1)) node.dialled.push(await dialNode(arena, node.transport, other))
      const ends = nodes.flatMap(({ dialled }) => dialled)
      ends.forEach((end, number) => {
        end.send(payload(number, 64))
      })
      for (const [number, end] of ends.entries()) {
        await arena.until(end, 'the echo', ({ frames }) => frames.length === 1)
        expect(end.inbox.frames.map(numberOf)).toEqual([number])
      }
      await Promise.all([...ends.map(({ link }) => link.close()), ...nodes.map(({ close }) => close())])
    },
  },
]

/** One listener that answers every frame with the same, and the diallers' ends of the links to it. */
async function openHub(arena: Arena): Promise<readonly End[]> {
  const gate = await arena.listen(arena.address, { accept: (link) => echo(arena, link) })
  const links = await Promise.all(Array.from({ length: spokes }, () => arena.dial(gate.address)))
  return links.map((link) => arena.attach(link))
}

function echo(arena: Arena, link: Link): void {
  const end = arena.attach(link)
  end.inbox.onFrame = (frame) => end.send(frame.slice())
}

interface MeshNode {
  readonly transport: Transport
  readonly address: string
  readonly dialled: End[]
  close(): Promise<void>
}

async function createMeshNode(arena: Arena, address: string): Promise<MeshNode> {
  const transport = arena.createTransport()
  if (transport.listen === undefined) throw new Error('a transport of a mesh has to listen')
  const listener = await transport.listen(address, { accept: (link) => echo(arena, link) })
  return { transport, address: listener.addresses[0] ?? address, dialled: [], close: () => listener.close() }
}

async function dialNode(arena: Arena, transport: Transport, { address }: MeshNode): Promise<End> {
  return arena.attach(await arena.within(transport.dial(address, {}), `the dial of ${address}`))
}
