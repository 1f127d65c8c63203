import { describe, expect, test } from 'vitest'
import type { BenchCase, Measured, Metric } from '../src/bench-case.ts'
import { type Made, toRows } from '../src/row.ts'

function caseOf(metrics: readonly Metric[]): BenchCase {
  return {
    name: 'sealed-200B',
    about: '',
    transports: ['ws'],
    payloadBytes: 200,
    metrics,
    measure: () => Promise.reject(new TypeError('nothing is measured here')),
  }
}

const made: Made = { at: '2026-01-31T12:00:00.000Z', plan: 'quick', node: '24.9.0', platform: 'linux x64', cores: 2 }

const measured: Measured = {
  contestants: new Map([
    ['rondo-sealed', [{ throughput: 300 }, { throughput: 100 }, { throughput: 200 }]],
    ['raw-ws', [{ throughput: 100 }, { throughput: 90 }, { throughput: 160 }]],
  ]),
  notes: ['a word more'],
}

describe('a row', () => {
  test('holds the median, its spread, and the ratio to the median of each baseline', () => {
    const [row] = toRows(caseOf([{ name: 'throughput', unit: 'msg/s' }]), 'ws', measured, made)
    expect(row).toEqual({
      case: 'sealed-200B',
      transport: 'ws',
      payloadBytes: 200,
      value: 200,
      unit: 'msg/s',
      vs: { 'raw-ws': 2 },
      metric: 'throughput',
      subject: 'rondo-sealed',
      runs: 3,
      min: 100,
      max: 300,
      baselines: { 'raw-ws': { median: 100, min: 90, max: 160 } },
      goals: [],
      notes: ['a word more'],
      made,
    })
  })

  test('says of each goal whether it is met, whichever way it points', () => {
    const goals = [
      { against: 'raw-ws', atLeast: 1.5 },
      { against: 'raw-ws', atLeast: 2.5 },
      { against: 'raw-ws', atMost: 4 },
      { atMost: 150 },
    ]
    const [row] = toRows(caseOf([{ name: 'throughput', unit: 'msg/s', goals }]), 'ws', measured, made)
    expect(row?.goals).toEqual([
      { text: '>= 1.5x raw-ws', met: true },
      { text: '>= 2.5x raw-ws', met: false },
      { text: '<= 4x raw-ws', met: true },
      { text: '<= 150 msg/s', met: false },
    ])
  })

  test('counts the runs that have its figure, where some have not', () => {
    const contestants = new Map([['rondo-sealed', [{ throughput: 300 }, {}]]])
    const [row] = toRows(caseOf([{ name: 'throughput', unit: 'msg/s' }]), 'ws', { contestants }, made)
    expect(row).toMatchObject({ value: 300, min: 300, max: 300, runs: 1 })
  })

  test('keeps silent about goals whose baseline was not measured', () => {
    const alone: Measured = { contestants: new Map([['rondo-sealed', [{ throughput: 1 }]]]) }
    const goals = [{ against: 'raw-ws', atLeast: 1 }]
    const [row] = toRows(caseOf([{ name: 'throughput', unit: 'msg/s', goals }]), 'memory', alone, made)
    expect(row).toMatchObject({ value: 1, vs: {}, goals: [] })
  })

  test('stands beside the baselines that have such a figure, and may be left out where it says so', () => {
    const rows = toRows(
      caseOf([
        { name: 'throughput', unit: 'msg/s', comparedWith: [] },
        { name: 'latency', unit: 'ms', isOptional: true },
        { name: 'jitter', unit: 'ms' },
      ]),
      'ws',
      measured,
      made,
    )
    expect(rows.map(({ metric, vs }) => [metric, vs])).toEqual([
      ['throughput', {}],
      ['jitter', { 'raw-ws': Number.NaN }],
    ])
  })

  test('misses its goal where a figure is missing', () => {
    const goals = [{ against: 'raw-ws', atLeast: 0 }]
    const [row] = toRows(caseOf([{ name: 'latency', unit: 'ms', goals }]), 'ws', measured, made)
    expect(row?.goals).toEqual([{ text: '>= 0x raw-ws', met: false }])
  })
})
