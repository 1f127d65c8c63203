import type { Link, Listener, Transport } from '@rondo/core'

// Node's half of a listener in a page: it listens in the page's place, and joins each link that comes with one that the
// page dials. On its line to the switchboard the page is sent the address listened on, then one address for each caller
// to be fetched from; whatever it sends itself hangs up, and the line closes when nobody can call any more.

const encoder = new TextEncoder()

export async function openSwitchboard({ listen }: Transport): Promise<Listener> {
  if (listen === undefined) throw new Error('a switchboard has to listen')
  const listenAnywhere = (accept: (link: Link) => void) => listen('ws://127.0.0.1:0', { accept })
  return listenAnywhere((line) => {
    const announce = ({ addresses }: Listener) => line.send(encoder.encode(addresses[0]))
    const putThrough = async (caller: Link) => {
      const desk = await listenAnywhere((fetched) => {
        join(caller, fetched)
        void desk.close()
      })
      announce(desk)
    }
    const listening = listenAnywhere((caller) => void putThrough(caller))
    const hangUp = async () => (await listening).close()
    void listening.then(announce)
    line.attach({
      frame: () => void hangUp().then(() => line.close()),
      drain() {},
      closed: () => void hangUp(),
    })
  })
}

/** What comes in by one link leaves by the other, and no faster. */
function join(one: Link, other: Link): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const)
    from.attach({
      frame: (bytes) => void (to.send(bytes) || from.pause()),
      drain: () => to.resume(),
      closed: (reason) => void to.close(reason),
    })
}
