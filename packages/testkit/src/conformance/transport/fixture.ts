import type { TransportFactory, TransportHost } from '@rondo/core'

/** One fresh transport under test, and how to clean up after it. */
export interface TransportFixture {
  readonly transport: TransportFactory
  /** Where to listen. It may leave a choice open, as `:0` does. */
  readonly address: string
  /** The transport of the listening end, for transports that only dial. */
  readonly listenWith?: TransportFactory | undefined
  /** What the transport needs of its host beyond the system's environment. */
  readonly host?: Partial<TransportHost> | undefined
  /** Cuts every link of this fixture without a goodbye, as a pulled cable does. */
  readonly sever?: (() => Promise<void> | void) | undefined
  readonly teardown?: (() => Promise<void> | void) | undefined
}

/** What a transport declares about itself. The suite holds it to that, and skips what it cannot promise. */
export interface TransportTraits {
  /** As in `link.capabilities`; true where left out. */
  readonly ordered?: boolean | undefined
  /** As in `link.capabilities`; true where left out. */
  readonly reliable?: boolean | undefined
  /** Whether `pause` holds the other end up, rather than filling a buffer here; true where left out. */
  readonly pauses?: boolean | undefined
  /** Whether fixtures bring `sever`; false where left out. */
  readonly severs?: boolean | undefined
  /** Addresses on which one fixture's transports may all listen at once, for a mesh. */
  readonly meshAddresses?: readonly string[] | undefined
  /** How long a case waits for an event that must come. */
  readonly patienceMs?: number | undefined
}

export interface Traits {
  readonly ordered: boolean
  readonly reliable: boolean
  readonly pauses: boolean
  readonly severs: boolean
  readonly meshes: boolean
  readonly meshAddresses: readonly string[]
  readonly patienceMs: number
}

export type Need = 'ordered' | 'reliable' | 'pauses' | 'severs' | 'meshes'

const lacks: Readonly<Record<Need, string>> = {
  ordered: 'it declares that frames may be reordered',
  reliable: 'it declares that frames may be lost',
  pauses: 'it declares that it cannot hold up the other end',
  severs: 'its fixture cannot cut a link',
  meshes: 'its fixture has no more addresses',
}

export function resolveTraits(traits: TransportTraits): Traits {
  const meshAddresses = traits.meshAddresses ?? []
  return Object.freeze({
    ordered: traits.ordered ?? true,
    reliable: traits.reliable ?? true,
    pauses: traits.pauses ?? true,
    severs: traits.severs ?? false,
    meshes: meshAddresses.length > 1,
    meshAddresses,
    patienceMs: traits.patienceMs ?? 4_000,
  })
}

/** Why a case cannot be run, in words for its title. */
export function unmetNeed(traits: Traits, needs: readonly Need[]): string | undefined {
  const missing = needs.find((need) => !traits[need])
  return missing === undefined ? undefined : lacks[missing]
}
