'use client'
import { Download } from 'lucide-react'
import { useState } from 'react'
import { problemOf } from '../api/problem.ts'
import { useTRPCClient } from '../api/trpc.ts'
import { useOrganisation } from '../organisation/organisation.tsx'
import { Button } from '../ui/Button.tsx'
import { saveFile } from '../ui/save-file.ts'

/** The minutes of the month as a file, and the script by which anyone makes total and digest of it again. */
export function DownloadMinutes({ month }: { month: string }) {
  const client = useTRPCClient()
  const { id: organisationId } = useOrganisation()
  const [busyWith, setBusyWith] = useState<'minutes' | 'script' | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const download = (what: 'minutes' | 'script') => {
    setBusyWith(what)
    setFailure(null)
    client.bill.minutes
      .query({ organisationId, month })
      .then(({ minutes, script }) => {
        if (what === 'minutes') saveFile(minutes.fileName, 'text/csv', minutes.csv)
        else saveFile(script.fileName, 'text/javascript', script.source)
      })
      .catch((error: unknown) => setFailure(problemOf(error).what))
      .finally(() => setBusyWith(null))
  }
  return (
    <span className="flex flex-wrap items-center gap-2">
      {failure ? (
        <span role="alert" className="text-12 text-bad">
          {failure}
        </span>
      ) : null}
      <Button size="small" busy={busyWith === 'minutes' && 'Preparing'} onClick={() => download('minutes')}>
        <Download aria-hidden="true" className="size-3.5" />
        Download the minutes
      </Button>
      <Button
        size="small"
        look="plain"
        busy={busyWith === 'script' && 'Preparing'}
        onClick={() => download('script')}
      >
        and the script that recomputes them
      </Button>
    </span>
  )
}
