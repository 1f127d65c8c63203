// docs/limits.md from the literals of defaults in the packages' options.ts: what a limit is for is said there, in its comment,
// and nowhere else.

export interface LimitGroup {
  /** Name and default, in the order of the source. */
  readonly limits: readonly (readonly [name: string, value: number])[]
  /** The comment that stands above them. */
  readonly purpose: string
}

/** Where limits are options, and what they are. */
export interface LimitSection {
  /** How they are passed, as code. */
  readonly passedTo: string
  readonly groups: readonly LimitGroup[]
}

const opening = `# Limits

Made by \`npm run docs\` from the packages' \`options.ts\`; do not edit it by hand.

Every limit is an option, finite and above 0; zero never means unlimited. The names end in what they count: \`Bytes\`,
\`Ms\` (milliseconds), \`PerSecond\`; a \`Burst\` is how much may come at once. What strangers may cost in all is worked out in
[the decision about guards](adr/0011-guards.md).
`

/** The options files, the literal of each, and how its limits are passed. */
export const limitSources = [
  {
    file: 'packages/core/src/options.ts',
    literal: 'defaultLimits',
    passedTo: 'createCoordinator({ limits: { … } })',
  },
  {
    file: 'packages/rounds/src/options.ts',
    literal: 'defaultRoundsLimits',
    passedTo: 'rounds(coordinator, { limits: { … } })',
  },
  {
    file: 'plugins/musig2/src/options.ts',
    literal: 'defaultMusig2Limits',
    passedTo: 'musig2(coordinator, { limits: { … } })',
  },
] as const

/** Reads a literal of limits. Throws where a line of it is neither a comment nor a limit, or a limit has no comment. */
export function readLimits(source: string, name = 'defaultLimits'): LimitGroup[] {
  const literal = new RegExp(`export const ${name} = \\{\\n([\\s\\S]*?)\\n\\} as const`).exec(source)?.[1]
  if (literal === undefined) throw new Error(`options.ts has no literal ${name}`)
  const groups: { limits: (readonly [string, number])[]; purpose: string }[] = []
  const part = /\s*(?:\/\*\*([\s\S]*?)\*\/|(\w+): ([\d_]+),)/y
  while (part.lastIndex < literal.length) {
    const at = part.lastIndex
    const [whole, comment, name, value] = part.exec(literal) ?? []
    if (whole === undefined)
      throw new Error(`neither a comment nor a limit: ${literal.slice(at).trim().split('\n')[0]}`)
    if (comment !== undefined) groups.push({ limits: [], purpose: plainText(comment) })
    else if (name !== undefined && value !== undefined) {
      const group = groups.at(-1)
      if (group === undefined) throw new Error(`${name} has no comment`)
      group.limits.push([name, Number(value.replaceAll('_', ''))])
    }
  }
  return groups
}

export function renderLimits(sections: readonly LimitSection[]): string {
  return opening + sections.map(renderSection).join('')
}

function renderSection({ passedTo, groups }: LimitSection): string {
  const rows = groups.map(({ limits, purpose }) => {
    const names = limits.map(([name]) => `\`${name}\``).join('<br>')
    const values = limits.map(([, value]) => value.toLocaleString('en')).join('<br>')
    return `| ${names} | ${values} | ${purpose.replaceAll('|', '\\|')} |\n`
  })
  return `\n## \`${passedTo}\`\n\n| limit | default | what it bounds |\n|---|---|---|\n${rows.join('')}`
}

function plainText(comment: string): string {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\*\s?/, '').trim())
  return lines.join(' ').trim()
}
