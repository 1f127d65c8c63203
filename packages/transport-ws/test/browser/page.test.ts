import { type Coordinator, generateIdentity, type PeerId, parsePeerId } from '@rondo/core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Bundle, bundleForBrowsers } from './bundle.js'
import { launchBrowser } from './launch-browser.js'
import { type NodePeer, startNode } from './node-peer.js'
import { createDrop, createParcels, parcels, weigh } from './parcels.js'
import { type Visit, visit } from './visit.js'
import { openWebsite, type Website } from './website.js'

// Pages in a real browser, made of the built packages, against coordinators in this process.

type Script = typeof import('./page-script.js')

const { browser, name } = await launchBrowser()

if (browser === undefined) test(`skipped, for no browser starts: ${name}`, ({ skip }) => skip())
else describe(`in a page of ${name}`, () => definePageTests(browser))

function definePageTests(browser: Browser): void {
  let bundle: Bundle
  let website: Website

  beforeAll(async () => {
    bundle = await bundleForBrowsers(new URL('page-script.ts', import.meta.url))
    website = await openWebsite(bundle.text)
    return () => website.close()
  })

  afterAll(() => browser.close())

  async function openPage(prepare?: (page: Page) => Promise<unknown>, hostname?: string): Promise<Visit<Script>> {
    const page = await visit<Script>(browser, website.url(hostname), prepare)
    onTestFinished(async () => {
      await page.close()
      expect(page.errors, 'errors that nobody caught').toEqual([])
    })
    return page
  }

  test('what a bundler takes is the portable platform and the WebSocket of browsers, and nothing of Node', () => {
    const ours = bundle.files.filter((file) => file.includes('/dist/')).map((file) => file.replace(/^.*\/dist\//, ''))
    expect(ours).toEqual(expect.arrayContaining(['platform/portable.js', 'browser-link.js']))
    expect(ours).not.toContain('platform/node.js')
    expect(ours).not.toContain('node-link.js')
    expect(bundle.text).not.toMatch(/["'`]node:|\brequire\(/)
  })

  test('messages go both ways', async () => {
    const { node, target } = await startNode()
    const heard = nextMessage(node)
    const page = await openPage()
    const answered = page.perform('greet', { ...target, text: 'hello from the page' })
    const { payload, from } = await heard
    expect(payload).toBe('hello from the page')
    await node.sendTo(from, { type: 'greeting', payload: 'hello from Node' })
    expect(await answered).toBe('hello from Node')
  })

  test('the page asks Node, with bytes and trees up to 1 MiB', async () => {
    const { target } = await startNode()
    const page = await openPage()
    expect(await page.perform('sendParcels', target)).toEqual(await weighAll())
  })

  test('Node asks the page, with bytes and trees up to 1 MiB', async () => {
    const { node, target } = await startNode()
    const page = await openPage()
    const peerId = parsePeerId(await page.perform('join', target))
    const client = parcels.client(node)
    const weights = createParcels().map((parcel) => client.request(peerId, 'weigh', parcel))
    expect(await Promise.all(weights)).toEqual(await weighAll())
  })

  test('a page that finds somebody else at the address does not connect', async () => {
    const { node, target } = await startNode()
    const page = await openPage()
    const somebodyElse = { ...target, peerId: generateIdentity().peerId }
    expect(await page.perform('failToJoin', somebodyElse)).toBe('HANDSHAKE_IDENTITY')
    expect(node.getConnectedPeers()).toEqual([])
  })

  test('a page of another network does not connect', async () => {
    const { node, target } = await startNode()
    const page = await openPage()
    expect(await page.perform('failToJoin', { ...target, network: 'elsewhere' })).toBe('HANDSHAKE_NETWORK')
    expect(node.getConnectedPeers()).toEqual([])
  })

  test('Node hears at once that a page was closed', async () => {
    const { node, target } = await startNode()
    const gone = nextLoss(node)
    const page = await openPage()
    const peerId = await page.perform('join', target)
    await page.close()
    expect(await gone).toEqual({ peerId, code: 'LINK_CLOSED' })
  })

  test('a page hears at once that Node stopped', async () => {
    const { node, target } = await startNode()
    const heard = nextMessage(node)
    const page = await openPage()
    const told = page.perform('outlive', target)
    await heard
    await node.stop()
    expect(await told).toBe('COORDINATOR_STOPPED')
  })

  test('20 MB sent by awaiting each message arrive in order, and little of them waits in the socket', async () => {
    const pour = { messages: 320, messageBytes: 65_536 }
    const { node, target } = await startNode()
    const payloads: unknown[] = []
    const all = new Promise<void>((resolve) => {
      node.on('message', ({ payload }) => {
        if (payloads.push(payload) === pour.messages) resolve()
      })
    })
    const page = await openPage()
    const waitingBytesMost = await page.perform('pour', { ...target, ...pour })
    await all
    expect(payloads.findIndex((payload, number) => !isDrop(payload, number, pour.messageBytes))).toBe(-1)
    // `highWaterBytes`, and the frame that goes beyond it.
    expect(waitingBytesMost).toBeLessThanOrEqual(1_048_576 + 65_535)
  })

  test('signatures are verified by WebCrypto', async () => {
    const { target } = await startNode()
    const page = await openPage()
    expect(await page.perform('countVerified', target)).toBeGreaterThan(0)
  })

  test('a page whose WebCrypto knows no Ed25519 connects without it', async () => {
    const { target } = await startNode()
    const page = await openPage((page) =>
      page.addInitScript(() => {
        crypto.subtle.importKey = () => Promise.reject(new DOMException('no Ed25519', 'NotSupportedError'))
      }),
    )
    expect(await page.perform('countVerified', target)).toBe(0)
  })

  test('a page that is no secure context, and so has no WebCrypto, connects without it', async () => {
    const hostname = 'app.example'
    const { target } = await startNode({ origins: [website.url(hostname)] })
    const page = await openPage(undefined, hostname)
    expect(await page.perform('countVerified', target)).toBe('no WebCrypto')
  })

  test('a page connects only where its origin is on the list', async () => {
    const listing = await startNode({ origins: [website.url()] })
    const other = await startNode({ origins: ['https://app.example'] })
    const page = await openPage()
    expect(await page.perform('failToJoin', listing.target)).toBe('no failure')
    expect(await page.perform('failToJoin', other.target)).toBe('DIAL_FAILED')
    expect(other.node.getStats().connections).toBe(0)
  })

  test('without a list, a page whose name was pointed to this machine does not connect', async () => {
    const everybodys = await startNode({ origins: ['*'] })
    const careful = await startNode()
    const page = await openPage(undefined, 'rebound.example')
    const reboundTo = ({ target }: NodePeer) => {
      const addresses = target.addresses.map((address) => address.replace('127.0.0.1', 'rebound.example'))
      return { ...target, addresses }
    }
    expect(await page.perform('failToJoin', reboundTo(everybodys))).toBe('no failure')
    expect(await page.perform('failToJoin', reboundTo(careful))).toBe('DIAL_FAILED')
    expect(careful.node.getStats().connections).toBe(0)
  })

  test('a page cannot listen, and is told so', async () => {
    const page = await openPage()
    expect(await page.perform('failToListen')).toBe('LISTEN_UNSUPPORTED')
  })
}

/** The next message and who sent it. */
function nextMessage(node: Coordinator): Promise<{ readonly payload: unknown; readonly from: PeerId }> {
  return new Promise((resolve) => node.once('message', ({ payload, from }) => resolve({ payload, from })))
}

/** The next peer whose link is gone, and why. */
function nextLoss(node: Coordinator): Promise<{ readonly peerId: PeerId; readonly code: string }> {
  return new Promise((resolve) => node.once('interrupted', ({ peerId }, { code }) => resolve({ peerId, code })))
}

function isDrop(payload: unknown, number: number, bytes: number): boolean {
  return payload instanceof Uint8Array && Buffer.compare(payload, createDrop(number, bytes)) === 0
}

function weighAll(): Promise<string[]> {
  return Promise.all(createParcels().map(weigh))
}
