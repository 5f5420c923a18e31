'use client'
import { Search } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { Answers } from '../api/trpc.ts'
import { Button } from '../ui/Button.tsx'
import { SelectField } from '../ui/Field.tsx'
import { absoluteTime } from '../ui/format-time.ts'
import { type DeploymentListed, deployedAt } from './deployment-words.ts'
import { isSearch, type LogSearchChosen, logLevels, logPeriods } from './log-search.ts'
import { useChosen } from './use-chosen.ts'

const releasesMax = 20

/** What to look for in the logs. `/` leads here from anywhere on the page, Escape back to the live log. */
export function LogFilter({
  environment,
  search,
  followed,
  deployments,
}: {
  environment: Answers['environments']['get']
  search: LogSearchChosen
  /** Name of the service that is followed while nothing is searched. */
  followed: string
  deployments: DeploymentListed[]
}) {
  const { choose } = useChosen()
  const field = useRef<HTMLInputElement>(null)
  const isSearching = isSearch(search)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTyping =
        event.target instanceof Element && event.target.closest('input, textarea, select, [role=dialog]')
      if (event.key !== '/' || event.metaKey || event.ctrlKey || event.altKey || isTyping) return
      event.preventDefault()
      field.current?.focus()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])

  const follow = () => {
    if (field.current) field.current.value = ''
    choose({ text: null, output: null, host: null, when: null })
  }
  const select = (
    label: string,
    name: string,
    value: string | null,
    options: { value: string; label: string }[],
  ) => (
    <SelectField
      label={label}
      isLabelHidden
      className="min-w-[120px] flex-1 md:max-w-[190px]"
      value={value ?? ''}
      onChange={(event) => choose({ [name]: event.target.value === '' ? null : event.target.value })}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </SelectField>
  )
  return (
    <search className="flex flex-wrap items-center gap-2 border-b px-4 py-2">
      <form
        className="relative min-w-[200px] flex-[2_1_220px]"
        onSubmit={(event) => {
          event.preventDefault()
          const text = field.current?.value.trim() ?? ''
          choose({ text: text === '' ? null : text })
        }}
      >
        <Search
          aria-hidden="true"
          className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-ink-3"
        />
        <input
          // What another address says is in the field anew.
          key={search.text}
          ref={field}
          type="search"
          name="text"
          aria-label="Search the logs"
          aria-keyshortcuts="/"
          placeholder="Search, then Enter   ( / )"
          defaultValue={search.text ?? ''}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return
            event.preventDefault()
            follow()
          }}
          className="h-8 w-full rounded-6 border border-line-2 bg-surface pr-2 pl-8 font-mono text-12 text-ink hover:border-ink-3 focus-visible:rounded-6"
        />
      </form>
      {environment.services.length > 1
        ? select('Service', 'log', isSearching ? search.service : followed, [
            ...(isSearching ? [{ value: '', label: 'All services' }] : []),
            ...environment.services.map(({ name }) => ({ value: name, label: name })),
          ])
        : null}
      {select('Output', 'output', search.level, [{ value: '', label: 'Any output' }, ...logLevels])}
      {environment.hosts.length > 1 || search.host !== null
        ? select('Host', 'host', search.host, [
            { value: '', label: 'Any host' },
            ...environment.hosts.map(({ id, instanceId }) => ({ value: id, label: instanceId ?? id })),
          ])
        : null}
      {select('When', 'when', search.when, [
        { value: '', label: isSearching ? 'At any time' : 'Now, live' },
        ...logPeriods,
        ...deployments.slice(0, releasesMax).map((each) => ({
          value: `release:${each.id}`,
          label: `Release ${each.release}, ${absoluteTime(new Date(deployedAt(each)))}`,
        })),
      ])}
      {isSearching ? (
        <Button size="small" onClick={follow}>
          Back to live
        </Button>
      ) : null}
    </search>
  )
}
